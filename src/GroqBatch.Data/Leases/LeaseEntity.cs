using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Leases;

/// <summary>Who may move a run, or poll a provider, until when by the database's clock.</summary>
public sealed class LeaseEntity
{
    public required string Name { get; set; }
    public required string Owner { get; set; }

    /// <summary>Grows with each new owner: writes of an earlier one are refused by it.</summary>
    public long Fence { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

internal sealed class LeaseEntityConfiguration : IEntityTypeConfiguration<LeaseEntity>
{
    public void Configure(EntityTypeBuilder<LeaseEntity> builder)
    {
        builder.ToTable("leases");
        builder.HasKey(lease => lease.Name);
        builder.Property(lease => lease.Name).HasMaxLength(Lengths.Name);
        builder.Property(lease => lease.Owner).HasMaxLength(Lengths.Name);
    }
}
