using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Teams;

public sealed class TeamEntity
{
    public int Id { get; set; }
    public required string Slug { get; set; }
    public required string Name { get; set; }
    public double Goal { get; set; }
    public bool IsSample { get; set; }

    /// <summary>Models, rung 1 first; null: the installation's ladder.</summary>
    public string[]? Ladder { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class TeamEntityConfiguration : IEntityTypeConfiguration<TeamEntity>
{
    public void Configure(EntityTypeBuilder<TeamEntity> builder)
    {
        builder.ToTable("teams");
        builder.Property(team => team.Slug).HasMaxLength(Lengths.Slug);
        builder.Property(team => team.Name).HasMaxLength(Lengths.Name);
        builder.Property(team => team.CreatedAt).HasDefaultValueSql("now()");
        builder.HasIndex(team => team.Slug).IsUnique();
    }
}
