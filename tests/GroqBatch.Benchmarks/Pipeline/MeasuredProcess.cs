using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Data;
using GroqBatch.Data.Installation;
using GroqBatch.Data.Storage;
using GroqBatch.Groq;
using GroqBatch.Groq.Settings;
using GroqBatch.Pipeline;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>What the measured process is told.</summary>
internal sealed record MeasuredSettings
{
    public required string ConnectionString { get; init; }
    public required string Folder { get; init; }
    public required string SimulatorUrl { get; init; }
    public required int SimulatorId { get; init; }
    public required int PostmasterId { get; init; }
    public required int TeamId { get; init; }
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Where its figures go.</summary>
    public required string ResultFile { get; init; }
}

/// <summary>
/// One run from its start to its end, in a process of its own with the scheduler and everything else that a host has, so that neither the
/// generated pull requests nor an earlier measurement are in its memory.
/// </summary>
internal static class MeasuredProcess
{
    public const string Verb = "measured-process";

    /// <param name="settingsFile">JSON of <see cref="MeasuredSettings"/>; removed once read, since it holds the database's password.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<int> RunAsync(string settingsFile, CancellationToken cancellationToken)
    {
        var settings = JsonSerializer.Deserialize<MeasuredSettings>(await File.ReadAllTextAsync(settingsFile, cancellationToken))!;
        File.Delete(settingsFile);
        var clock = new StageClock(new ServerMeter(settings.PostmasterId), settings.SimulatorId);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = Build(settings, clock, ended);
        await host
            .Services.GetRequiredService<DatabaseInitialiser>()
            .PrepareProviderAsync("simulator", PromptVersion.Current.Major, cancellationToken);
        await host.StartAsync(cancellationToken);

        // The scheduler has started and found nothing: what it takes to get there is no part of a run.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        var idle = Environment.WorkingSet;
        var startUp = Environment.CpuUsage.TotalTime.TotalSeconds;
        var allocated = GC.GetTotalAllocatedBytes();
        clock.Start();
        clock.Begin("plan");
        var started = await host
            .Services.GetRequiredService<IRunService>()
            .StartAsync(
                new StartRun { TeamId = settings.TeamId, WithFallback = true },
                new Actor("benchmark", Right.All),
                cancellationToken
            );
        var runId = started.RunId ?? throw new InvalidOperationException("There is nothing to summarise.");
        await WaitAsync(host.Services.GetRequiredService<IRunStore>(), runId, ended.Task, cancellationToken);
        var (stages, whole) = clock.Stop();
        allocated = GC.GetTotalAllocatedBytes() - allocated;

        var figures = await ReadAsync(host.Services, runId, cancellationToken);
        figures = figures with
        {
            Stages = stages,
            Whole = whole,
            IdleBytes = idle,
            StartUpCpu = startUp,
            IsServerGc = System.Runtime.GCSettings.IsServerGC,
            AllocatedBytes = allocated,
            GcPauseSeconds = GC.GetTotalPauseDuration().TotalSeconds,
            Collections = [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)],
        };
        await File.WriteAllTextAsync(settings.ResultFile, JsonSerializer.Serialize(figures), cancellationToken);
        await host.StopAsync(cancellationToken);
        return 0;
    }

    private static IHost Build(MeasuredSettings settings, StageClock clock, TaskCompletionSource ended)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Groq:Mode"] = "Simulator",
                ["Pipeline:PollInterval"] = "00:00:00.020",
                ["Pipeline:FirstMinutePollInterval"] = "00:00:00.020",
                ["Storage:DataFolder"] = settings.Folder,
                ["Storage:RawFolder"] = Path.Combine(settings.Folder, "raw"),
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.Settings!);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("GroqBatch.Groq.Models", LogLevel.Error); // the successor of a retired model, each time
        builder.Logging.AddSimpleConsole();
        builder.Services.AddData(settings.ConnectionString);
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddGroq(builder.Configuration);
        builder.Services.AddPipeline(builder.Configuration);
        builder.Services.AddPipelineScheduler(builder.Configuration, "simulator");
        StagedPort<IRunStore>.Put(builder.Services, clock, _ => ended.TrySetResult());
        StagedPort<IBatchStore>.Put(builder.Services, clock, _ => { });
        StagedPort<IBatchProvider>.Put(builder.Services, clock, _ => { });
        var host = builder.Build();
        host.Services.GetRequiredService<GroqEndpoint>().UseSimulator(new Uri(settings.SimulatorUrl));
        return host;
    }

    private static async Task WaitAsync(IRunStore runs, Guid runId, Task ended, CancellationToken cancellationToken)
    {
        while (await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(2), cancellationToken)) != ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var run = await runs.FindAsync(runId, cancellationToken);
            if (run is { State: RunState.Held or RunState.NeedsAttention })
            {
                throw new InvalidOperationException($"The run is {run.State}: {run.Reason}");
            }
        }
    }

    private static async Task<PipelineFigures> ReadAsync(IServiceProvider services, Guid runId, CancellationToken cancellationToken)
    {
        var dataSource = services.GetRequiredService<NpgsqlDataSource>();
        await using var command = dataSource.CreateCommand(
            """
            select run.state, run.selected,
                   (select count(*)::int from groqbatch.summaries where run_id = run.id),
                   (select count(*)::int from groqbatch.requests where run_id = run.id and pass_ordinal = 1 and outcome = 'failed'),
                   (select count(*)::int from groqbatch.requests where run_id = run.id and outcome = 'failed' and is_final),
                   (select count(*)::int from groqbatch.batches where run_id = run.id and state = 'Ingested'),
                   (select sum(bytes)::bigint from groqbatch.batches where run_id = run.id)
            from groqbatch.runs run where run.id = $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PipelineFigures
        {
            State = reader.GetString(0),
            Selected = reader.GetInt32(1),
            Succeeded = reader.GetInt32(2),
            FirstPassFailures = reader.GetInt32(3),
            FinalFailures = reader.GetInt32(4),
            Batches = reader.GetInt32(5),
            RequestBytes = reader.GetInt64(6),
            Differences = await services.GetRequiredService<IRunStore>().ReconcileAsync(runId, cancellationToken),
            Stages = [],
            Whole = new StageFigures("", 0, 0, 0, 0, 0),
            IdleBytes = 0,
            AllocatedBytes = 0,
            GcPauseSeconds = 0,
            Collections = [],
        };
    }
}
