using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Benchmarks;

/// <summary>Nobody runs the benchmarks every day: that the first of them still starts, measures and adds up is seen here, on a run too small to tell how long anything takes.</summary>
public sealed class BenchmarkTests
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace("GroqBatch.Cli.Tests", "GroqBatch.Benchmarks", StringComparison.Ordinal),
        "GroqBatch.Benchmarks.dll"
    );

    [Fact]
    public async Task A_pipeline_is_measured_beside_its_floor()
    {
        var nothing = new GroqBatchCommand(new Dictionary<string, string?>(StringComparer.Ordinal));

        var outcome = await nothing.RunProgramAsync(Program, "pipeline", "--sizes", "50");

        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Contains("### 50 pull requests", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("| **whole** |", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("| floor: COPY and UPDATE |", outcome.Out, StringComparison.Ordinal);
    }
}
