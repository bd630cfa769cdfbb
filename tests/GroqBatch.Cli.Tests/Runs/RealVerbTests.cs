using System.Text.Json;
using GroqBatch.Cli.Tests.Shell;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Cli.Tests.Runs;

/// <summary>Every verb on runs of real pull requests, as one person would use them on one evening; each of them twice.</summary>
public sealed class RealVerbTests(Workplace workplace) : IClassFixture<Workplace>
{
    private GroqBatchCommand GroqBatch =>
        workplace.With(
            ("Simulator__Faults__0__Id", "some"),
            ("Simulator__Faults__0__Kind", "AnswerAs"),
            ("Simulator__Faults__0__Answer", "JsonValidateFailed"),
            ("Simulator__Faults__0__Share", "0.5")
        );

    [Fact]
    public async Task Each_does_its_deed_once_refuses_what_the_run_does_not_allow_and_is_told_in_status_and_audit()
    {
        var data = SampleData.Require();
        await DoAsync(0, "teams", "add", "companion", "--name", "Companion");
        await DoAsync(0, "import", Path.Combine(data, "companion.jsonl.gz"), "--team", "companion");
        Assert.True((await DoAsync(0, "plan", "--team", "companion", "--json")).Json.ValueKind is JsonValueKind.Object);

        // A canary that waits, held and resumed.
        var run = (
            await DoAsync(0, "run-llm-batch", "--team", "companion", "--full", "--with-fallback", "--canary", "20", "--wait", "--detach")
        ).Out.Trim();
        await WorkAsync();
        var held = await DoAsync(0, "status", run);
        Assert.Contains("Held", held.Out, StringComparison.Ordinal);
        Assert.Contains("canary", held.Out, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("held already", (await DoAsync(0, "hold", run)).Out, StringComparison.Ordinal);
        await DoAsync(0, "resume", run);
        Assert.Contains("already", (await DoAsync(0, "resume", run)).Out, StringComparison.Ordinal);
        await WorkAsync();
        var ended = (await GroqBatch.RunAsync("status", run, "--json")).Json;
        Assert.Equal("CompletedWithFailures", ended.GetProperty("state").GetString());
        var final = ended.GetProperty("finalFailures").GetInt32();
        Assert.True(final > 0, $"{ended}");
        await DoAsync(2, "hold", run);
        await DoAsync(2, "resume", run);
        await DoAsync(2, "cancel", run);

        // Retried: all of it, of which a second time nothing is left; then on the last rung, until some keep failing.
        var second = (await DoAsync(0, "retry", run)).Out.Trim();
        Assert.Equal(second, (await DoAsync(0, "retry", run)).Out.Trim());
        await WorkAsync();
        var retried = (await GroqBatch.RunAsync("status", second, "--json")).Json;
        Assert.Equal(("failures", final), (retried.GetProperty("scope").GetString(), retried.GetProperty("selected").GetInt32()));
        var third = (await DoAsync(0, "retry", second, "--code", "json_validate_failed", "--from-last-rung")).Out.Trim();
        await WorkAsync();
        Assert.Equal(second, (await GroqBatch.RunAsync("status", third, "--json")).Json.GetProperty("parentRunId").GetString());

        // Parked and brought back.
        var offers = (await DoAsync(0, "park", "--offers", "--team", "companion")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(offers);
        var pullRequest = offers[0].Split('\t')[0];
        await DoAsync(0, "park", pullRequest, "--team", "companion", "--reason", "Generated code");
        await DoAsync(0, "park", pullRequest, "--team", "companion", "--reason", "Generated code");
        Assert.Equal(1, await CoverageOfAsync("parked"));
        await DoAsync(0, "unpark", pullRequest, "--team", "companion");
        await DoAsync(0, "unpark", pullRequest, "--team", "companion");
        Assert.Equal(0, await CoverageOfAsync("parked"));

        Assert.Empty((await DoAsync(0, "retry", second, "--code", "max_tokens")).Out);

        // One again, and one cancelled before it is sent.
        var again = (await DoAsync(0, "summarise-again", pullRequest, "--team", "companion")).Out.Trim();
        Assert.Equal(again, (await DoAsync(0, "summarise-again", pullRequest, "--team", "companion")).Out.Trim());
        await DoAsync(0, "cancel", again, "--reason", "Not today.");
        Assert.Contains("already", (await DoAsync(0, "cancel", again)).Out, StringComparison.Ordinal);
        await WorkAsync();
        Assert.Contains("Not today.", (await DoAsync(0, "status", again)).Out, StringComparison.Ordinal);
        Assert.Equal("one", (await DoAsync(0, "status", again, "--json")).Json.GetProperty("scope").GetString());

        // Evidence.
        await DoAsync(0, "raw", run, "--output", Path.Combine(workplace.Folder, "raw"));
        Assert.Contains("Nothing was lost", (await DoAsync(0, "reingest", run)).Out, StringComparison.Ordinal);
        await DoAsync(0, "bundle", run, "--output", Path.Combine(workplace.Folder, "run.zip"));
        var batch = ended.GetProperty("passes")[0].GetProperty("batches")[0].GetProperty("batchId").GetString()!;
        var covered = await CoverageOfAsync("summarised");
        await DoAsync(0, "results", batch);
        Assert.Equal(covered, await CoverageOfAsync("summarised"));
        await DoAsync(0, "models", "--json");

        var timeline = (await DoAsync(0, "status", run)).Out;
        Assert.Contains("It adds up", timeline, StringComparison.Ordinal);
        Assert.Contains("cli:", timeline, StringComparison.Ordinal);
        var actions = (await DoAsync(0, "audit", "--json"))
            .Json.EnumerateArray()
            .Select(recorded => recorded.GetProperty("action").GetString())
            .ToHashSet();
        Assert.Superset(
            new HashSet<string?> { "run.start", "run.resume", "run.cancel", "pull_request.park", "pull_request.unpark" },
            actions
        );
    }

    /// <summary>Until nothing moves; where failures are left its exit code says so.</summary>
    private async Task WorkAsync()
    {
        var worked = await GroqBatch.RunAsync("work", "--until-idle");
        Assert.True(worked.Code is 0 or 1, worked.ToString());
    }

    private async Task<int> CoverageOfAsync(string figure) =>
        (await GroqBatch.RunAsync("coverage", "--team", "companion", "--json")).Json.GetProperty("teams")[0].GetProperty(figure).GetInt32();

    private async Task<Outcome> DoAsync(int code, params string[] arguments)
    {
        var outcome = await GroqBatch.RunAsync(arguments);
        Assert.True(outcome.Code == code, $"groqbatch {string.Join(' ', arguments)}\n{outcome}");
        return outcome;
    }
}
