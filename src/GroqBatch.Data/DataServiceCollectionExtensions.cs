using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace GroqBatch.Data;

/// <summary>Registers the database room.</summary>
public static class DataServiceCollectionExtensions
{
    /// <summary>A row of a pull request has six kilobytes and more; what does not fit into the driver's own eight is read by halves.</summary>
    private const int ReadBufferSize = 32 * 1024;

    /// <summary>One data source for everything (EF, COPY, LISTEN, the scheduler), the contexts and the stores.</summary>
    /// <param name="connectionString">To a PostgreSQL database; never logged.</param>
    public static IServiceCollection AddData(this IServiceCollection services, string connectionString)
    {
        services.AddNpgsqlDataSource(
            connectionString,
            builder =>
            {
                builder.ConnectionStringBuilder.ReadBufferSize = Math.Max(builder.ConnectionStringBuilder.ReadBufferSize, ReadBufferSize);
                // Nothing here has a type that PostgreSQL doesn't come with: every process would ask first which there are.
                builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
            }
        );
        services.AddPooledDbContextFactory<GroqBatchDbContext>(
            (provider, options) => GroqBatchDbContext.Configure(options, provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddSingleton<Installation.DatabaseInitialiser>();
        services.AddSingleton<IInstallation>(provider => provider.GetRequiredService<Installation.DatabaseInitialiser>());
        services.AddSingleton<Installation.SignInKeys>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<Core.Audit.IAuditReader, Audit.AuditReader>();
        services.AddSingleton<Core.Audit.IAuditLog, Audit.AuditLog>();
        services.AddSingleton<Core.Installation.IHealthReader, Installation.HealthReader>();
        services.AddSingleton<Core.Teams.ITeamStore, Teams.TeamStore>();
        services.AddSingleton<Core.Teams.ITeamRunsReader, Teams.TeamRunsReader>();
        services.AddSingleton<Core.PullRequests.IPullRequestStore, PullRequests.PullRequestStore>();
        services.AddSingleton<Core.Coverage.ICoverageReader, Coverage.CoverageReader>();
        services.AddSingleton<Core.Coverage.ICoverageListReader, Coverage.CoverageListReader>();
        services.AddSingleton<Core.Estimates.IPromptSizes, PullRequests.PromptSizes>();
        services.AddSingleton<Core.Backfills.IBackfillSizesReader, Backfills.BackfillSizesReader>();
        services.AddSingleton<Core.Coverage.ICoverageHistory, Coverage.CoverageHistory>();
        services.AddSingleton<Coverage.CoverageRecount>();
        services.AddSingleton<Core.Summaries.ICurrentSummaries, Summaries.CurrentSummaries>();
        services.AddSingleton<Core.Samples.ISampleStore, Samples.SampleStore>();
        services.AddSingleton<Core.Runs.IRunReader, Runs.RunReader>();
        services.AddSingleton<Core.Runs.IPipelinePresence, Installation.PipelinePresence>();
        services.AddSingleton<Core.Changes.IChangeReader, Changes.ChangeReader>();
        services.AddSingleton<Core.Changes.IChangeSignal, Changes.ChangeSignal>();
        services.AddSingleton<ILeases, Leases.LeaseStore>();
        services.AddSingleton<Core.Parking.IParking, Parking.ParkingStore>();
        services.AddSingleton<Core.Parking.IParkedReasons, Parking.ParkedReasonsReader>();
        services.AddSingleton<Core.PullRequests.IPullRequestFinder, PullRequests.PullRequestFinder>();
        services.AddSingleton<Core.PullRequests.IPullRequestListReader, PullRequests.PullRequestListReader>();
        services.AddSingleton<PullRequests.PullRequestReader>();
        services.AddSingleton<Core.PullRequests.IPullRequestReader>(provider =>
            provider.GetRequiredService<PullRequests.PullRequestReader>()
        );
        services.AddSingleton<Core.PullRequests.IAttemptFinder>(provider => provider.GetRequiredService<PullRequests.PullRequestReader>());
        services.AddSingleton<Core.Coverage.ICoverageGridReader, Coverage.CoverageGridReader>();
        services.AddSingleton<IRunStore, Runs.RunStore>();
        services.AddSingleton<IRequestReader, Runs.RequestReader>();
        services.AddSingleton<Core.FailureGroups.IFailureReader, FailureGroups.FailureReader>();
        services.AddSingleton<Core.Estimates.IPastReader, Estimates.PastReader>();
        services.AddSingleton<Core.Reconciliation.IReconciliationReader, Reconciliation.ReconciliationReader>();
        services.AddSingleton<Core.Telemetry.ILedgerGauges, Telemetry.LedgerGauges>();
        services.AddSingleton<Core.Bundles.IBundleStore, Bundles.BundleStore>();
        services.AddSingleton<Core.Reingest.IReingestStore, Reingest.ReingestStore>();
        services.AddSingleton<Core.Results.IResultsStore, Results.ResultsStore>();
        services.AddSingleton<Core.SpotChecks.ISpotChecks, SpotChecks.SpotCheckStore>();
        services.AddSingleton<Core.SpotChecks.IQualityReader, SpotChecks.QualityReader>();
        services.AddSingleton<Core.Notifications.INotifications, Notifications.NotificationInbox>();
        services.AddSingleton<Core.Notifications.INotificationWatch, Notifications.NotificationWatch>();
        services.AddSingleton<Core.Search.ISearch, Search.SearchReader>();
        services.AddSingleton<Core.KeptFilters.IKeptFilters, KeptFilters.KeptFilterStore>();
        services.AddSingleton<Core.Webhooks.IWebhookStore, Webhooks.WebhookStore>();
        services.AddSingleton<IBatchStore, Batches.BatchStore>();
        return services;
    }
}
