using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.PullRequests;

/// <summary>
/// Where a pull request stands for one provider: summaries of the simulator never count for the real one, nor the other way round. Rows come
/// and go with the pull requests (triggers); the facts in it are local, so that <see cref="State"/> is generated and can't contradict them.
/// </summary>
public sealed class PullRequestStateEntity
{
    public required string Provider { get; set; }
    public long PullRequestId { get; set; }

    // Copies of the pull request's own columns, kept by triggers: lists, plans and counters need no join.
    public int TeamId { get; set; }
    public required string Repository { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public bool IsEligible { get; set; }
    public required byte[] ContentHash { get; set; }

    /// <summary>Its current summary; null when it has none.</summary>
    public long? SummaryId { get; set; }

    /// <summary>The content that the current summary describes.</summary>
    public byte[]? SummaryHash { get; set; }

    /// <summary>The rung that wrote the current summary.</summary>
    public short? SummaryRung { get; set; }

    /// <summary>The current summary is of an earlier major version of the prompt.</summary>
    public bool IsPromptOutdated { get; set; }

    /// <summary>A live run of this provider has claimed it.</summary>
    public bool IsClaimed { get; set; }

    /// <summary>It was tried and has had no summary since.</summary>
    public bool HasFailed { get; set; }

    /// <summary>The last failure's code; null when it has not failed since its last summary.</summary>
    public string? FailureCode { get; set; }

    /// <summary>The group of the last failure: <see cref="FailureGroups.FailureGroupEntity.Id"/>; means nothing once it has a summary.</summary>
    public long? FailureGroupId { get; set; }

    public bool IsParked { get; set; }
    public string? ParkedBy { get; set; }
    public string? ParkedReason { get; set; }

    /// <summary>
    /// Generated: <c>excluded</c>, <c>summarised</c>, <c>stale</c>, <c>in_flight</c>, <c>parked</c>, <c>failed</c> or <c>pending</c>.
    /// </summary>
    public string State { get; private set; } = "pending";
}

internal sealed class PullRequestStateEntityConfiguration : IEntityTypeConfiguration<PullRequestStateEntity>
{
    public void Configure(EntityTypeBuilder<PullRequestStateEntity> builder)
    {
        builder.ToTable("pull_request_states");

        // The pull request first: what an import changed is looked up by that alone, and each move of a state writes each index there is.
        builder.HasKey(state => new { state.PullRequestId, state.Provider });
        builder.Property(state => state.Provider).HasMaxLength(Lengths.Code);
        builder.Property(state => state.Repository).HasMaxLength(Lengths.Repository);
        builder.Property(state => state.FailureCode).HasMaxLength(Lengths.Code);
        builder
            .Property(state => state.State)
            .HasMaxLength(Lengths.Code)
            .HasComputedColumnSql(
                """
                case
                    when not is_eligible then 'excluded'
                    when summary_id is not null and (is_prompt_outdated or summary_hash is distinct from content_hash) then 'stale'
                    when summary_id is not null then 'summarised'
                    when is_claimed then 'in_flight'
                    when is_parked then 'parked'
                    when has_failed then 'failed'
                    else 'pending'
                end
                """,
                stored: true
            );
        builder.HasOne<PullRequestEntity>().WithMany().HasForeignKey(state => state.PullRequestId).OnDelete(DeleteBehavior.Cascade);

        // A run's selection and every list of a team by state, newest first.
        builder
            .HasIndex(state => new
            {
                state.Provider,
                state.TeamId,
                state.State,
                state.CreatedAt,
                state.PullRequestId,
            })
            .IsDescending(false, false, false, true, true);

        // How many of a group of failures are still without a summary, and which.
        builder
            .HasIndex(state => new { state.FailureGroupId, state.PullRequestId })
            .HasFilter("state = 'failed'")
            .HasDatabaseName("ix_pull_request_states_failed");

        // None by team alone: it goes with its pull request.
    }
}
