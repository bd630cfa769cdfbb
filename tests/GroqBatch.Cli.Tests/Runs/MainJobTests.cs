using System.Text.Json;
using GroqBatch.Cli.Tests.Shell;
using GroqBatch.Core.Outcomes;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Cli.Tests.Runs;

/// <summary>The main job on real pull requests of three teams, as the README writes it.</summary>
public sealed class MainJobTests(Workplace workplace) : IClassFixture<Workplace>
{
    private static readonly Dictionary<string, string[]> Teams = new(StringComparer.Ordinal)
    {
        ["cal-com"] = ["cal.com", "companion", "synclinear.com"],
        ["antiwork"] = ["gumroad", "flexile", "helper", "gumboard", "shortest", "gumroad-mobile", "gumroad-cli", "iffy"],
        ["posthog"] = ["posthog-js", "posthog-python", "code", "wizard", "plugin-server", "posthog-android"],
    };

    [Fact]
    public async Task Brings_each_team_to_all_of_its_eligible_pull_requests_but_the_final_failures()
    {
        var data = SampleData.Require();
        await Task.WhenAll(Teams.Select(team => ImportAsync(data, team.Key, team.Value)));

        var preview = await workplace.GroqBatch.RunAsync(
            "run-llm-batch",
            "--team",
            "cal-com",
            "--limit",
            "10",
            "--with-fallback",
            "--dry-run",
            "--json"
        );
        Workplace.AssertEnded(0, preview);
        Assert.Equal(10, preview.Json.GetProperty("selected").GetInt32());

        var ten = await workplace.GroqBatch.RunAsync("run-llm-batch", "--team", "cal-com", "--limit", "10", "--with-fallback", "--json");
        Assert.True(ten.Code is 0 or 1, ten.ToString());
        Assert.Equal(10, ten.Json.GetProperty("selected").GetInt32());
        await CheckAsync(ten.Json);
        var saved = await NumbersAsync("cal-com", ten.Json.GetProperty("runId").GetString()!);
        Assert.Equal(ten.Json.GetProperty("succeeded").GetInt32(), saved.Count);
        Assert.Subset(
            preview.Json.GetProperty("first").EnumerateArray().Select(first => first.GetProperty("number").GetInt64()).ToHashSet(),
            saved
        );

        var all = await workplace.GroqBatch.RunAsync("run-llm-batch", "--all-teams", "--full", "--with-fallback", "--json");

        Assert.True(all.Code is 0 or 1, all.ToString());
        var runs = all.Json.EnumerateArray().ToList();
        Assert.Equal(3, runs.Count);
        foreach (var run in runs)
        {
            await CheckAsync(run);
            var selected = run.GetProperty("selected").GetInt32();
            var final = run.GetProperty("finalFailures").GetInt32();
            Assert.True(final < 0.02 * selected, $"{final} of {selected} failed");
            Assert.Equal(final > 0 ? "CompletedWithFailures" : "Completed", run.GetProperty("state").GetString());

            var coverage = await workplace.GroqBatch.RunAsync(
                "coverage",
                "--team",
                run.GetProperty("team").GetString()!,
                "--check",
                "--json"
            );
            Workplace.AssertEnded(0, coverage);
            var team = coverage.Json.GetProperty("teams")[0];
            Assert.Equal(
                team.GetProperty("eligible").GetInt32() - team.GetProperty("failed").GetInt32(),
                team.GetProperty("summarised").GetInt32()
            );
            Assert.Equal(0, team.GetProperty("pending").GetInt32());
            Assert.Equal(0, team.GetProperty("inFlight").GetInt32());
        }
    }

    private async Task ImportAsync(string data, string team, string[] files)
    {
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("teams", "add", team, "--name", team));
        var imported = await workplace.GroqBatch.RunAsync([
            "import",
            .. files.Select(file => Path.Combine(data, $"{file}.jsonl.gz")),
            "--team",
            team,
        ]);
        Workplace.AssertEnded(0, imported);
    }

    /// <summary>The sums hold, and the figures are those of the simulator's own ledger.</summary>
    /// <summary>The numbers of those pull requests whose summary in the export is of one run.</summary>
    private async Task<HashSet<long>> NumbersAsync(string team, string runId)
    {
        var exported = await workplace.GroqBatch.RunAsync("export", "--team", team);
        Workplace.AssertEnded(0, exported);
        return
        [
            .. exported
                .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line))
                .Where(line => line.GetProperty("runId").GetString() == runId)
                .Select(line => line.GetProperty("number").GetInt64()),
        ];
    }

    private async Task CheckAsync(JsonElement run)
    {
        var passes = run.GetProperty("passes").EnumerateArray().ToList();
        Assert.Equal(
            run.GetProperty("selected").GetInt32(),
            run.GetProperty("succeeded").GetInt32() + run.GetProperty("failuresByCode").EnumerateObject().Sum(code => code.Value.GetInt32())
        );
        Assert.Equal(
            run.GetProperty("firstPassFailures").GetInt32(),
            run.GetProperty("recovered").GetInt32() + run.GetProperty("finalFailures").GetInt32()
        );
        var ledger = workplace.Simulated;
        foreach (var pass in passes)
        {
            var ids = pass.GetProperty("batches").EnumerateArray().Select(batch => batch.GetProperty("batchId").GetString()!).ToList();
            var batches = ledger.Batches.Where(batch => ids.Contains(batch.Id, StringComparer.Ordinal)).ToList();
            Assert.Equal(ids.Count, batches.Count);
            Assert.Equal(batches.Sum(batch => batch.Succeeded), pass.GetProperty("succeeded").GetInt32());
            Assert.Equal(
                batches
                    .SelectMany(batch => batch.FailuresByCode!)
                    .GroupBy(pair => pair.Key.ToWire(), pair => pair.Value)
                    .ToDictionary(group => group.Key, group => group.Sum()),
                pass.GetProperty("failuresByCode").EnumerateObject().ToDictionary(code => code.Name, code => code.Value.GetInt32())
            );
            foreach (var batch in batches)
            {
                Assert.Equal(batch.Requests, await ledger.OutcomesAsync(batch.Id, TestContext.Current.CancellationToken).CountAsync());
            }
        }
    }
}
