using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Benchmarks;

/// <summary>Nobody runs the benchmarks every day: that they still start, measure and add up is seen here, on ledgers too small to tell how long anything takes.</summary>
public sealed class BenchmarkTests
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace("GroqBatch.Cli.Tests", "GroqBatch.Benchmarks", StringComparison.Ordinal),
        "GroqBatch.Benchmarks.dll"
    );

    [Fact]
    public async Task A_pipeline_is_measured_beside_its_floor()
    {
        var outcome = await RunAsync("pipeline", "--sizes", "50");

        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Contains("### 50 pull requests", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("| **whole** |", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("| floor: COPY and UPDATE |", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_measured_on_a_generated_ledger()
    {
        var outcome = await RunAsync("answers", "--size", "10000", "--loads", "1");

        // 1: some answer was late, which is this machine's matter.
        Assert.True(outcome.Code is 0 or 1, outcome.ToString());
        Assert.Contains("its counters are equal to a recount", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("| `largest` |", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("| the first 50 that would be sent of the largest team |", outcome.Out, StringComparison.Ordinal);
    }

    private static Task<Outcome> RunAsync(params string[] arguments) =>
        new GroqBatchCommand(new Dictionary<string, string?>(StringComparer.Ordinal)).RunProgramAsync(Program, arguments);
}
