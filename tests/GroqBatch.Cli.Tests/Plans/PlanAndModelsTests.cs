using System.Text.Json;
using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Plans;

/// <summary>What a run would take and what runs have shown, before and after one.</summary>
public sealed class PlanAndModelsTests(Workplace workplace) : IClassFixture<Workplace>
{
    [Fact]
    public async Task Plans_before_a_run_and_measures_after_it()
    {
        await workplace.AddTeamAsync("planned", 60);
        var plan = await workplace.GroqBatch.RunAsync("plan", "--team", "planned", "--json");
        var text = await workplace.GroqBatch.RunAsync("plan", "--team", "planned");

        Workplace.AssertEnded(0, plan);
        Assert.Equal(
            ("planned", 60, 60, 57),
            (
                plan.Json.GetProperty("team").GetString(),
                plan.Json.GetProperty("eligible").GetInt32(),
                plan.Json.GetProperty("selected").GetInt32(),
                plan.Json.GetProperty("missingToGoal").GetInt32()
            )
        );
        var options = plan.Json.GetProperty("options").EnumerateArray().ToList();
        Assert.Equal(
            ["withoutFallback", "withFallback", "startOnFallback", "jsonMode"],
            options.Select(option => option.GetProperty("kind").GetString())
        );
        Assert.All(options, option => Assert.Equal(JsonValueKind.Null, option.GetProperty("full").GetProperty("seconds").ValueKind));
        Assert.All(options, option => Assert.InRange(option.GetProperty("chanceToReachGoal").GetDouble(), 0, 1));
        Assert.Contains("stronger model first (openai/gpt-oss-120b)", text.Out, StringComparison.Ordinal);
        Assert.Contains("57 more summaries reach it", text.Out, StringComparison.Ordinal);

        var dryRun = await workplace.GroqBatch.RunAsync(
            "run-llm-batch",
            "--team",
            "planned",
            "--full",
            "--with-fallback",
            "--dry-run",
            "--json"
        );
        Workplace.AssertEnded(0, dryRun);
        var passes = dryRun.Json.GetProperty("estimate").GetProperty("passes").EnumerateArray().ToList();
        Assert.Equal([1, 2], passes.Select(pass => pass.GetProperty("ordinal").GetInt32()));
        var run = await workplace
            .With(
                ("Simulator__Faults__0__Id", "ten"),
                ("Simulator__Faults__0__Kind", "AnswerAs"),
                ("Simulator__Faults__0__Model", "openai/gpt-oss-20b"),
                ("Simulator__Faults__0__Answer", "JsonValidateFailed"),
                ("Simulator__Faults__0__Count", "10")
            )
            .RunAsync(
                "run-llm-batch",
                "--team",
                "planned",
                "--limit",
                "50",
                "--with-fallback",
                "--json",
                "--preview",
                dryRun.Json.GetProperty("token").GetString()!
            );
        Assert.Contains("since the dry run, 50 pull requests are selected now, not 60.", run.Error, StringComparison.Ordinal);

        var models = await workplace.GroqBatch.RunAsync("models", "--json");
        var table = await workplace.GroqBatch.RunAsync("models");
        Workplace.AssertEnded(0, models);
        var first = models.Json.GetProperty("models").EnumerateArray().First();
        Assert.Equal("simulator", models.Json.GetProperty("provider").GetString());
        Assert.Equal(
            ("openai/gpt-oss-20b", 1, "json_schema", 50, 50),
            (
                first.GetProperty("model").GetString(),
                first.GetProperty("rung").GetInt32(),
                first.GetProperty("format").GetString(),
                first.GetProperty("requests").GetInt32(),
                first.GetProperty("attempts").GetInt32()
            )
        );
        var failures = run.Json.GetProperty("firstPassFailures").GetInt32();
        Assert.Equal(50 - failures, first.GetProperty("succeeded").GetInt32());
        Assert.True(failures >= 10, run.ToString());
        Assert.InRange(
            first.GetProperty("successRate").GetDouble(),
            first.GetProperty("successInterval").GetProperty("low").GetDouble(),
            first.GetProperty("successInterval").GetProperty("high").GetDouble()
        );
        Assert.True(first.GetProperty("failuresByCode").GetProperty("json_validate_failed").GetInt32() >= 10);
        Assert.True(first.GetProperty("cost").GetProperty("perSummary").GetDecimal() > 0);
        Assert.Equal(failures, first.GetProperty("chart")[0].GetProperty("failed").GetInt32());
        Assert.Contains("openai/gpt-oss-20b (json_schema)", table.Out, StringComparison.Ordinal);
        Assert.Contains("Control limits take 4 runs", table.Out, StringComparison.Ordinal);
    }
}
