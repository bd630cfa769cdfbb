using GroqBatch.Data.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Runs;

public sealed class RunEntity
{
    public Guid Id { get; set; }
    public int TeamId { get; set; }
    public required string Provider { get; set; }
    public required string State { get; set; }

    /// <summary>Why it is in its state, fit to show.</summary>
    public string? Reason { get; set; }

    /// <summary>Newest first, at most this many; null: everything missing.</summary>
    public int? ScopeLimit { get; set; }

    public bool WithFallback { get; set; }
    public bool IncludeStale { get; set; }

    /// <summary>With <see cref="ParentRunId"/>: only failures with these codes; empty: all.</summary>
    public string[] RetryCodes { get; set; } = [];

    /// <summary>What narrows the failures it retries, as <see cref="RunJson"/> writes it; null: nothing but <see cref="RetryCodes"/>.</summary>
    public string? FailureFilter { get; set; }

    /// <summary>A run of one: this pull request, whatever its state; otherwise null.</summary>
    public long? OnlyPullRequestId { get; set; }

    /// <summary>The set it was started over, as <see cref="Core.PullRequests.PullRequestFilter"/>; null: what was missing in the team.</summary>
    public string? Filter { get; set; }

    /// <summary>Frozen at the start, as <see cref="Core.Models.Ladder"/>.</summary>
    public required string Ladder { get; set; }

    public required string PromptVersion { get; set; }

    /// <summary>Frozen at the start, as <see cref="Core.Runs.RunSettings"/>.</summary>
    public required string Settings { get; set; }

    /// <summary>As <see cref="Core.Estimates.Estimate"/>; null: none was shown.</summary>
    public string? Estimate { get; set; }

    public Guid? ParentRunId { get; set; }

    /// <summary>Where its rows come from, as <see cref="Core.Runs.RunProvenance"/> is written.</summary>
    public string Provenance { get; set; } = nameof(Core.Runs.RunProvenance.Own);

    public string? RequestKey { get; set; }
    public required string StartedBy { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? PlannedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
    public DateTimeOffset? CancelRequestedAt { get; set; }
    public short? HoldAfterPass { get; set; }

    /// <summary>Whether the canary has been judged; true as well where there is none.</summary>
    public bool IsCanaryDecided { get; set; } = true;

    public int Selected { get; set; }

    /// <summary>Succeeded pull requests over all passes.</summary>
    public int Succeeded { get; set; }
}

public sealed class PassEntity
{
    public Guid RunId { get; set; }

    /// <summary>Numbered from 1 as its rung is.</summary>
    public short Ordinal { get; set; }

    public required string Model { get; set; }

    /// <summary>The configured model that <see cref="Model"/> stands in for; otherwise null.</summary>
    public string? Replaced { get; set; }

    public int Requests { get; set; }
    public int Succeeded { get; set; }
    public int Failed { get; set; }
    public long PromptTokens { get; set; }
    public long CompletionTokens { get; set; }

    /// <summary>Dollars booked, once per attempt.</summary>
    public decimal Cost { get; set; }

    /// <summary>Attempts that were answered without usage or on a model without a price: their cost is unknown.</summary>
    public int UnknownRequests { get; set; }

    public DateTimeOffset StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>How many requests of a pass failed with a code, and how many of them are final failures.</summary>
public sealed class PassFailureEntity
{
    public Guid RunId { get; set; }
    public short Ordinal { get; set; }
    public required string Code { get; set; }
    public int Requests { get; set; }
    public int Final { get; set; }
}

/// <summary>One pull request in one pass, with one final outcome.</summary>
public sealed class RequestEntity
{
    public long Id { get; set; }
    public Guid RunId { get; set; }
    public short PassOrdinal { get; set; }
    public long PullRequestId { get; set; }

    /// <summary>Its place in the run's order, newest pull request first.</summary>
    public int Position { get; set; }

    /// <summary><c>succeeded</c> or <c>failed</c>; null while it is open.</summary>
    public string? Outcome { get; set; }

    public string? FailureCode { get; set; }
    public string? Message { get; set; }

    /// <summary>Generated: the digest of the folded message of a failed request; null otherwise.</summary>
    public Guid? MessageKey { get; private set; }

    /// <summary>Failed, and no later rung will try it in this run.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Attempts that ran on this rung.</summary>
    public short Attempts { get; set; }

    /// <summary>The batch it is in now; null while it waits to be sent and once it has its outcome.</summary>
    public Guid? BatchId { get; set; }

    public DateTimeOffset? ResolvedAt { get; set; }
}

/// <summary>A pull request that a live run has: nobody is in two.</summary>
public sealed class ClaimEntity
{
    public long PullRequestId { get; set; }
    public Guid RunId { get; set; }
    public DateTimeOffset ClaimedAt { get; set; }
}

/// <summary>A move of a run or of one of its batches, with time, actor and reason; append-only.</summary>
public sealed class RunEventEntity
{
    public long Id { get; set; }
    public Guid RunId { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Actor { get; set; }

    /// <summary>What moved: <c>run</c>, <c>pass</c> or <c>batch</c>.</summary>
    public required string Subject { get; set; }

    public Guid? BatchId { get; set; }
    public short? Pass { get; set; }
    public string? FromState { get; set; }
    public string? ToState { get; set; }

    /// <summary>Fit to show.</summary>
    public required string Reason { get; set; }
}

internal sealed class RunEntityConfiguration : IEntityTypeConfiguration<RunEntity>
{
    public void Configure(EntityTypeBuilder<RunEntity> builder)
    {
        builder.ToTable("runs");
        builder.Property(run => run.Provider).HasMaxLength(Lengths.Code);
        builder.Property(run => run.State).HasMaxLength(Lengths.Code);
        builder.Property(run => run.Filter).HasColumnType("jsonb");
        builder.Property(run => run.Ladder).HasColumnType("jsonb");
        builder.Property(run => run.Settings).HasColumnType("jsonb");
        builder.Property(run => run.FailureFilter).HasColumnType("jsonb");
        builder.Property(run => run.Estimate).HasColumnType("jsonb");
        builder.Property(run => run.PromptVersion).HasMaxLength(Lengths.Code);
        builder.Property(run => run.Provenance).HasMaxLength(Lengths.Code).HasDefaultValue(nameof(Core.Runs.RunProvenance.Own));
        builder.Property(run => run.RequestKey).HasMaxLength(Lengths.Name);
        builder.Property(run => run.StartedBy).HasMaxLength(Lengths.Name);
        builder.Property(run => run.CreatedAt).HasDefaultValueSql("now()");
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(run => run.TeamId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(run => run.RequestKey).IsUnique();

        // The runs of a team, newest first.
        builder.HasIndex(run => new { run.TeamId, run.CreatedAt }).IsDescending(false, true);

        // Every run, newest first.
        builder.HasIndex(run => run.CreatedAt).IsDescending();

        // The live ones: the sweep, and the live-runs panel.
        builder
            .HasIndex(run => run.Provider)
            .HasFilter("state in ('Queued', 'Running', 'Held', 'NeedsAttention', 'Cancelling')")
            .HasDatabaseName("ix_runs_live");
    }
}

internal sealed class PassEntityConfiguration : IEntityTypeConfiguration<PassEntity>
{
    public void Configure(EntityTypeBuilder<PassEntity> builder)
    {
        builder.ToTable("passes");
        builder.HasKey(pass => new { pass.RunId, pass.Ordinal });
        builder.Property(pass => pass.Model).HasMaxLength(Lengths.Model);
        builder.Property(pass => pass.Replaced).HasMaxLength(Lengths.Model);
        builder.Property(pass => pass.Cost).HasColumnType("numeric(18,9)");
        builder.Property(pass => pass.StartedAt).HasDefaultValueSql("now()");
        builder.HasOne<RunEntity>().WithMany().HasForeignKey(pass => pass.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class PassFailureEntityConfiguration : IEntityTypeConfiguration<PassFailureEntity>
{
    public void Configure(EntityTypeBuilder<PassFailureEntity> builder)
    {
        builder.ToTable("pass_failures");
        builder.HasKey(failure => new
        {
            failure.RunId,
            failure.Ordinal,
            failure.Code,
        });
        builder.Property(failure => failure.Code).HasMaxLength(Lengths.Code);
        builder
            .HasOne<PassEntity>()
            .WithMany()
            .HasForeignKey(failure => new { failure.RunId, failure.Ordinal })
            .OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class RequestEntityConfiguration : IEntityTypeConfiguration<RequestEntity>
{
    public void Configure(EntityTypeBuilder<RequestEntity> builder)
    {
        builder.ToTable("requests");
        builder.Property(request => request.Outcome).HasMaxLength(Lengths.Code);
        builder.Property(request => request.FailureCode).HasMaxLength(Lengths.Code);
        builder
            .Property(request => request.MessageKey)
            .HasComputedColumnSql("case when outcome = 'failed' then groqbatch.message_key(coalesce(message, '')) end", stored: true);

        // Its pass is looked for once for each statement, not once for each row: StatementReferencesSql.
        // No foreign key to the pull request, here, in claims and in summaries: each would lock the row it points to, and locking every row of
        // the widest table there is means writing every page of it, once for each plan and each ingest. Requests, claims and summaries go with
        // their run, and a team's runs are removed before its pull requests.

        // One request for each pull request and pass.
        builder
            .HasIndex(request => new
            {
                request.RunId,
                request.PassOrdinal,
                request.PullRequestId,
            })
            .IsUnique();

        // What waits to be sent, in order.
        builder
            .HasIndex(request => new
            {
                request.RunId,
                request.PassOrdinal,
                request.Position,
            })
            .HasFilter("outcome is null and batch_id is null")
            .HasDatabaseName("ix_requests_waiting");

        // The failures of a run by code and folded message, in the order of its list.
        builder
            .HasIndex(request => new
            {
                request.RunId,
                request.PassOrdinal,
                request.FailureCode,
                request.MessageKey,
                request.PullRequestId,
            })
            .HasFilter("outcome = 'failed'")
            .HasDatabaseName("ix_requests_failed");

        // Every request of one pull request over all runs.
        builder.HasIndex(request => request.PullRequestId);
    }
}

internal sealed class ClaimEntityConfiguration : IEntityTypeConfiguration<ClaimEntity>
{
    public void Configure(EntityTypeBuilder<ClaimEntity> builder)
    {
        builder.ToTable("claims");
        builder.HasKey(claim => claim.PullRequestId);
        builder.Property(claim => claim.PullRequestId).ValueGeneratedNever();
        builder.Property(claim => claim.ClaimedAt).HasDefaultValueSql("now()");

        // Its run is looked for once for each statement: StatementReferencesSql.
        builder.HasIndex(claim => claim.RunId);
    }
}

internal sealed class RunEventEntityConfiguration : IEntityTypeConfiguration<RunEventEntity>
{
    public void Configure(EntityTypeBuilder<RunEventEntity> builder)
    {
        builder.ToTable("run_events");
        builder.Property(moved => moved.Actor).HasMaxLength(Lengths.Name);
        builder.Property(moved => moved.Subject).HasMaxLength(Lengths.Code);
        builder.Property(moved => moved.FromState).HasMaxLength(Lengths.Code);
        builder.Property(moved => moved.ToState).HasMaxLength(Lengths.Code);
        builder.Property(moved => moved.At).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<RunEntity>().WithMany().HasForeignKey(moved => moved.RunId).OnDelete(DeleteBehavior.Cascade);

        // The timeline of a run.
        builder.HasIndex(moved => new { moved.RunId, moved.Id });
    }
}
