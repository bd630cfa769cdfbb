using System.Text.Json;
using GroqBatch.Simulator.Ledger;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Cli.Tests.Shell;

/// <summary>A database and a data folder of a test's own, quick settings, and the command line on them.</summary>
public class Workplace : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private readonly TestFolder _folder = new();
    private Dictionary<string, string?> _environment = [];

    public string Folder => _folder.Path;
    internal TestDatabase Database => _database;

    /// <summary>The simulator's own account of what it was asked and what it answered.</summary>
    internal SimulatorLedger Simulated => SimulatorLedger.Read(_folder.Combine("data", "simulator"));

    /// <summary>The command line.</summary>
    internal GroqBatchCommand GroqBatch => new(_environment);

    /// <summary>The command line with further settings.</summary>
    internal GroqBatchCommand With(params (string Name, string? Value)[] settings)
    {
        var environment = new Dictionary<string, string?>(_environment, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return new GroqBatchCommand(environment);
    }

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _environment = new(StringComparer.Ordinal)
        {
            ["ConnectionStrings__GroqBatch"] = _database.ConnectionString,
            ["Storage__DataFolder"] = _folder.Combine("data"),
            ["Pipeline__PollInterval"] = "00:00:00.2",
            ["Pipeline__FirstMinutePollInterval"] = "00:00:00.1",
            ["Pipeline__RetryDelay"] = "00:00:00.05",
            ["Pipeline__DoubtGrace"] = "00:00:01",
            ["Pipeline__SweepInterval"] = "00:00:01",
            ["Simulator__Fast"] = "true",
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A file of pull requests, numbered from 1, each with a body.</summary>
    internal string WritePullRequests(string name, int count, string repository = "acme/shop")
    {
        var path = _folder.Combine(name);
        File.WriteAllLines(
            path,
            Enumerable
                .Range(1, count)
                .Select(number =>
                    JsonSerializer.Serialize(
                        new
                        {
                            number,
                            title = $"feat: take coupon {number} at the till",
                            body = $"The till takes coupon {number} now.\n\nTested by hand.",
                            state = "closed",
                            merged = true,
                            created_at = $"2026-03-{(number % 28) + 1:00}T10:00:00Z",
                            html_url = $"https://github.com/{repository}/pull/{number}",
                            user = new { login = "ada", type = "User" },
                            @base = new { repo = new { full_name = repository } },
                            files = new[]
                            {
                                new
                                {
                                    filename = $"src/till/coupon{number}.ts",
                                    status = "modified",
                                    additions = 4,
                                    deletions = 1,
                                },
                            },
                            commits = new[] { new { sha = "0123456789abcdef", message = $"feat: take coupon {number}" } },
                        }
                    )
                )
        );
        return path;
    }

    /// <summary>A team with some pull requests.</summary>
    internal async Task AddTeamAsync(string slug, int pullRequests)
    {
        // By SQL: that the command does it is a test of its own, and a process costs what a thousand rows do.
        await using (
            var add = _database.DataSource.CreateCommand(
                "insert into groqbatch.teams (slug, name, goal, is_sample) values ($1, $1, 0.95, false)"
            )
        )
        {
            add.Parameters.Add(new() { Value = slug });
            await add.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var file = WritePullRequests($"{slug}.jsonl", pullRequests, $"acme/{slug}");
        AssertEnded(0, await GroqBatch.RunAsync("import", file, "--team", slug));
    }

    internal static void AssertEnded(int code, Outcome outcome) =>
        Assert.True(outcome.Code == code, $"Expected exit code {code}: {outcome}");
}
