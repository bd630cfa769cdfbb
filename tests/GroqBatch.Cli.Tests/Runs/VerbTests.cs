using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Runs;

/// <summary>Verbs on a run from a terminal: once, twice, and where the run does not allow them.</summary>
public sealed class VerbTests(Workplace workplace) : IClassFixture<Workplace>
{
    [Fact]
    public async Task Each_verb_does_its_deed_once_says_so_and_stands_on_the_timeline()
    {
        await workplace.AddTeamAsync("verbs", 4);
        var started = await workplace.GroqBatch.RunAsync(
            "run-llm-batch",
            "--team",
            "verbs",
            "--full",
            "--with-fallback",
            "--detach",
            "--json"
        );
        Workplace.AssertEnded(0, started);
        var run = started.Json.GetProperty("runId").GetString()!;

        await SayAsync("To be held after pass 1.", 0, "hold", run, "--after-pass", "1", "--reason", "Look at the failures.");
        await SayAsync("It is to be held after pass 1 already.", 0, "hold", run, "--after-pass", "1");
        Assert.Contains("To be held after pass 1", (await workplace.GroqBatch.RunAsync("status", run)).Out, StringComparison.Ordinal);
        await SayAsync("It has 2 passes at most: nothing comes after pass 2.", 2, "hold", run, "--after-pass", "2");
        await SayAsync("Not to be held after pass 1 any more.", 0, "hold", run, "--after-pass", "none");
        await SayAsync("It is not to be held after any pass.", 0, "hold", run, "--after-pass", "none");
        await SayAsync("It is queued already.", 0, "resume", run);
        await SayAsync("Lunch.", 0, "hold", run, "--reason", "Lunch.");
        await SayAsync("It is held already.", 0, "hold", run);
        await SayAsync("Resumed.", 0, "resume", run);
        await SayAsync("It is queued already.", 0, "resume", run);
        await SayAsync("Not today.", 0, "cancel", run, "--reason", "Not today.");
        await SayAsync("It is being cancelled already.", 0, "cancel", run);
        await SayAsync("It is being cancelled.", 2, "hold", run, "--after-pass", "1");
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("work", "--until-idle"));
        await SayAsync("It is cancelled, which is final.", 2, "hold", run);

        var status = await workplace.GroqBatch.RunAsync("status", run);
        Assert.All(
            ["To be held after pass 1. Look at the failures.", "Not to be held after pass 1 any more.", "Lunch.", "Resumed.", "Not today."],
            reason => Assert.Contains(reason, status.Out, StringComparison.Ordinal)
        );
        var audit = (await workplace.GroqBatch.RunAsync("audit", "--target", run, "--json")).Json;
        Assert.Equal(
            ["run.cancel", "run.resume", "run.hold", "run.hold_after_pass", "run.hold_after_pass", "run.start"],
            audit.EnumerateArray().Select(recorded => recorded.GetProperty("action").GetString())
        );
    }

    private async Task SayAsync(string expected, int code, params string[] arguments)
    {
        var outcome = await workplace.GroqBatch.RunAsync(arguments);
        Workplace.AssertEnded(code, outcome);
        Assert.Contains(expected, outcome.Out, StringComparison.Ordinal);
    }
}
