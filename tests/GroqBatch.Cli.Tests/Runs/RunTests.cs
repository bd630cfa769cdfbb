using System.Globalization;
using System.Text.Json;
using GroqBatch.Cli.Tests.Shell;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace GroqBatch.Cli.Tests.Runs;

/// <summary>Runs from a terminal, over the real pipeline and the simulator.</summary>
public sealed class RunTests(Workplace workplace) : IClassFixture<Workplace>
{
    private static readonly string[] RunMembers =
    [
        "runId",
        "parentRunId",
        "team",
        "provider",
        "state",
        "scope",
        "withFallback",
        "selected",
        "succeeded",
        "firstPassFailures",
        "recovered",
        "finalFailures",
        "failuresByCode",
        "tokens",
        "cost",
        "passes",
    ];

    [Fact]
    public async Task Runs_both_passes_to_the_end_and_status_finds_the_run_again()
    {
        await workplace.AddTeamAsync("both-passes", 40);
        // A quarter fails on the first model, so that the second pass has something to do; none on the stronger one.
        var groqBatch = workplace.With(
            ("Simulator__Faults__0__Id", "quarter"),
            ("Simulator__Faults__0__Kind", "AnswerAs"),
            ("Simulator__Faults__0__Model", "openai/gpt-oss-20b"),
            ("Simulator__Faults__0__Answer", "JsonValidateFailed"),
            ("Simulator__Faults__0__Count", "10")
        );

        var outcome = await groqBatch.RunAsync("run-llm-batch", "--team", "both-passes", "--full", "--with-fallback", "--json");

        var run = outcome.Json;
        var finalFailures = run.GetProperty("finalFailures").GetInt32();
        Workplace.AssertEnded(finalFailures == 0 ? 0 : 1, outcome);
        Assert.Equal(RunMembers, run.EnumerateObject().Select(member => member.Name));
        Assert.Equal("both-passes", run.GetProperty("team").GetString());
        Assert.Equal("simulator", run.GetProperty("provider").GetString());
        Assert.Equal(finalFailures == 0 ? "Completed" : "CompletedWithFailures", run.GetProperty("state").GetString());
        Assert.Equal("full", run.GetProperty("scope").GetString());
        Assert.Equal(40, run.GetProperty("selected").GetInt32());
        Assert.Equal(40, run.GetProperty("succeeded").GetInt32() + finalFailures);
        Assert.True(run.GetProperty("firstPassFailures").GetInt32() >= 10, outcome.ToString());
        Assert.Equal(run.GetProperty("firstPassFailures").GetInt32(), run.GetProperty("recovered").GetInt32() + finalFailures);
        var passes = run.GetProperty("passes").EnumerateArray().ToList();
        Assert.Equal(["openai/gpt-oss-20b", "openai/gpt-oss-120b"], passes.Select(pass => pass.GetProperty("model").GetString()));
        Assert.Equal("llama-3.3-70b-versatile", passes[1].GetProperty("replaced").GetString());
        var batch = Assert.Single(passes[0].GetProperty("batches").EnumerateArray());
        Assert.Equal(("Ingested", "completed"), (batch.GetProperty("state").GetString(), batch.GetProperty("status").GetString()));
        Assert.Equal(40, batch.GetProperty("requestCounts").GetProperty("total").GetInt32());
        Assert.True(run.GetProperty("cost").GetProperty("booked").GetDecimal() > 0);
        Assert.True(run.GetProperty("tokens").GetProperty("prompt").GetInt64() > 0);
        Assert.Contains(batch.GetProperty("batchId").GetString()!, outcome.Error, StringComparison.Ordinal);

        var byPrefix = await workplace.GroqBatch.RunAsync("status", run.GetProperty("runId").GetString()![..13], "--json");
        var byBatch = await workplace.GroqBatch.RunAsync("status", batch.GetProperty("batchId").GetString()!, "--json");
        var text = await workplace.GroqBatch.RunAsync("status", run.GetProperty("runId").GetString()!);
        Assert.Equal(byPrefix.Out, byBatch.Out);
        Assert.StartsWith(
            outcome.Out.TrimEnd()[..^1] + ",\"reconciliation\":{\"addsUp\":true,\"planned\":40,",
            byPrefix.Out,
            StringComparison.Ordinal
        );
        Assert.Contains("It adds up: 40 planned = ", text.Out, StringComparison.Ordinal);
        Assert.Contains("(replaced llama-3.3-70b-versatile)", text.Out, StringComparison.Ordinal);
        Assert.Contains($"started by cli:{Environment.UserName}", text.Out, StringComparison.Ordinal);

        var again = await workplace.GroqBatch.RunAsync("run-llm-batch", "--team", "both-passes", "--limit", "5", "--json");
        Workplace.AssertEnded(0, again);
        if (finalFailures == 0)
        {
            Assert.Equal(JsonValueKind.Null, again.Json.ValueKind);
            Assert.Contains("nothing to do", again.Error, StringComparison.Ordinal);
        }

        var export = await workplace.GroqBatch.RunAsync("export", "--team", "both-passes");
        Workplace.AssertEnded(0, export);
        var lines = export.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 40 - finalFailures, export.ToString());
        Assert.All(lines, line => Assert.Equal("simulator", JsonDocument.Parse(line).RootElement.GetProperty("provider").GetString()));
    }

    [Fact]
    public async Task Shows_what_it_would_do_and_starts_nothing()
    {
        await workplace.AddTeamAsync("previewed", 30);

        var json = await workplace.GroqBatch.RunAsync(
            "run-llm-batch",
            "--team",
            "previewed",
            "--limit",
            "10",
            "--with-fallback",
            "--dry-run",
            "--json"
        );
        var text = await workplace.GroqBatch.RunAsync(
            "run-llm-batch",
            "--team",
            "previewed",
            "--limit",
            "10",
            "--with-fallback",
            "--dry-run"
        );

        Workplace.AssertEnded(0, json);
        Assert.True(json.Json.GetProperty("dryRun").GetBoolean());
        Assert.Equal(10, json.Json.GetProperty("selected").GetInt32());
        Assert.Equal("limit 10", json.Json.GetProperty("scope").GetString());
        Assert.Equal("llama-3.3-70b-versatile", json.Json.GetProperty("ladder")[1].GetProperty("replaced").GetString());
        var cost = json.Json.GetProperty("estimate").GetProperty("cost");
        Assert.True(cost.GetProperty("low").GetDouble() > 0);
        Assert.True(cost.GetProperty("low").GetDouble() <= cost.GetProperty("expected").GetDouble());
        Assert.True(cost.GetProperty("expected").GetDouble() <= cost.GetProperty("high").GetDouble());
        Assert.Equal(10, json.Json.GetProperty("first").GetArrayLength());
        Workplace.AssertEnded(0, text);
        Assert.Contains("10 pull requests", text.Out, StringComparison.Ordinal);
        Assert.Contains("(replaced llama-3.3-70b-versatile)", text.Out, StringComparison.Ordinal);
        Assert.Contains("acme/previewed#", text.Out, StringComparison.Ordinal);
        Assert.Equal(0L, await CountRunsAsync("previewed"));
    }

    [Fact]
    public async Task Records_a_run_for_others_and_whoever_works_carries_it_out()
    {
        await using var alone = new Workplace();
        await alone.InitializeAsync();
        await alone.AddTeamAsync("left-a", 5);
        await alone.AddTeamAsync("left-b", 4);
        Workplace.AssertEnded(0, await alone.GroqBatch.RunAsync("teams", "add", "left-empty", "--name", "x"));

        var recorded = await alone.GroqBatch.RunAsync("run-llm-batch", "--all-teams", "--full", "--with-fallback", "--detach", "--json");

        Workplace.AssertEnded(0, recorded);
        Assert.Contains("nobody is working now", recorded.Error, StringComparison.Ordinal);
        Assert.Contains("left-empty: nothing to do", recorded.Error, StringComparison.Ordinal);
        var runs = recorded.Json.EnumerateArray().ToList();
        Assert.Equal(["left-a", "left-b"], runs.Select(run => run.GetProperty("team").GetString()));
        Assert.All(runs, run => Assert.Equal("Queued", run.GetProperty("state").GetString()));

        var worked = await alone.GroqBatch.RunAsync("work", "--until-idle");
        Workplace.AssertEnded(0, worked);
        foreach (var run in runs)
        {
            var status = await alone.GroqBatch.RunAsync("status", run.GetProperty("runId").GetString()!, "--json");
            Assert.StartsWith("Completed", status.Json.GetProperty("state").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Summaries_of_made_up_teams_are_paid_for_only_by_name()
    {
        await using var alone = new Workplace();
        await alone.InitializeAsync();
        await alone.AddTeamAsync("real", 2);
        await alone.AddTeamAsync("made-up", 2);
        await using (
            var sample = alone.Database.DataSource.CreateCommand("update groqbatch.teams set is_sample = true where slug = 'made-up'")
        )
        {
            await sample.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var provider = await SimulatorServer.StartAsync(
            new SimulatorOptions { Folder = Path.Combine(alone.Folder, "paid"), Fast = true },
            cancellationToken: TestContext.Current.CancellationToken
        );
        var live = alone.With(("Groq__Mode", "Live"), ("GROQ_API_KEY", "any"), ("Groq__BaseUrl", provider.BaseUrl));

        Assert.Equal(["real"], await TeamsAsync(live, "--all-teams"));
        Assert.Equal(["made-up"], await TeamsAsync(live, "--team", "made-up"));
        Assert.Equal(["made-up", "real"], await TeamsAsync(alone.GroqBatch, "--all-teams"));

        static async Task<List<string?>> TeamsAsync(GroqBatchCommand groqBatch, params string[] whose)
        {
            var preview = await groqBatch.RunAsync(["run-llm-batch", .. whose, "--full", "--dry-run", "--json"]);
            Workplace.AssertEnded(0, preview);
            var json = preview.Json;
            return
            [
                .. (json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().ToList() : [json])
                    .Select(team => team.GetProperty("team").GetString())
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    [Fact]
    public async Task Is_idle_where_results_wait_for_a_person_and_says_how_to_go_on()
    {
        await using var alone = new Workplace();
        await alone.InitializeAsync();
        await alone.AddTeamAsync("unread", 4);
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { Folder = Path.Combine(alone.Folder, "without-files"), Fast = true },
            cancellationToken: TestContext.Current.CancellationToken
        );
        simulator.AddFault(Fault.Parse("file_expired,method=GET"));
        var groqBatch = alone.With(("Groq__Mode", "Simulator"), ("Groq__BaseUrl", simulator.BaseUrl));
        var run = await groqBatch.RunAsync("run-llm-batch", "--team", "unread", "--full", "--detach");
        Workplace.AssertEnded(0, run);

        var worked = await groqBatch.RunAsync("work", "--until-idle");

        Workplace.AssertEnded(1, worked);
        var begins = run.Out.Trim()[..13];
        Assert.Contains("could not be fetched", worked.Error, StringComparison.Ordinal);
        Assert.Contains($"Go on: groqbatch resume {begins}.", worked.Error, StringComparison.Ordinal);
        var listed = await groqBatch.RunAsync("status");
        Workplace.AssertEnded(0, listed);
        Assert.Matches($"(?m)^{begins} +unread .* NeedsAttention +4 +0 +0 ", listed.Out);
        var status = await groqBatch.RunAsync("status", begins);
        Assert.Contains($"Give up: groqbatch cancel {begins}.", status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_watching_at_an_interrupt_but_not_the_run()
    {
        Assert.SkipWhen(
            IsInterruptIgnored(),
            "Started in the background of a shell, or by nohup: what is started from here ignores interrupts."
        );
        await using var alone = new Workplace();
        await alone.InitializeAsync();
        await alone.AddTeamAsync("watched", 5);
        // Its batches are over when the test turns its clock.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { Folder = Path.Combine(alone.Folder, "turned-by-hand"), Duration = TimeSpan.FromHours(1) },
            clock: clock,
            cancellationToken: TestContext.Current.CancellationToken
        );
        var groqBatch = alone.With(("Groq__Mode", "Simulator"), ("Groq__BaseUrl", simulator.BaseUrl));

        using var watching = groqBatch.Start("run-llm-batch", "--team", "watched", "--full", "--with-fallback");
        await watching.WaitForAsync(said => said.Contains("Submitted", StringComparison.Ordinal));
        await watching.SignalAsync("INT");
        var stopped = await watching.EndAsync();

        Workplace.AssertEnded(0, stopped);
        Assert.Contains("Stopped watching, not the run. Nobody else is working now", stopped.Error, StringComparison.Ordinal);

        using var worker = groqBatch.Start("work");
        await worker.WaitForAsync(said => said.Contains("watched", StringComparison.Ordinal));
        var none = await groqBatch.RunAsync("run-llm-batch", "--team", "watched", "--full", "--detach");
        Workplace.AssertEnded(0, none);
        Assert.Contains("except 5 that another run has", none.Error, StringComparison.Ordinal);
        await alone.AddTeamAsync("handed-over", 4);
        var handedOver = await groqBatch.RunAsync("run-llm-batch", "--team", "handed-over", "--full", "--detach");
        Workplace.AssertEnded(0, handedOver);
        Assert.Contains("Another process is working and carries it on", handedOver.Error, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromHours(3));
        await worker.WaitForAsync(said => said.Contains(" Completed", StringComparison.Ordinal));
        await worker.SignalAsync("TERM");
        Workplace.AssertEnded(0, await worker.EndAsync());
        Assert.Single(simulator.ReadLedger().Batches, batch => batch.Requests == 5);
    }

    [Theory]
    [InlineData("status", "batch_unknown")]
    [InlineData("export", "--team", "unknown")]
    public async Task Ends_with_2_where_nothing_has_this_name(params string[] arguments)
    {
        var outcome = await workplace.GroqBatch.RunAsync(arguments);

        Workplace.AssertEnded(2, outcome);
        Assert.Contains(arguments.First(argument => argument is "batch_unknown" or "unknown"), outcome.Error, StringComparison.Ordinal);
    }

    /// <summary>What a process ignores when it starts another, that ignores too, and .NET leaves it so.</summary>
    private static bool IsInterruptIgnored()
    {
        const string Ignored = "SigIgn:";
        const ulong Interrupt = 1UL << 1;
        return OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal)) is { } line
            && (ulong.Parse(line.AsSpan(Ignored.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0;
    }

    private async Task<long> CountRunsAsync(string team)
    {
        await using var command = workplace.Database.DataSource.CreateCommand(
            "select count(*) from groqbatch.runs run join groqbatch.teams team on team.id = run.team_id where team.slug = $1"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = team });
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
