using GroqBatch.Data.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Coverage;

/// <summary>Counters per provider and team, kept by statement-level triggers; equal to a recount, always.</summary>
public sealed class CoverageByTeamEntity
{
    public required string Provider { get; set; }
    public int TeamId { get; set; }
    public int Excluded { get; set; }
    public int SummarisedFirst { get; set; }
    public int Recovered { get; set; }
    public int Stale { get; set; }
    public int InFlight { get; set; }
    public int Failed { get; set; }
    public int Parked { get; set; }
    public int Pending { get; set; }
}

/// <summary>The same counters per repository and month of creation (UTC).</summary>
public sealed class CoverageByMonthEntity
{
    public required string Provider { get; set; }
    public int TeamId { get; set; }
    public required string Repository { get; set; }
    public DateOnly Month { get; set; }
    public int Excluded { get; set; }
    public int SummarisedFirst { get; set; }
    public int Recovered { get; set; }
    public int Stale { get; set; }
    public int InFlight { get; set; }
    public int Failed { get; set; }
    public int Parked { get; set; }
    public int Pending { get; set; }
}

/// <summary>What the counters of a team were at a time; append-only.</summary>
public sealed class CoverageHistoryEntity
{
    public long Id { get; set; }
    public required string Provider { get; set; }
    public int TeamId { get; set; }
    public DateTimeOffset TakenAt { get; set; }
    public int Excluded { get; set; }
    public int SummarisedFirst { get; set; }
    public int Recovered { get; set; }
    public int Stale { get; set; }
    public int InFlight { get; set; }
    public int Failed { get; set; }
    public int Parked { get; set; }
    public int Pending { get; set; }
    public double Goal { get; set; }
}

internal sealed class CoverageByTeamEntityConfiguration : IEntityTypeConfiguration<CoverageByTeamEntity>
{
    public void Configure(EntityTypeBuilder<CoverageByTeamEntity> builder)
    {
        builder.ToTable("coverage_by_team");
        builder.HasKey(row => new { row.Provider, row.TeamId });
        builder.Property(row => row.Provider).HasMaxLength(Lengths.Code);
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class CoverageByMonthEntityConfiguration : IEntityTypeConfiguration<CoverageByMonthEntity>
{
    public void Configure(EntityTypeBuilder<CoverageByMonthEntity> builder)
    {
        builder.ToTable("coverage_by_month");
        builder.HasKey(row => new
        {
            row.Provider,
            row.TeamId,
            row.Repository,
            row.Month,
        });
        builder.Property(row => row.Provider).HasMaxLength(Lengths.Code);
        builder.Property(row => row.Repository).HasMaxLength(Lengths.Repository);
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class CoverageHistoryEntityConfiguration : IEntityTypeConfiguration<CoverageHistoryEntity>
{
    public void Configure(EntityTypeBuilder<CoverageHistoryEntity> builder)
    {
        builder.ToTable("coverage_history");
        builder.Property(row => row.Provider).HasMaxLength(Lengths.Code);
        builder.Property(row => row.TakenAt).HasDefaultValueSql("now()");
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);

        // Coverage over time of one team.
        builder.HasIndex(row => new
        {
            row.Provider,
            row.TeamId,
            row.TakenAt,
        });
    }
}
