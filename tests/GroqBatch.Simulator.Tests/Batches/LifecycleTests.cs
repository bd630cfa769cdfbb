namespace GroqBatch.Simulator.Tests.Batches;

public sealed class LifecycleTests
{
    [Fact]
    public async Task A_batch_goes_from_upload_to_two_result_files()
    {
        await using var simulation = await Simulation.StartAsync();

        var id = await simulation.CreateAsync(Simulation.Lines(500), new { nonce = "abc" });
        var batch = await simulation.EndedAsync(id);

        Assert.Equal("completed", (string)batch["status"]!);
        var output = await simulation.OutputAsync(batch);
        var errors = await simulation.ErrorsAsync(batch);
        Assert.Equal(500, output.Concat(errors).Select(line => (string)line["custom_id"]!).Distinct().Count());
        Assert.Equal(output.Count, (int)batch["request_counts"]!["completed"]!);
        Assert.Equal(errors.Count, (int)batch["request_counts"]!["failed"]!);
        // 4 % of 500, give or take four standard deviations.
        Assert.InRange(errors.Count, 3, 38);
    }

    [Fact]
    public async Task Status_and_counts_follow_from_the_time_since_creation()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(clock: clock);
        var id = await simulation.CreateAsync(Simulation.Lines(1000));
        await WaitForAnswersAsync(simulation, id);

        var seen = new List<(string, int)>();
        foreach (var step in (double[])[0, 2, 1, 1, 0.5, 1])
        {
            clock.Advance(TimeSpan.FromSeconds(step));
            var batch = await simulation.BatchAsync(id);
            var counts = batch["request_counts"]!;
            seen.Add(((string)batch["status"]!, (int)counts["completed"]! + (int)counts["failed"]!));
        }

        Assert.Equal(
            [("validating", 0), ("in_progress", 0), ("in_progress", 400), ("in_progress", 800), ("finalizing", 1000), ("completed", 1000)],
            seen
        );
        var completed = await simulation.BatchAsync(id);
        Assert.Equal(1_794_700_000, (long)completed["created_at"]!);
        Assert.Equal(1_794_700_002, (long)completed["in_progress_at"]!);
        Assert.Equal(1_794_700_004, (long)completed["finalizing_at"]!);
        Assert.Equal(1_794_700_005, (long)completed["completed_at"]!);
        Assert.Equal(1_794_786_400, (long)completed["expires_at"]!);
    }

    private static async Task WaitForAnswersAsync(Simulation simulation, string id)
    {
        for (var i = 0; i < 500 && simulation.Server.ReadLedger().Batches.Single(batch => batch.Id == id).Answers is null; i++)
        {
            await Task.Delay(10);
        }
    }
}
