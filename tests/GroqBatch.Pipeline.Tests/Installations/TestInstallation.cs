using System.Data.Common;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Data;
using GroqBatch.Data.Installation;
using GroqBatch.Data.PullRequests;
using GroqBatch.Data.Storage;
using GroqBatch.Groq;
using GroqBatch.Groq.Settings;
using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Ledger;
using GroqBatch.Simulator.Models;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Pipeline.Tests.Installations;

/// <summary>
/// An installation of its own: real PostgreSQL, the real client over real HTTP to a simulator on a folder of its own, and as many hosts with a
/// scheduler as a test wants.
/// </summary>
internal sealed class TestInstallation : IAsyncDisposable
{
    public static Actor Ada { get; } = new("ada", Right.All);

    // Far more than anything here takes, also on a machine that is busy with other things.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly RunState[] Final = [RunState.Completed, RunState.CompletedWithFailures, RunState.Cancelled];

    private readonly TestFolder _folder = new();
    private readonly List<IHost> _hosts = [];
    private readonly Dictionary<string, string?> _settings;
    private readonly TestFolder _simulatorFolder;
    private readonly Action<IServiceCollection>? _services;

    // A host with a connection of its own is one under a role of its own, which the database then knows.
    private bool _isShared = true;

    private TestInstallation(
        TestDatabase database,
        SimulatorServer simulator,
        TestFolder simulatorFolder,
        Dictionary<string, string?> settings,
        Action<IServiceCollection>? services
    )
    {
        _simulatorFolder = simulatorFolder;
        _services = services;
        Database = database;
        Simulator = simulator;
        _settings = settings;
    }

    public TestDatabase Database { get; }
    public SimulatorServer Simulator { get; }
    public string RawFolder => _folder.Combine("raw");
    public IServiceProvider Services => _hosts[0].Services;
    public IRunService Runs => Services.GetRequiredService<IRunService>();
    public IRunStore RunStore => Services.GetRequiredService<IRunStore>();

    /// <param name="simulator">How the simulator behaves; by default it is over as soon as it has answered, and nothing fails.</param>
    /// <param name="settings">On top of poll times and graces that a test can wait for.</param>
    /// <param name="hosts">Hosts with a scheduler; 0: none, and a test steps by itself (<see cref="DriveAsync"/>): much quicker.</param>
    /// <param name="services">What a host of this installation has otherwise.</param>
    public static async Task<TestInstallation> StartAsync(
        Action<SimulatorOptions>? simulator = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        int hosts = 1,
        Action<IServiceCollection>? services = null,
        CancellationToken cancellationToken = default
    )
    {
        var database = await DatabaseShelf.TakeAsync(cancellationToken);
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Groq:Mode"] = "Simulator",
            ["Groq:RetryDelay"] = "00:00:00.010",
            ["Pipeline:PollInterval"] = "00:00:00.100",
            ["Pipeline:FirstMinutePollInterval"] = "00:00:00.050",
            ["Pipeline:LeaseDuration"] = "00:00:02",
            ["Pipeline:DoubtGrace"] = "00:00:01",
            ["Pipeline:LostGrace"] = "00:00:01",
            ["Pipeline:OverrunGrace"] = "00:30:00",
            ["Pipeline:CancelGrace"] = "00:15:00",
            ["Pipeline:RetryDelay"] = "00:00:00.050",
            ["Pipeline:MaxRetryDelay"] = "00:00:00.500",
            ["Pipeline:SweepInterval"] = "00:00:01",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            all[key] = value;
        }

        var folder = new TestFolder();
        var options = new SimulatorOptions { Folder = folder.Path, Fast = true };
        NothingFails(options);
        simulator?.Invoke(options);
        var server = await SimulatorServer.StartAsync(options, cancellationToken: cancellationToken);
        var installation = new TestInstallation(database, server, folder, all, services);
        all["Storage:DataFolder"] = installation._folder.Path;
        all["Storage:RawFolder"] = installation.RawFolder;
        await installation.AddHostAsync(scheduler: hosts > 0, cancellationToken);
        for (var host = 1; host < hosts; host++)
        {
            await installation.AddHostAsync(scheduler: true, cancellationToken);
        }

        return installation;
    }

    /// <summary>Another process's worth of pipeline on the same database and the same simulator.</summary>
    public async Task<IHost> AddHostAsync(bool scheduler, CancellationToken cancellationToken, string? connectionString = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true);
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddProvider(new TestOutputLoggerProvider());
        builder.Services.AddData(connectionString ?? Database.ConnectionString);
        if (connectionString is not null)
        {
            _isShared = false;
        }
        else
        {
            // One pool for all: each host's own would be a session more, which reads the whole catalogue for a handful of statements.
            // Under both names as an object: what a container makes it disposes of, and the first host to stop would take it from the others.
            builder.Services.AddSingleton(Database.DataSource);
            builder.Services.AddSingleton<DbDataSource>(Database.DataSource);
        }

        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddGroq(builder.Configuration);
        builder.Services.AddPipeline(builder.Configuration);
        if (scheduler)
        {
            builder.Services.AddPipelineScheduler(builder.Configuration, "simulator");
        }

        _services?.Invoke(builder.Services);
        var host = builder.Build();
        host.Services.GetRequiredService<GroqEndpoint>().UseSimulator(new Uri(Simulator.BaseUrl));
        var initialiser = host.Services.GetRequiredService<DatabaseInitialiser>();
        await initialiser.PrepareProviderAsync("simulator", Core.Prompts.PromptVersion.Current.Major, cancellationToken);
        await host.StartAsync(cancellationToken);
        _hosts.Add(host);
        return host;
    }

    /// <summary>A team with pull requests that were written for tests, the first the oldest.</summary>
    /// <returns>The team's key.</returns>
    public async Task<int> AddTeamAsync(string slug, int pullRequests, CancellationToken cancellationToken)
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync(cancellationToken);
        await using var add = new NpgsqlCommand(
            "insert into groqbatch.teams (slug, name, goal, is_sample) values ($1, $1, 0.95, false) returning id",
            connection
        )
        {
            Parameters = { new() { Value = slug } },
        };
        var team = (int)(await add.ExecuteScalarAsync(cancellationToken))!;
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash, prompt_bytes, is_eligible)
            from stdin (format binary)
            """,
            cancellationToken
        );
        for (var number = 1; number <= pullRequests; number++)
        {
            var pullRequest = PullRequests.Numbered(number);
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(team, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pullRequest.Repository, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pullRequest.Number, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(pullRequest.Title, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pullRequest.Body, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pullRequest.Author.Login, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(value: false, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(pullRequest.State, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(value: true, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(value: false, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(Array.Empty<string>(), NpgsqlDbType.Array | NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pullRequest.Additions, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pullRequest.Deletions, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pullRequest.ChangedFiles, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pullRequest.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync("", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(
                JsonSerializer.Serialize(pullRequest.Files, PullRequestJson.Default.IReadOnlyListChangedFile),
                NpgsqlDbType.Jsonb,
                cancellationToken
            );
            await copy.WriteAsync(
                JsonSerializer.Serialize(pullRequest.Commits, PullRequestJson.Default.IReadOnlyListCommit),
                NpgsqlDbType.Jsonb,
                cancellationToken
            );
            await copy.WriteAsync("[]", NpgsqlDbType.Jsonb, cancellationToken);
            await copy.WriteAsync("[]", NpgsqlDbType.Jsonb, cancellationToken);
            await copy.WriteAsync(ContentHash.Of(pullRequest), NpgsqlDbType.Bytea, cancellationToken);
            await copy.WriteAsync(1_000, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pullRequest.IsEligible, NpgsqlDbType.Boolean, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
        return team;
    }

    /// <summary>
    /// Moves runs without a scheduler, as its jobs would, until each is in one of these states. Every step is the pipeline's own; only the alarm
    /// clock is missing, so nothing waits for it.
    /// </summary>
    /// <exception cref="TimeoutException">They are not in time, or one has ended otherwise; the message tells the timelines.</exception>
    public async Task DriveAsync(IReadOnlyList<Guid> runs, CancellationToken cancellationToken, params RunState[] states)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < Patience)
        {
            var (there, isOver) = (true, false);
            foreach (var run in runs)
            {
                await StepAsync(run, cancellationToken);
                var state = (await RunStore.FindAsync(run, cancellationToken))?.State;
                there &= state is null || states.Contains(state.Value);
                isOver |= state is { } now && now.IsFinal() && !states.Contains(now);
            }

            if (there)
            {
                return;
            }

            if (isOver)
            {
                break;
            }

            await Task.Delay(5, cancellationToken);
        }

        var timelines = new StringBuilder();
        foreach (var run in runs)
        {
            timelines.AppendLine().Append(await TimelineAsync(run, cancellationToken));
        }

        throw new TimeoutException($"Not {string.Join(" or ", states)} in time.{timelines}");
    }

    /// <summary>One look of the pipeline at a run, and one of its poll at the provider.</summary>
    public async Task StepAsync(Guid run, CancellationToken cancellationToken)
    {
        await Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, cancellationToken);
        await Services.GetRequiredService<BatchPoller>().PollAsync(cancellationToken);
    }

    /// <summary>Steps until something holds.</summary>
    /// <exception cref="TimeoutException">It does not in time.</exception>
    public async Task DriveUntilAsync(Guid run, Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"It does not hold in time.\n{await TimelineAsync(run, cancellationToken)}");
            }

            await StepAsync(run, cancellationToken);
            await Task.Delay(5, cancellationToken);
        }
    }

    /// <summary>Moves a run to its end without a scheduler, and checks that everything adds up.</summary>
    public async Task<RunFigures> DriveToEndAsync(Guid run, CancellationToken cancellationToken)
    {
        await DriveAsync([run], cancellationToken, Final);
        return await EndAsync(run, cancellationToken);
    }

    /// <summary>Moves a run to a state that is no end, and checks that everything adds up there too.</summary>
    public async Task<RunFigures> DriveToAsync(Guid run, RunState state, CancellationToken cancellationToken)
    {
        await DriveAsync([run], cancellationToken, state);
        Assert.Empty(await RunStore.ReconcileAsync(run, cancellationToken));
        return await RunFigures.ReadAsync(Database.DataSource, run, cancellationToken);
    }

    /// <summary>Starts a run and gives its id.</summary>
    public async Task<Guid> StartRunAsync(StartRun start, CancellationToken cancellationToken) =>
        (await Runs.StartAsync(start, Ada, cancellationToken)).RunId ?? throw new InvalidOperationException("There was nothing to do.");

    /// <summary>Waits until a run is in one of these states.</summary>
    /// <exception cref="TimeoutException">It is not in time; the message tells its timeline.</exception>
    public async Task<Run> WaitForAsync(Guid runId, CancellationToken cancellationToken, params RunState[] states)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < Patience)
        {
            var run = (await RunStore.FindAsync(runId, cancellationToken))!;
            if (states.Contains(run.State))
            {
                return run;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        throw new TimeoutException(
            $"The run is not {string.Join(" or ", states)} in time.\n{await TimelineAsync(runId, cancellationToken)}"
        );
    }

    /// <summary>Waits for a run's end, and checks that everything adds up.</summary>
    public async Task<RunFigures> EndAsync(Guid runId, CancellationToken cancellationToken)
    {
        await WaitForAsync(runId, cancellationToken, Final);
        Assert.Empty(await RunStore.ReconcileAsync(runId, cancellationToken));
        return await RunFigures.ReadAsync(Database.DataSource, runId, cancellationToken);
    }

    public async Task<string> TimelineAsync(Guid runId, CancellationToken cancellationToken) =>
        string.Join(
            '\n',
            await ListAsync<string>(
                $"select at || ' ' || actor || ' ' || subject || ' ' || coalesce(from_state, '') || ' > ' || coalesce(to_state, '') || ': ' || reason from groqbatch.run_events where run_id = '{runId}' order by id",
                cancellationToken
            )
        );

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(await reader.GetFieldValueAsync<T>(0, cancellationToken));
        }

        return rows;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What the simulator did, by its own book.</summary>
    public SimulatorLedger ReadSimulator() => SimulatorLedger.Read(Simulator.Folder);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await host.StopAsync(soon.Token);
            host.Dispose();
        }

        await Simulator.DisposeAsync();
        _simulatorFolder.Dispose();
        if (_isShared)
        {
            await DatabaseShelf.GiveBackAsync(Database);
        }
        else
        {
            await Database.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static void NothingFails(SimulatorOptions options) =>
        options.Models.AddRange(options.EffectiveModels().Select(model => new SimulatedModel { Id = model.Id, FailureRate = 0 }).ToList());
}
