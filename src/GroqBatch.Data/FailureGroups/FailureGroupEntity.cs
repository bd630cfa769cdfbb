using GroqBatch.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.FailureGroups;

/// <summary>
/// How many requests of a pass failed with a code and a folded message: what <see cref="PassFailureEntity"/> counts by code alone. Moved by the
/// statements that move requests. Provider, team and model stand here too, so that lists over runs read one table.
/// </summary>
public sealed class FailureGroupEntity
{
    public long Id { get; set; }
    public Guid RunId { get; set; }
    public short Ordinal { get; set; }
    public required string Code { get; set; }

    /// <summary>The digest of the folded message.</summary>
    public Guid MessageKey { get; set; }

    /// <summary>The folded message; empty: there was none.</summary>
    public required string Message { get; set; }

    public required string Provider { get; set; }
    public int TeamId { get; set; }
    public required string Model { get; set; }
    public int Requests { get; set; }
    public int Final { get; set; }
    public DateTimeOffset FirstAt { get; set; }
    public DateTimeOffset LastAt { get; set; }
}

internal sealed class FailureGroupEntityConfiguration : IEntityTypeConfiguration<FailureGroupEntity>
{
    public void Configure(EntityTypeBuilder<FailureGroupEntity> builder)
    {
        builder.ToTable("failure_groups");
        builder.Property(failed => failed.Code).HasMaxLength(Lengths.Code);
        builder.Property(failed => failed.Message).HasMaxLength(Lengths.FoldedMessage);
        builder.Property(failed => failed.Provider).HasMaxLength(Lengths.Code);
        builder.Property(failed => failed.Model).HasMaxLength(Lengths.Model);
        builder
            .HasOne<PassEntity>()
            .WithMany()
            .HasForeignKey(failed => new { failed.RunId, failed.Ordinal })
            .OnDelete(DeleteBehavior.Cascade);

        // The groups of a run, and one counter for each.
        builder
            .HasIndex(failed => new
            {
                failed.RunId,
                failed.Ordinal,
                failed.Code,
                failed.MessageKey,
            })
            .IsUnique();

        // Over runs: what failed since a day.
        builder.HasIndex(failed => new { failed.Provider, failed.LastAt });

        // One group over runs, latest first.
        builder.HasIndex(failed => new
        {
            failed.Provider,
            failed.Code,
            failed.MessageKey,
            failed.LastAt,
        });
    }
}
