using GroqBatch.Data.Audit;
using GroqBatch.Data.Batches;
using GroqBatch.Data.Coverage;
using GroqBatch.Data.Leases;
using GroqBatch.Data.PullRequests;
using GroqBatch.Data.Runs;
using GroqBatch.Data.SpotChecks;
using GroqBatch.Data.Summaries;
using GroqBatch.Data.Teams;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace GroqBatch.Data;

/// <summary>The one context of the product; schema <c>groqbatch</c>.</summary>
public sealed class GroqBatchDbContext(DbContextOptions<GroqBatchDbContext> options) : DbContext(options)
{
    public const string Schema = "groqbatch";
    public const string MigrationsTable = "__migrations";

    public DbSet<TeamEntity> Teams => Set<TeamEntity>();
    public DbSet<PullRequestEntity> PullRequests => Set<PullRequestEntity>();
    public DbSet<PullRequestStateEntity> PullRequestStates => Set<PullRequestStateEntity>();
    public DbSet<CoverageByTeamEntity> CoverageByTeam => Set<CoverageByTeamEntity>();
    public DbSet<CoverageByMonthEntity> CoverageByMonth => Set<CoverageByMonthEntity>();
    public DbSet<CoverageHistoryEntity> CoverageHistory => Set<CoverageHistoryEntity>();
    public DbSet<SummaryEntity> Summaries => Set<SummaryEntity>();
    public DbSet<RunEntity> Runs => Set<RunEntity>();
    public DbSet<PassEntity> Passes => Set<PassEntity>();
    public DbSet<PassFailureEntity> PassFailures => Set<PassFailureEntity>();
    public DbSet<FailureGroups.FailureGroupEntity> FailureGroups => Set<FailureGroups.FailureGroupEntity>();
    public DbSet<RequestEntity> Requests => Set<RequestEntity>();
    public DbSet<ClaimEntity> Claims => Set<ClaimEntity>();
    public DbSet<RunEventEntity> RunEvents => Set<RunEventEntity>();
    public DbSet<BatchEntity> Batches => Set<BatchEntity>();
    public DbSet<BatchCustomIdEntity> BatchCustomIds => Set<BatchCustomIdEntity>();
    public DbSet<AttemptEntity> Attempts => Set<AttemptEntity>();
    public DbSet<LeaseEntity> Leases => Set<LeaseEntity>();
    public DbSet<SampleEntity> Samples => Set<SampleEntity>();
    public DbSet<SampleItemEntity> SampleItems => Set<SampleItemEntity>();
    public DbSet<VerdictEntity> Verdicts => Set<VerdictEntity>();
    public DbSet<Notifications.NotificationEntity> Notifications => Set<Notifications.NotificationEntity>();
    public DbSet<Notifications.NotificationReaderEntity> NotificationReaders => Set<Notifications.NotificationReaderEntity>();
    public DbSet<Notifications.NotificationReadEntity> NotificationReads => Set<Notifications.NotificationReadEntity>();
    public DbSet<Notifications.GoalStateEntity> GoalStates => Set<Notifications.GoalStateEntity>();
    public DbSet<Webhooks.WebhookEndpointEntity> WebhookEndpoints => Set<Webhooks.WebhookEndpointEntity>();
    public DbSet<Webhooks.WebhookDeliveryEntity> WebhookDeliveries => Set<Webhooks.WebhookDeliveryEntity>();
    public DbSet<KeptFilters.KeptFilterEntity> KeptFilters => Set<KeptFilters.KeptFilterEntity>();
    public DbSet<AuditEventEntity> AuditEvents => Set<AuditEventEntity>();

    /// <summary>Keys of sign-in cookies, so that they outlive a process and hold on every instance: see <see cref="Installation.SignInKeys"/>.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(GroqBatchDbContext).Assembly);
    }

    internal static void Configure(DbContextOptionsBuilder options, Npgsql.NpgsqlDataSource dataSource) =>
        options.UseNpgsql(dataSource, npgsql => npgsql.MigrationsHistoryTable(MigrationsTable, Schema)).UseSnakeCaseNamingConvention();
}
