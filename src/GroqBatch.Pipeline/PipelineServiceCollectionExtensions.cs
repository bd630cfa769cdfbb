using GroqBatch.Core.Backfills;
using GroqBatch.Core.Bundles;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Plans;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Results;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Core.Webhooks;
using GroqBatch.Pipeline.Backfills;
using GroqBatch.Pipeline.Batches;
using GroqBatch.Pipeline.Bundles;
using GroqBatch.Pipeline.Plans;
using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Reingest;
using GroqBatch.Pipeline.Results;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Pipeline.Scheduling;
using GroqBatch.Pipeline.Storage;
using GroqBatch.Pipeline.Telemetry;
using GroqBatch.Pipeline.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Quartz;

namespace GroqBatch.Pipeline;

/// <summary>Registers the pipeline room.</summary>
public static class PipelineServiceCollectionExtensions
{
    /// <summary>The service that people and schedules talk to. Records what is asked for; without the scheduler, others carry it out.</summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<PipelineOptions>().Bind(configuration.GetSection(PipelineOptions.SectionName));
        services.AddSingleton<IValidateOptions<PipelineOptions>, PipelineOptionsValidator>();
        services.AddOptionsWithValidateOnStart<WebhookOptions>().Bind(configuration.GetSection(WebhookOptions.SectionName));
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidator>();
        services.AddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<GroqBatchMetrics>();
        RawFiles.DemandWholeFiles();
        services.AddSingleton<RawFiles>();
        services.AddSingleton<RawFileFetcher>();
        services.AddSingleton<IRawExport, RawExport>();
        services.AddSingleton<IRawDownload, RawDownloads>();
        services.AddSingleton<ISentPrompts, SentPrompts>();
        services.AddSingleton<IReingest, Reingester>();
        services.AddSingleton<IRunBundles, RunBundles>();
        services.AddSingleton<IBatchResults, BatchResults>();
        services.AddSingleton<PipelineIdentity>();
        services.AddSingleton<IRunService, RunService>();
        services.AddSingleton<IBackfillOutlooks, BackfillOutlooks>();
        services.AddSingleton<RunEstimator>();
        services.AddSingleton<IRunEstimator>(provider => provider.GetRequiredService<RunEstimator>());
        services.AddSingleton<IPlanner, Planner>();
        services.AddSingleton<IRunWaker, SignallingWaker>();
        services.AddSingleton<BatchFileWriter>();
        services.AddSingleton<BatchSubmitter>();
        services.AddSingleton<BatchIngester>();
        services.AddSingleton<BatchPoller>();
        services.AddSingleton<RunAdvancer>();
        services.AddSingleton<Sweeper>();
        services.AddSingleton<Webhook>();
        services.AddSingleton<IWebhooks>(provider => provider.GetRequiredService<Webhook>());
        return services;
    }

    /// <summary>The scheduler with its jobs: a host with it carries live runs on. Needs <see cref="AddPipeline"/> and the database migrated.</summary>
    /// <param name="provider">The provider's name: hosts of different providers share the tables, not the work.</param>
    public static IServiceCollection AddPipelineScheduler(this IServiceCollection services, IConfiguration configuration, string provider)
    {
        var checkIn = configuration.GetValue("Quartz:CheckinInterval", TimeSpan.FromSeconds(1));
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = $"groqbatch-{provider}";
                scheduler.IdleWaitTime = TimeSpan.FromSeconds(1);
                scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            });
            quartz.UseDefaultThreadPool(8);
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(database => database.UseRegisteredDataSource = true);
                store.ProvisionSchema();
                store.UseClustering(clustering =>
                {
                    clustering.CheckinInterval = checkIn;
                    clustering.CheckinMisfireThreshold = checkIn * 4;
                });
                store.ConfigureStore(options =>
                {
                    options.TablePrefix = "quartz.qrtz_";
                    options.MisfireThreshold = TimeSpan.FromSeconds(30);
                });
            });
        });
        services.AddQuartzHostedService(hosted =>
        {
            hosted.WaitForJobsToComplete = true;
            hosted.AwaitApplicationStarted = true;
        });
        services.AddSingleton<IRunWaker, QuartzWaker>();
        services.AddSingleton<JobsUnderWay>();
        services.AddHostedService<PipelineStarter>();
        services.AddHostedService<GaugeReader>();
        services.AddHostedService<WakeListener>();
        services.AddHostedService<WebhookCourier>();
        services.AddHostedService<PipelineDrain>();
        return services;
    }
}
