using GroqBatch.Cli.Tests.Shell;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Cli.Tests.Telemetry;

/// <summary>What a collector is told, and what nobody is told.</summary>
public sealed class TelemetryTests(Workplace workplace) : IClassFixture<Workplace>
{
    private const string Key = "gsk_telemetry5Zr9ThisMustAppearNowhere";

    // Of the pull requests that a workplace writes: their titles and bodies hold it.
    private const string Text = "coupon";

    [Fact]
    public async Task Traces_and_metrics_tell_of_a_run_and_neither_its_texts_nor_the_key()
    {
        await workplace.AddTeamAsync("traced", 40);
        await using var collector = await Collector.StartAsync();
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions
            {
                Folder = Path.Combine(workplace.Folder, "groq"),
                ApiKey = Key,
                Fast = true,
                Models =
                [
                    new SimulatedModel
                    {
                        Id = "openai/gpt-oss-20b",
                        Failures = new() { [SimulatedAnswer.JsonValidateFailed] = 0.3, [SimulatedAnswer.SchemaViolation] = 0.2 },
                    },
                    new SimulatedModel { Id = "openai/gpt-oss-120b" },
                ],
            },
            cancellationToken: TestContext.Current.CancellationToken
        );

        var outcome = await workplace
            .With(
                ("GROQ_API_KEY", Key),
                ("Groq__BaseUrl", simulator.BaseUrl),
                ("Telemetry__OtlpEndpoint", collector.Address),
                ("Telemetry__OtlpProtocol", "http/protobuf")
            )
            .RunAsProcessAsync("run-llm-batch", "--team", "traced", "--full", "--with-fallback", "--json");

        Assert.True(outcome.Code is 0 or 1, outcome.ToString());
        var run = outcome.Json;
        var (traces, metrics) = (collector.Traces, collector.Metrics);
        Assert.All(
            new[]
            {
                "run.advance",
                "batch.write",
                "batch.upload",
                "batch.submit",
                "batch.ingest",
                "provider.poll",
                "groqbatch.run.id",
                run.GetProperty("runId").GetString()!,
                run.GetProperty("passes")[0].GetProperty("batches")[0].GetProperty("batchId").GetString()!,
                "Quartz",
                "Npgsql",
            },
            expected => Assert.Contains(expected, traces, StringComparison.Ordinal)
        );
        Assert.All(
            new[]
            {
                "groqbatch.requests",
                "groqbatch.tokens",
                "groqbatch.cost",
                "groqbatch.runs",
                "groqbatch.polls",
                "groqbatch.ingest.rate",
                "groqbatch.ingest.duration",
                "openai/gpt-oss-20b",
                "json_validate_failed",
                "succeeded",
            },
            expected => Assert.Contains(expected, metrics, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(run.GetProperty("runId").GetString()!, metrics, StringComparison.Ordinal);
        Assert.All(
            new[] { traces, metrics, collector.Headers },
            told =>
            {
                Assert.DoesNotContain(Key, told, StringComparison.Ordinal);
                Assert.DoesNotContain("Bearer", told, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(Text, told, StringComparison.OrdinalIgnoreCase);
            }
        );
    }

    [Fact]
    public async Task Says_by_its_key_what_is_wrong_with_an_endpoint()
    {
        var outcome = await workplace.With(("Telemetry__OtlpEndpoint", "collector:4317")).RunAsync("coverage");

        Assert.True(outcome.Code == 3, outcome.ToString());
        Assert.Contains("Telemetry:OtlpEndpoint is \"collector:4317\"", outcome.Error, StringComparison.Ordinal);
    }
}
