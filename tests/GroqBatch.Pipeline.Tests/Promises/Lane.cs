using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Data;
using GroqBatch.Data.Installation;
using GroqBatch.Data.Storage;
using GroqBatch.Groq;
using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Pipeline.Tests.Promises;

/// <summary>A worker: the pipeline's own steps, with interference between it and everything outside.</summary>
internal sealed class Worker(ServiceProvider services, Interference interference) : IAsyncDisposable
{
    /// <summary>What it is doing; null when it rests.</summary>
    public Task? Task { get; set; }

    public Interference Interference => interference;
    public RunAdvancer Advancer { get; } = services.GetRequiredService<RunAdvancer>();
    public BatchPoller Poller { get; } = services.GetRequiredService<BatchPoller>();

    public ValueTask DisposeAsync() => services.DisposeAsync();
}

/// <summary>
/// What sequences run on, one after another: a database, a provider in memory, two workers that may die or stand still, and people who are never
/// interfered with. Its workers keep nothing between steps, so that one that died is replaced by forgetting what it was about to do.
/// </summary>
internal sealed class Lane : IAsyncDisposable
{
    public static Actor Ada { get; } = new("ada", Right.All);

    private readonly TestFolder _folder;
    private readonly ServiceProvider _people;
    private readonly NpgsqlDataSource _looking;

    private Lane(TestDatabase database, TestFolder folder, int? maxLiveBatches)
    {
        Database = database;
        _folder = folder;
        _people = Build(interference: null, maxLiveBatches);

        _looking = NpgsqlDataSource.Create(QuickConnectionString());
        Workers = [.. Enumerable.Range(0, 2).Select(_ => MakeWorker(maxLiveBatches))];
    }

    public TestDatabase Database { get; }

    /// <summary>For what a sequence itself reads and brings about.</summary>
    public NpgsqlDataSource DataSource => _looking;

    public MemoryProvider Provider { get; } = new();
    public ChangingLadder Ladder { get; } = new();

    /// <summary>The clock of its workers: what their graces are counted by. Goes on by itself, and further when a sequence lets time pass.</summary>
    public LaneClock Clock { get; } = new();

    public IReadOnlyList<Worker> Workers { get; }
    public IRunService Service => _people.GetRequiredService<IRunService>();
    public IRunStore Runs => _people.GetRequiredService<IRunStore>();

    public static async Task<Lane> CreateAsync(int? maxLiveBatches, CancellationToken cancellationToken)
    {
        var lane = new Lane(await TestDatabase.CreateAsync(cancellationToken), new TestFolder(), maxLiveBatches);
        await lane
            ._people.GetRequiredService<DatabaseInitialiser>()
            .PrepareProviderAsync(lane.Provider.Name, PromptVersion.Current.Major, cancellationToken);
        return lane;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Workers)
        {
            await worker.DisposeAsync();
        }

        await _people.DisposeAsync();
        await _looking.DisposeAsync();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>
    /// The same statements for each of some hundred thousand deeds, over a handful of rows: planned once, and never compiled, which takes longer
    /// than all of them.
    /// </summary>
    private string QuickConnectionString() =>
        new NpgsqlConnectionStringBuilder(Database.ConnectionString)
        {
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            Options = "-c jit=off",
            NoResetOnClose = true,
        }.ConnectionString;

    private Worker MakeWorker(int? maxLiveBatches)
    {
        var interference = new Interference();
        return new Worker(Build(interference, maxLiveBatches), interference);
    }

    private ServiceProvider Build(Interference? interference, int? maxLiveBatches)
    {
        // Nothing waits in real time: what is to be waited for (a lease's end, a second try, a grace) a sequence brings about.
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Groq:Mode"] = "Simulator",
                    ["Storage:DataFolder"] = _folder.Path,
                    ["Storage:RawFolder"] = _folder.Combine("raw"),
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(QuickConnectionString());
        services.AddStorage(configuration);
        services.AddGroq(configuration);
        services.AddPipeline(configuration);
        services.AddSingleton(
            Options.Create(
                new PipelineOptions
                {
                    MaxRequestsPerBatch = 3,
                    MaxLiveBatches = maxLiveBatches,
                    PollInterval = TimeSpan.Zero,
                    FirstMinutePollInterval = TimeSpan.Zero,
                    RetryDelay = TimeSpan.FromHours(1),
                    MaxRetryDelay = TimeSpan.FromHours(1),
                    LeaseDuration = TimeSpan.FromHours(1),
                    DoubtGrace = LaneClock.Grace,
                    LostGrace = TimeSpan.Zero,
                }
            )
        );
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IBatchProvider>(Provider);
        services.AddSingleton<ILadderResolver>(Ladder);
        services.AddSingleton<IRunEstimator, NoEstimate>();
        services.AddSingleton<IRunWaker, NoAlarm>();
        if (interference is not null)
        {
            Wrap<IBatchProvider>(services, interference);
            Wrap<IBatchStore>(services, interference);
            Wrap<IRunStore>(services, interference);
            Wrap<ILeases>(services, interference);
        }

        return services.BuildServiceProvider();
    }

    private static void Wrap<T>(ServiceCollection services, Interference interference)
        where T : class
    {
        var real = services.Last(service => service.ServiceType == typeof(T));
        services.AddSingleton(provider =>
            Interfering<T>.Wrap(
                (T)(real.ImplementationInstance ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!)),
                interference
            )
        );
    }

    private sealed class NoAlarm : IRunWaker
    {
        public Task WakeAsync(Guid runId, TimeSpan after, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WakePollAsync(TimeSpan after, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoEstimate : IRunEstimator
    {
        public Task<Estimate> EstimateAsync(
            RunSelection selection,
            SelectionCount count,
            Ladder ladder,
            CancellationToken cancellationToken
        ) =>
            Task.FromResult(
                new Estimate
                {
                    Requests = Range.Exactly(count.Selected),
                    PromptTokens = Range.Exactly(0),
                    CompletionTokens = Range.Exactly(0),
                    FirstPassFailures = Range.Exactly(0),
                    FinalFailures = Range.Exactly(0),
                    Basis = "None.",
                }
            );
    }
}

/// <summary>A clock that a sequence puts forward. Its timers are the system's: nothing here waits for one.</summary>
internal sealed class LaneClock : TimeProvider
{
    private long _ahead;

    /// <summary>How long a creation is in doubt: far longer than any deed takes, and over whenever a sequence lets time pass.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromMinutes(30);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));

    public override long GetTimestamp() =>
        System.GetTimestamp() + (Interlocked.Read(ref _ahead) * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override long TimestampFrequency => System.TimestampFrequency;
}

/// <summary>A ladder of three rungs, of which the middle one's model may be replaced by another.</summary>
internal sealed class ChangingLadder : ILadderResolver
{
    public bool IsReplaced { get; set; }

    /// <summary>A run that goes on asks for the rungs it was started with.</summary>
    public Task<Ladder> ResolveAsync(TeamLadder? own, CancellationToken cancellationToken)
    {
        Rung[] all =
        [
            Rung(1, "small", 131_072, price: 1),
            IsReplaced ? Rung(2, "successor", 131_072, price: 7) with { Replaced = "middle" } : Rung(2, "middle", 131_072, price: 3),
            Rung(3, "large", 262_144, price: 5),
        ];
        return Task.FromResult(
            new Ladder(
                own is null
                    ? all
                    :
                    [
                        .. own.Models.Select(
                            (model, index) => all.Single(rung => (rung.Replaced ?? rung.Model) == model) with { Ordinal = index + 1 }
                        ),
                    ]
            )
        );
    }

    private static Rung Rung(int ordinal, string model, int context, decimal price) =>
        new()
        {
            Ordinal = ordinal,
            Model = model,
            ResponseFormat = ResponseFormat.JsonObject,
            MaxCompletionTokens = 4_096,
            ContextTokens = context,
            PromptPrice = price,
            CompletionPrice = price * 2,
        };
}
