using System.Diagnostics;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Import;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;
using GroqBatch.Data;
using GroqBatch.Data.Installation;
using GroqBatch.Data.PrivatePostgres;
using GroqBatch.Groq.Tokens;
using GroqBatch.Testing.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>
/// An installation for one measurement: a private cluster with the product's own settings (so with fsync), the simulator as a process, and a
/// team with generated pull requests.
/// </summary>
internal sealed class BenchmarkInstallation : IAsyncDisposable
{
    private const int Chunk = 2_000;

    private readonly PrivatePostgresLease _cluster;
    private readonly Process _simulator;
    private readonly ServiceProvider _services;
    private readonly string _simulatorUrl;
    private readonly int _teamId;
    private readonly bool _keeps;

    private BenchmarkInstallation(
        string folder,
        PrivatePostgresLease cluster,
        Process simulator,
        string simulatorUrl,
        ServiceProvider services,
        int teamId,
        bool keeps
    )
    {
        _keeps = keeps;
        Folder = folder;
        _cluster = cluster;
        _simulator = simulator;
        _simulatorUrl = simulatorUrl;
        _services = services;
        _teamId = teamId;
    }

    public string Folder { get; }

    public NpgsqlDataSource DataSource => _services.GetRequiredService<NpgsqlDataSource>();

    public int PostmasterId => ServerMeter.PostmasterOf(Folder);

    public static async Task<BenchmarkInstallation> CreateAsync(
        int pullRequests,
        PullRequestGenerator generator,
        PipelineArguments arguments,
        CancellationToken cancellationToken
    )
    {
        // Below the temporary folder, where the server's account can read too.
        var folder = Path.Combine(Path.GetTempPath(), $"groqbatch-benchmark-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var cluster = await PrivatePostgresCluster.StartOrAttachAsync(
            folder,
            new PrivatePostgresOptions { ServerSettings = arguments.Server },
            cancellationToken
        );
        var services = new ServiceCollection();
        services.AddLogging(logging =>
            logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None).AddSimpleConsole()
        );
        services.AddData(cluster.ConnectionString);
        services.AddSingleton<IModelCatalogue, TestCatalogue>(); // asked for a team's own ladder, which this one has not
        var provider = services.BuildServiceProvider();
        var initialiser = provider.GetRequiredService<DatabaseInitialiser>();
        await initialiser.MigrateAsync(cancellationToken);
        await initialiser.PrepareProviderAsync("simulator", PromptVersion.Current.Major, cancellationToken);
        var team = await ImportAsync(provider, pullRequests, generator, cancellationToken);
        var (simulator, url) = await StartSimulatorAsync(Path.Combine(folder, "simulator"), cancellationToken);
        return new BenchmarkInstallation(folder, cluster, simulator, url, provider, team, arguments.Keep);
    }

    /// <summary>Takes a run from its start to its end in a process of its own.</summary>
    public async Task<PipelineFigures> MeasureAsync(PipelineArguments arguments, CancellationToken cancellationToken)
    {
        var settings = Path.Combine(Folder, "measured.json");
        var result = Path.Combine(Folder, "figures.json");
        await File.WriteAllTextAsync(
            settings,
            JsonSerializer.Serialize(
                new MeasuredSettings
                {
                    ConnectionString = _cluster.ConnectionString,
                    Folder = Folder,
                    SimulatorUrl = _simulatorUrl,
                    SimulatorId = _simulator.Id,
                    PostmasterId = PostmasterId,
                    TeamId = _teamId,
                    Settings = arguments.Settings,
                    ResultFile = result,
                }
            ),
            cancellationToken
        );
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(PublishedFolder.Path, $"{typeof(BenchmarkInstallation).Assembly.GetName().Name}.dll"),
                MeasuredProcess.Verb,
                settings,
            },
            Environment = { [PublishedFolder.NewObjectsVariable] = PublishedFolder.NewObjects },
        };
        foreach (var (name, value) in arguments.Environment)
        {
            start.Environment[name] = value;
        }

        using var measured = Process.Start(start)!;
        try
        {
            await measured.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            measured.Kill();
            throw;
        }

        return measured.ExitCode == 0
            ? JsonSerializer.Deserialize<PipelineFigures>(await File.ReadAllTextAsync(result, cancellationToken))!
            : throw new InvalidOperationException($"The measured process ended with {measured.ExitCode}.");
    }

    public async ValueTask DisposeAsync()
    {
        _simulator.Kill();
        await _simulator.WaitForExitAsync();
        _simulator.Dispose();
        await _services.DisposeAsync();
        await _cluster.DisposeAsync();
        if (_keeps)
        {
            Console.WriteLine($"Kept: {Folder}");
        }
        else
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static async Task<int> ImportAsync(
        ServiceProvider services,
        int pullRequests,
        PullRequestGenerator generator,
        CancellationToken cancellationToken
    )
    {
        var actor = new Actor("benchmark", Right.All);
        var team = await services.GetRequiredService<ITeamStore>().AddAsync(new NewTeam("bench", "Bench", 0.95), actor, cancellationToken);
        var store = services.GetRequiredService<IPullRequestStore>();
        PromptMeasure measure = new PromptBuilder(new TiktokenCounter()).Measure;
        for (var from = 0; from < pullRequests; from += Chunk)
        {
            var chunk = Enumerable
                .Range(from, Math.Min(Chunk, pullRequests - from))
                .AsParallel()
                .AsOrdered()
                .Select(index =>
                {
                    var pullRequest = generator.At(index);
                    return new ImportedPullRequest(pullRequest, ContentHash.Of(pullRequest), measure(pullRequest));
                })
                .ToList();
            await store.UpsertAsync(team.Id, chunk, cancellationToken);
        }

        // As autovacuum and the checkpointer leave it some minutes after an import.
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken);
        foreach (var sql in new[] { "vacuum (analyze)", "checkpoint" })
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return team.Id;
    }

    private static async Task<(Process Process, string Url)> StartSimulatorAsync(string folder, CancellationToken cancellationToken)
    {
        var process = Process.Start(
            new ProcessStartInfo("dotnet")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                Environment =
                {
                    [PublishedFolder.CallCountVariable] = PublishedFolder.CallCount,
                    [PublishedFolder.NewObjectsVariable] = PublishedFolder.NewObjects,
                },
                ArgumentList =
                {
                    Path.Combine(PublishedFolder.Path, "GroqBatch.Simulator.Host.dll"),
                    $"--Simulator:Folder={folder}",
                    "--Simulator:Fast=true",
                },
            }
        )!;
        var url = await process.StandardOutput.ReadLineAsync(cancellationToken);
        return url is null ? throw new InvalidOperationException("The simulator did not start.") : (process, url);
    }
}
