using GroqBatch.Data.PullRequests;
using GroqBatch.Data.Runs;
using GroqBatch.Data.Summaries;
using GroqBatch.Data.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.SpotChecks;

/// <summary>A draw from a frozen population. What it was drawn from, and how, never changes; the counters follow the verdicts.</summary>
public sealed class SampleEntity
{
    public Guid Id { get; set; }
    public required string Provider { get; set; }

    /// <summary><see cref="Core.SpotChecks.SampleScope"/>.</summary>
    public required string Scope { get; set; }

    /// <summary>Of the team, or of the run's; null for a model.</summary>
    public int? TeamId { get; set; }

    public Guid? RunId { get; set; }
    public string? Model { get; set; }
    public double Target { get; set; }
    public double Confidence { get; set; }
    public long Seed { get; set; }
    public int Population { get; set; }
    public int Drawn { get; set; }

    /// <summary>As a list of <see cref="Core.SpotChecks.SampleStratum"/>.</summary>
    public required string Strata { get; set; }

    public required string DrawnBy { get; set; }
    public DateTimeOffset DrawnAt { get; set; }

    // Moved in the transaction that appends a verdict.
    public int Read { get; set; }
    public int Good { get; set; }
    public int Minor { get; set; }
    public int Wrong { get; set; }

    /// <summary><see cref="Core.SpotChecks.Settlement"/>.</summary>
    public required string Settlement { get; set; }
}

/// <summary>A drawn summary: its place, who is reading it, and the verdict that stands.</summary>
public sealed class SampleItemEntity
{
    public Guid SampleId { get; set; }

    /// <summary>From 1, in the order of the draw.</summary>
    public int Position { get; set; }

    /// <summary>Index into <see cref="SampleEntity.Strata"/>.</summary>
    public short Stratum { get; set; }

    public long PullRequestId { get; set; }

    /// <summary>The summary that was drawn, current or not by now.</summary>
    public long SummaryId { get; set; }

    // Copies of the summary's own, for quality by run and model.
    public Guid RunId { get; set; }
    public required string Model { get; set; }

    public string? ReservedBy { get; set; }
    public DateTimeOffset? ReservedUntil { get; set; }

    /// <summary>What stands, as the last of its <see cref="VerdictEntity"/>s says; null: not read, or taken back.</summary>
    public string? Verdict { get; set; }

    public string? Reason { get; set; }
    public string? ReadBy { get; set; }

    /// <summary>The event behind <see cref="Verdict"/>.</summary>
    public long? VerdictId { get; set; }
}

/// <summary>Somebody gave a verdict, or took theirs back; append-only.</summary>
public sealed class VerdictEntity
{
    public long Id { get; set; }
    public Guid SampleId { get; set; }
    public int Position { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Reviewer { get; set; }

    /// <summary>Null: the verdict that stood was taken back.</summary>
    public string? Verdict { get; set; }

    /// <summary>Why it is wrong; otherwise null.</summary>
    public string? Reason { get; set; }
}

internal sealed class SampleEntityConfiguration : IEntityTypeConfiguration<SampleEntity>
{
    public void Configure(EntityTypeBuilder<SampleEntity> builder)
    {
        builder.ToTable("samples");
        builder.Property(sample => sample.Provider).HasMaxLength(Lengths.Code);
        builder.Property(sample => sample.Scope).HasMaxLength(Lengths.Code);
        builder.Property(sample => sample.Model).HasMaxLength(Lengths.Model);
        builder.Property(sample => sample.Strata).HasColumnType("jsonb");
        builder.Property(sample => sample.DrawnBy).HasMaxLength(Lengths.Name);
        builder.Property(sample => sample.DrawnAt).HasDefaultValueSql("now()");
        builder.Property(sample => sample.Settlement).HasMaxLength(Lengths.Code);
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(sample => sample.TeamId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<RunEntity>().WithMany().HasForeignKey(sample => sample.RunId).OnDelete(DeleteBehavior.Cascade);

        // The samples of a provider, newest first.
        builder.HasIndex(sample => new { sample.Provider, sample.DrawnAt }).IsDescending(false, true);

        // Quality of a team: its latest sample that was read from.
        builder
            .HasIndex(sample => new
            {
                sample.TeamId,
                sample.Provider,
                sample.DrawnAt,
            })
            .IsDescending(false, false, true);
        builder.HasIndex(sample => sample.RunId);
    }
}

internal sealed class SampleItemEntityConfiguration : IEntityTypeConfiguration<SampleItemEntity>
{
    public void Configure(EntityTypeBuilder<SampleItemEntity> builder)
    {
        builder.ToTable("sample_items");
        builder.HasKey(item => new { item.SampleId, item.Position });
        builder.Property(item => item.Model).HasMaxLength(Lengths.Model);
        builder.Property(item => item.ReservedBy).HasMaxLength(Lengths.Name);
        builder.Property(item => item.Verdict).HasMaxLength(Lengths.Code);
        builder.Property(item => item.Reason).HasMaxLength(Lengths.Code);
        builder.Property(item => item.ReadBy).HasMaxLength(Lengths.Name);
        builder.HasOne<SampleEntity>().WithMany().HasForeignKey(item => item.SampleId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<PullRequestEntity>().WithMany().HasForeignKey(item => item.PullRequestId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<SummaryEntity>().WithMany().HasForeignKey(item => item.SummaryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(item => item.PullRequestId);
        builder.HasIndex(item => item.SummaryId);

        // Quality by run and by model: only what was read.
        builder.HasIndex(item => item.RunId).HasFilter("verdict is not null").HasDatabaseName("ix_sample_items_read_of_run");
        builder.HasIndex(item => item.Model).HasFilter("verdict is not null").HasDatabaseName("ix_sample_items_read_of_model");
    }
}

internal sealed class VerdictEntityConfiguration : IEntityTypeConfiguration<VerdictEntity>
{
    public void Configure(EntityTypeBuilder<VerdictEntity> builder)
    {
        builder.ToTable("verdicts");
        builder.Property(verdict => verdict.Reviewer).HasMaxLength(Lengths.Name);
        builder.Property(verdict => verdict.Verdict).HasMaxLength(Lengths.Code);
        builder.Property(verdict => verdict.Reason).HasMaxLength(Lengths.Code);
        builder.Property(verdict => verdict.At).HasDefaultValueSql("clock_timestamp()");
        builder
            .HasOne<SampleItemEntity>()
            .WithMany()
            .HasForeignKey(verdict => new { verdict.SampleId, verdict.Position })
            .OnDelete(DeleteBehavior.Cascade);

        // The history of one item.
        builder.HasIndex(verdict => new
        {
            verdict.SampleId,
            verdict.Position,
            verdict.Id,
        });
    }
}
