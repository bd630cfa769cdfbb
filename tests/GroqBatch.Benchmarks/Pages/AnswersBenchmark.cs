using System.Diagnostics;
using System.Globalization;
using GroqBatch.Core.Access;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Search;
using GroqBatch.Data;
using GroqBatch.Data.Storage;
using GroqBatch.Groq;
using GroqBatch.Groq.Settings;
using GroqBatch.Pipeline;
using GroqBatch.Simulator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>
/// How long somebody waits who types a search or changes a choice of a backfill on a large, uneven ledger: from the service's call to its answer, in this
/// process, the database on the same machine.
/// </summary>
internal sealed class AnswersBenchmark(PagesArguments arguments, TextWriter output)
{
    private const string Provider = "simulator";
    private const int WarmUps = 5;
    private const double SearchBound = 100;
    private const double BackfillBound = 200;
    private readonly Actor _actor = new("benchmark", Right.All);

    /// <returns>0; 1 when an answer takes longer than it may at p95.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerInstallation.CreateAsync(arguments, output, cancellationToken);
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { Folder = Path.Combine(ledger.Folder, "simulator") },
            cancellationToken: cancellationToken
        );
        await using var services = Build(ledger.ConnectionString, ledger.Folder, new Uri($"{simulator.Origin}/openai/v1/"));

        await output.WriteLineAsync(
            $"{arguments.Loads} answers each, load average {PagesBenchmark.ReadLoad()}\n"
                + "| search for | found | median ms | p95 ms | slowest ms |\n| --- | ---: | ---: | ---: | ---: |"
        );
        var isLate = false;
        var search = services.GetRequiredService<ISearch>();
        foreach (var text in await TextsAsync(ledger.DataSource, cancellationToken))
        {
            isLate |= await MeasureAsync(
                $"`{text}`",
                async () => Say(await search.FindAsync(text, Provider, SearchPatience.AtOnce, _actor, cancellationToken)),
                SearchBound
            );
        }

        await output.WriteLineAsync(
            "\n| backfill | pull requests | median ms | p95 ms | slowest ms |\n| --- | ---: | ---: | ---: | ---: |"
        );
        var outlooks = services.GetRequiredService<IBackfillOutlooks>();
        var overview = await services.GetRequiredService<ICoverageReader>().ReadAsync(Provider, cancellationToken);
        var largest = overview.Teams.MaxBy(team => team.Counts.Eligible)!.Team.Id;
        foreach (var teams in new int[][] { [largest], [.. overview.Teams.Select(team => team.Team.Id)] })
        {
            var who = teams.Length == 1 ? "the largest team" : $"all {teams.Length} teams";
            isLate |= await MeasureAsync(
                $"opened for {who}",
                async () => Count((await outlooks.ReadAsync(teams, _actor, cancellationToken)).Teams.Sum(team => team.Missing)),
                BackfillBound
            );
            var outlook = await outlooks.ReadAsync(teams, _actor, cancellationToken);
            foreach (var (what, limit) in new (string, int?)[] { ("everything", null), ("1,000 newest", 1_000) })
            {
                isLate |= await MeasureAsync(
                    $"another choice for {who}: {what}",
                    () =>
                        Task.FromResult(
                            Count(
                                outlook
                                    .Teams.AsParallel()
                                    .Sum(team =>
                                        outlook
                                            .EstimateOf(
                                                team,
                                                new StartRun
                                                {
                                                    TeamId = team.Team.Id,
                                                    Limit = limit,
                                                    WithFallback = true,
                                                }
                                            )
                                            .Requests.Expected
                                    )
                            )
                        ),
                    BackfillBound
                );
            }
        }

        isLate |= await MeasureAsync(
            "the first 50 that would be sent of the largest team",
            async () =>
                Count(
                    (
                        await outlooks.ListAsync(new StartRun { TeamId = largest, WithFallback = true }, 0, 50, _actor, cancellationToken)
                    ).Count
                ),
            BackfillBound
        );
        await output.WriteLineAsync($"Load average at the end {PagesBenchmark.ReadLoad()}");
        return isLate ? 1 : 0;
    }

    private async Task<bool> MeasureAsync(string what, Func<Task<string>> answer, double bound)
    {
        var (times, said) = (new List<double>(arguments.Loads), "");
        for (var time = -WarmUps; time < arguments.Loads; time++)
        {
            var began = Stopwatch.GetTimestamp();
            said = await answer();
            if (time >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }

        var tail = PagesBenchmark.Quantile(times, 0.95);
        await output.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {what} | {said} | {PagesBenchmark.Quantile(times, 0.5):0} | {tail:0} | {times.Max():0} |{(tail > bound ? " late" : "")}"
            )
        );
        return tail > bound;
    }

    private static string Say(SearchFindings findings)
    {
        var rows =
            findings.Teams.Matching
            + findings.Repositories.Matching
            + findings.Runs.Matching
            + findings.Batches.Matching
            + findings.PullRequests.Matching;
        return findings.IsUnfinished ? "unfinished" : Count(rows) + (findings.PullRequests.IsMore ? "+" : "");
    }

    private static string Count(double count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Each kind of thing by what names it, and words that all, many, few and none have, whole and begun.</summary>
    private static async Task<IReadOnlyList<string>> TextsAsync(NpgsqlDataSource ledger, CancellationToken cancellationToken)
    {
        await using var command = ledger.CreateCommand(
            """
            select (select id::text from groqbatch.runs order by created_at desc limit 1),
                   (select provider_batch_id from groqbatch.batches where provider_batch_id is not null order by id desc limit 1),
                   (select repository || '#' || number from groqbatch.pull_requests order by id limit 1)
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return
        [
            "largest",
            "service-1",
            "4711",
            "#123456",
            "999999999",
            reader.GetString(2),
            reader.GetString(0)[..8],
            reader.GetString(1),
            "f",
            "fi",
            "fix",
            "fix the",
            "migration",
            "migration webhook",
            "migration invoice",
            "banner invoice retry",
            "banner invoice retry keyboard",
            "mig inv",
            "mi in re",
            "docs docs fix",
            "fix migration banner inv",
            "retry re",
            "zebra",
            "not its zebra",
            "of the zeb",
        ];
    }

    private static ServiceProvider Build(string connectionString, string folder, Uri simulator)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"))
            .AddInMemoryCollection(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Groq:Mode"] = "Simulator",
                    ["Storage:DataFolder"] = folder,
                    ["Storage:RawFolder"] = Path.Combine(folder, "raw"),
                }
            )
            .Build();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
        services.AddSingleton<IConfiguration>(configuration);
        services.AddData(connectionString);
        services.AddStorage(configuration);
        services.AddGroq(configuration);
        services.AddPipeline(configuration);
        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<GroqEndpoint>().UseSimulator(simulator);
        return provider;
    }
}
