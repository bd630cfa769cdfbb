using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Summaries;

/// <summary>A summary with its provenance; append-only.</summary>
public sealed class SummaryEntity
{
    public long Id { get; set; }
    public long PullRequestId { get; set; }
    public required string Provider { get; set; }

    /// <summary>The run that wrote it; kept when the run is gone.</summary>
    public Guid RunId { get; set; }

    /// <summary>One accepted answer is one summary: taking it twice changes nothing.</summary>
    public long AttemptId { get; set; }

    public required string Model { get; set; }
    public short Rung { get; set; }
    public short Pass { get; set; }
    public required string PromptVersion { get; set; }

    /// <summary>The content that was sent.</summary>
    public required byte[] ContentHash { get; set; }

    public required string Document { get; set; }
    public int? PromptTokens { get; set; }
    public int? CompletionTokens { get; set; }

    /// <summary>Dollars; null: unknown.</summary>
    public decimal? Cost { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

internal sealed class SummaryEntityConfiguration : IEntityTypeConfiguration<SummaryEntity>
{
    public void Configure(EntityTypeBuilder<SummaryEntity> builder)
    {
        builder.ToTable("summaries");
        builder.Property(summary => summary.Provider).HasMaxLength(Lengths.Code);
        builder.Property(summary => summary.Model).HasMaxLength(Lengths.Model);
        builder.Property(summary => summary.PromptVersion).HasMaxLength(Lengths.Code);
        builder.Property(summary => summary.Document).HasColumnType("jsonb");
        builder.Property(summary => summary.Cost).HasColumnType("numeric(18,9)");
        builder.Property(summary => summary.CreatedAt).HasDefaultValueSql("now()");

        // None to the pull request: see the requests. Its run is looked for once for each statement: StatementReferencesSql.
        builder.HasIndex(summary => summary.AttemptId).IsUnique();

        // The history of one pull request.
        builder.HasIndex(summary => new { summary.PullRequestId, summary.Id });

        // The summaries of one run.
        builder.HasIndex(summary => new { summary.RunId, summary.Id });
    }
}
