using GroqBatch.Cli.Tests.Shell;
using GroqBatch.Core.Storage;

namespace GroqBatch.Cli.Tests.Bundles;

/// <summary>What is kept of a run, from a terminal: given out, rebuilt from, taken to another installation.</summary>
public sealed class EvidenceTests(Workplace workplace) : IClassFixture<Workplace>
{
    [Fact]
    public async Task A_run_is_given_out_rebuilt_and_taken_to_another_installation()
    {
        await workplace.AddTeamAsync("kept", 12);
        var run = await workplace.GroqBatch.RunAsync("run-llm-batch", "--team", "kept", "--full", "--with-fallback", "--json");
        var runId = run.Json.GetProperty("runId").GetString()!;
        var (raw, bundle) = (Path.Combine(workplace.Folder, "raw-files"), Path.Combine(workplace.Folder, "kept.zip"));
        await using var elsewhere = new Workplace();
        await elsewhere.InitializeAsync();

        var given = await workplace.GroqBatch.RunAsync("raw", runId[..13], "--output", raw);
        await using (
            var lose = workplace.Database.DataSource.CreateCommand(
                $"delete from groqbatch.summaries where run_id = '{runId}'; update groqbatch.requests set outcome = null where run_id = '{runId}'"
            )
        )
        {
            await lose.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var lost = await workplace.GroqBatch.RunAsync("status", runId);
        var rebuilt = await workplace.GroqBatch.RunAsync("reingest", runId);
        var again = await workplace.GroqBatch.RunAsync("reingest", runId);
        var written = await workplace.GroqBatch.RunAsync("bundle", runId, "--output", bundle);
        var taken = await elsewhere.GroqBatch.RunAsync("bundle", "import", bundle, "--team", "copied");
        var there = await elsewhere.GroqBatch.RunAsync("status", runId);

        Workplace.AssertEnded(0, given);
        var index = RawIndex.Parse(await File.ReadAllTextAsync(Path.Combine(raw, "index.json"), TestContext.Current.CancellationToken));
        Assert.Equal(runId, $"{index.RunId}");
        Assert.Contains("DOES NOT ADD UP", lost.Out, StringComparison.Ordinal);
        Workplace.AssertEnded(0, rebuilt);
        Assert.Contains("12 summaries", rebuilt.Out, StringComparison.Ordinal);
        Workplace.AssertEnded(0, again);
        Assert.Contains("Nothing was lost, nothing was changed.", again.Out, StringComparison.Ordinal);
        Workplace.AssertEnded(0, written);
        Workplace.AssertEnded(0, taken);
        Assert.Contains("imported for copied", taken.Out, StringComparison.Ordinal);
        Assert.Contains("Imported from the bundle of another installation", there.Out, StringComparison.Ordinal);
        Assert.Contains("It adds up: 12 planned", there.Out, StringComparison.Ordinal);

        await File.WriteAllTextAsync(bundle, "no archive", TestContext.Current.CancellationToken);
        var refused = await elsewhere.GroqBatch.RunAsync("bundle", "import", bundle);
        Workplace.AssertEnded(3, refused);
        Assert.Contains("It is no bundle", refused.Error, StringComparison.Ordinal);
        Workplace.AssertEnded(2, await elsewhere.GroqBatch.RunAsync("bundle", runId));
    }
}
