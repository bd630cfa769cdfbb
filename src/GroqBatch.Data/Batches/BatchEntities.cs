using GroqBatch.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Batches;

/// <summary>One batch job: <see cref="State"/> is what we have achieved and stored, <see cref="Status"/> the provider's word.</summary>
public sealed class BatchEntity
{
    public Guid Id { get; set; }
    public Guid RunId { get; set; }
    public short PassOrdinal { get; set; }

    /// <summary>Counted from 1 within its pass.</summary>
    public int Ordinal { get; set; }

    public required string State { get; set; }
    public required string Provider { get; set; }
    public Guid Nonce { get; set; }
    public int Requests { get; set; }
    public long Bytes { get; set; }

    /// <summary>Of the prompts in its file.</summary>
    public required string PromptVersion { get; set; }
    public required byte[] RequestFileHash { get; set; }

    /// <summary>What its lines were written for, as <see cref="Core.Models.Rung"/>; null: as the run's ladder says.</summary>
    public string? Rung { get; set; }

    public string? Status { get; set; }

    /// <summary>The provider's object as it last came.</summary>
    public string? Raw { get; set; }

    public string? ProviderBatchId { get; set; }
    public string? InputFileId { get; set; }
    public string? OutputFileId { get; set; }
    public string? ErrorFileId { get; set; }

    /// <summary>What the provider's validation found, as a list of <see cref="Core.Batches.ProviderBatchError"/>; null: nothing.</summary>
    public string? ProviderErrors { get; set; }

    // The provider's own counts.
    public int? ProviderTotal { get; set; }
    public int? ProviderCompleted { get; set; }
    public int? ProviderFailed { get; set; }

    // Ours, once it is ingested.
    public int? Succeeded { get; set; }
    public int? Failed { get; set; }

    /// <summary>Requests in neither file.</summary>
    public int? Unanswered { get; set; }

    /// <summary>Differences between what was sent, what came back and what the provider counts; null: none, or not ingested.</summary>
    public string? Difference { get; set; }

    /// <summary>The custom ids that make up <see cref="Difference"/>, the first of each kind; null: none.</summary>
    public string[]? OffendingIds { get; set; }

    /// <summary>Dollars estimated at submission; null once what it cost is booked.</summary>
    public decimal? CommittedCost { get; set; }

    /// <summary>Dollars booked at ingestion; null: not ingested.</summary>
    public decimal? Cost { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? UploadedAt { get; set; }

    /// <summary>Committed before the call that creates the batch; set without a <see cref="ProviderBatchId"/>, it may exist.</summary>
    public DateTimeOffset? IntentAt { get; set; }

    public DateTimeOffset? SubmittedAt { get; set; }

    /// <summary>When it was found at the provider, its creation never having been confirmed; null: it was confirmed.</summary>
    public DateTimeOffset? AdoptedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
    public DateTimeOffset? IngestedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? CancelRequestedAt { get; set; }

    /// <summary>When the provider last answered a question about it.</summary>
    public DateTimeOffset? PolledAt { get; set; }

    public DateTimeOffset? NextPollAt { get; set; }

    /// <summary>Why the last poll failed; null when it did not.</summary>
    public string? PollError { get; set; }

    /// <summary>Since when the provider does not know it any more.</summary>
    public DateTimeOffset? MissingSince { get; set; }

    /// <summary>When the step it waits for is tried again.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    public int Troubles { get; set; }

    /// <summary>Why the step it waits for went wrong last; null when it did not.</summary>
    public string? Trouble { get; set; }
}

/// <summary>
/// The pull request that a custom id means, in a batch whose lines this installation did not number: one that came in a bundle, or one that
/// another process sent. Batches of its own have no rows here.
/// </summary>
public sealed class BatchCustomIdEntity
{
    public Guid BatchId { get; set; }
    public required string CustomId { get; set; }
    public long PullRequestId { get; set; }
}

/// <summary>One sending of a request; a resend on the same rung is its second attempt.</summary>
public sealed class AttemptEntity
{
    public long Id { get; set; }
    public long RequestId { get; set; }

    /// <summary>Counted from 1 over everything that was sent, or was to be sent, for this request.</summary>
    public short Number { get; set; }

    public Guid BatchId { get; set; }

    /// <summary>The line of the request file, from 1.</summary>
    public int Line { get; set; }

    /// <summary>The content that was sent.</summary>
    public required byte[] ContentHash { get; set; }

    /// <summary><c>succeeded</c>, <c>failed</c>, or <c>not_run</c> (given up or refused before it ran); null while it is open.</summary>
    public string? Outcome { get; set; }

    public string? FailureCode { get; set; }
    public string? Message { get; set; }
    public int? HttpStatus { get; set; }
    public int? PromptTokens { get; set; }
    public int? CompletionTokens { get; set; }

    /// <summary>Dollars; null: unknown.</summary>
    public decimal? Cost { get; set; }

    public string? ProviderRequestId { get; set; }
    public string? RawAnswer { get; set; }
}

internal sealed class BatchEntityConfiguration : IEntityTypeConfiguration<BatchEntity>
{
    public void Configure(EntityTypeBuilder<BatchEntity> builder)
    {
        builder.ToTable("batches");
        builder.Property(batch => batch.State).HasMaxLength(Lengths.Code);
        builder.Property(batch => batch.Provider).HasMaxLength(Lengths.Code);
        builder.Property(batch => batch.Status).HasMaxLength(Lengths.ProviderId);
        builder.Property(batch => batch.Raw).HasColumnType("jsonb");
        builder.Property(batch => batch.Rung).HasColumnType("jsonb");
        builder.Property(batch => batch.ProviderErrors).HasColumnType("jsonb");
        builder.Property(batch => batch.ProviderBatchId).HasMaxLength(Lengths.ProviderId);
        builder.Property(batch => batch.InputFileId).HasMaxLength(Lengths.ProviderId);
        builder.Property(batch => batch.OutputFileId).HasMaxLength(Lengths.ProviderId);
        builder.Property(batch => batch.ErrorFileId).HasMaxLength(Lengths.ProviderId);
        builder.Property(batch => batch.PromptVersion).HasMaxLength(Lengths.Code);
        builder.Property(batch => batch.Cost).HasColumnType("numeric(18,9)");
        builder.Property(batch => batch.CommittedCost).HasColumnType("numeric(18,9)");
        builder.Property(batch => batch.CreatedAt).HasDefaultValueSql("now()");
        builder
            .HasOne<PassEntity>()
            .WithMany()
            .HasForeignKey(batch => new { batch.RunId, batch.PassOrdinal })
            .OnDelete(DeleteBehavior.Cascade);
        builder
            .HasIndex(batch => new
            {
                batch.RunId,
                batch.PassOrdinal,
                batch.Ordinal,
            })
            .IsUnique();
        builder.HasIndex(batch => batch.Nonce).IsUnique();
        builder.HasIndex(batch => new { batch.Provider, batch.AdoptedAt }).HasFilter("adopted_at is not null");

        // By the id that the provider's console shows; and no batch is in the ledger twice.
        builder.HasIndex(batch => new { batch.Provider, batch.ProviderBatchId }).IsUnique();

        // What a day's caps add up.
        builder.HasIndex(batch => batch.IntentAt);

        // What waits to be ingested.
        builder.HasIndex(batch => batch.RunId).HasFilter("state = 'Ended'").HasDatabaseName("ix_batches_ended");

        // What the poll asks for.
        builder
            .HasIndex(batch => new { batch.Provider, batch.NextPollAt })
            .HasFilter("state = 'Submitted'")
            .HasDatabaseName("ix_batches_to_poll");
    }
}

internal sealed class BatchCustomIdEntityConfiguration : IEntityTypeConfiguration<BatchCustomIdEntity>
{
    public void Configure(EntityTypeBuilder<BatchCustomIdEntity> builder)
    {
        builder.ToTable("batch_custom_ids");
        builder.HasKey(id => new { id.BatchId, id.CustomId });

        // Foreign ids can be anything that fits on a line; what a provider takes is far shorter.
        builder.HasOne<BatchEntity>().WithMany().HasForeignKey(id => id.BatchId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<PullRequests.PullRequestEntity>().WithMany().HasForeignKey(id => id.PullRequestId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AttemptEntityConfiguration : IEntityTypeConfiguration<AttemptEntity>
{
    public void Configure(EntityTypeBuilder<AttemptEntity> builder)
    {
        builder.ToTable("attempts");
        builder.Property(attempt => attempt.Outcome).HasMaxLength(Lengths.Code);
        builder.Property(attempt => attempt.FailureCode).HasMaxLength(Lengths.Code);
        builder.Property(attempt => attempt.ProviderRequestId).HasMaxLength(Lengths.ProviderId);
        builder.Property(attempt => attempt.Cost).HasColumnType("numeric(18,9)");

        // Its request is looked for once for each statement: StatementReferencesSql.
        builder.HasIndex(attempt => new { attempt.RequestId, attempt.Number }).IsUnique();

        // The attempts of a batch: what its answers are matched with.
        builder.HasIndex(attempt => attempt.BatchId);
    }
}
