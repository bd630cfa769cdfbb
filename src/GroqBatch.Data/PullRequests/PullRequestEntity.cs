using GroqBatch.Data.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.PullRequests;

/// <summary>Content only; where a pull request stands is in <see cref="PullRequestStateEntity"/>, apart for each provider.</summary>
public sealed class PullRequestEntity
{
    public long Id { get; set; }
    public int TeamId { get; set; }
    public required string Repository { get; set; }
    public long Number { get; set; }
    public required string Title { get; set; }
    public required string Body { get; set; }
    public required string AuthorLogin { get; set; }
    public string? AuthorName { get; set; }
    public bool AuthorIsBot { get; set; }
    public required string State { get; set; }
    public bool IsMerged { get; set; }
    public bool IsDraft { get; set; }
    public required string[] Labels { get; set; }
    public int Additions { get; set; }
    public int Deletions { get; set; }
    public int ChangedFiles { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? MergedAt { get; set; }
    public DateTimeOffset? ClosedAt { get; set; }
    public required string Url { get; set; }

    /// <summary>jsonb in the shape of <see cref="PullRequestJson"/>.</summary>
    public required string Files { get; set; }

    public required string Commits { get; set; }
    public required string Reviews { get; set; }
    public required string Comments { get; set; }

    /// <summary>SHA-256 of everything the prompt reads.</summary>
    public required byte[] ContentHash { get; set; }

    /// <summary>UTF-8 bytes of its user prompt: what estimates are made of.</summary>
    public int PromptBytes { get; set; }

    /// <summary>Whether the body has a character that is not white space.</summary>
    public bool IsEligible { get; set; }

    public DateTimeOffset ImportedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class PullRequestEntityConfiguration : IEntityTypeConfiguration<PullRequestEntity>
{
    public void Configure(EntityTypeBuilder<PullRequestEntity> builder)
    {
        builder.ToTable("pull_requests");
        builder.Property(pullRequest => pullRequest.Repository).HasMaxLength(Lengths.Repository);
        builder.Property(pullRequest => pullRequest.Files).HasColumnType("jsonb");
        builder.Property(pullRequest => pullRequest.Commits).HasColumnType("jsonb");
        builder.Property(pullRequest => pullRequest.Reviews).HasColumnType("jsonb");
        builder.Property(pullRequest => pullRequest.Comments).HasColumnType("jsonb");
        builder.Property(pullRequest => pullRequest.ImportedAt).HasDefaultValueSql("now()");
        builder.Property(pullRequest => pullRequest.UpdatedAt).HasDefaultValueSql("now()");
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(pullRequest => pullRequest.TeamId).OnDelete(DeleteBehavior.Cascade);

        // The key of a pull request; also serves its foreign key to the team.
        builder
            .HasIndex(pullRequest => new
            {
                pullRequest.TeamId,
                pullRequest.Repository,
                pullRequest.Number,
            })
            .IsUnique();
    }
}
