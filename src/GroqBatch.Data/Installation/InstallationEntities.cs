using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Installation;

/// <summary>The one row that names this installation; its id travels in each batch's metadata.</summary>
public sealed class InstallationEntity
{
    /// <summary>Always 1.</summary>
    public int Id { get; set; }

    public Guid InstallationId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A provider that this installation has worked with: each pull request has a state for it.</summary>
public sealed class ProviderEntity
{
    public required string Name { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class InstallationEntityConfiguration : IEntityTypeConfiguration<InstallationEntity>
{
    public void Configure(EntityTypeBuilder<InstallationEntity> builder)
    {
        builder.ToTable("installation", table => table.HasCheckConstraint("ck_installation_one_row", "id = 1"));
        builder.Property(installation => installation.Id).ValueGeneratedNever();
        builder.Property(installation => installation.CreatedAt).HasDefaultValueSql("now()");
    }
}

internal sealed class ProviderEntityConfiguration : IEntityTypeConfiguration<ProviderEntity>
{
    public void Configure(EntityTypeBuilder<ProviderEntity> builder)
    {
        builder.ToTable("providers");
        builder.HasKey(provider => provider.Name);
        builder.Property(provider => provider.Name).HasMaxLength(Lengths.Code);
        builder.Property(provider => provider.CreatedAt).HasDefaultValueSql("now()");
    }
}
