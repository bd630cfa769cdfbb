using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Runs;

/// <summary>The next file is written while others are sent and taken.</summary>
public sealed class WritingAheadTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_next_file_is_written_while_the_last_one_is_uploaded_and_no_further_ahead()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("slow,method=POST,path=/files,seconds=3,times=1"));
        var team = await installation.AddTeamAsync("acme", pullRequests: 8, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);

        var advancing = installation.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);
        var written = new List<int>();
        while (!advancing.IsCompleted)
        {
            written.Add((await installation.BatchesAsync(run, Cancelled)).Count(batch => batch.State == "Planned"));
            await Task.Delay(20, Cancelled);
        }

        await advancing;
        Assert.Equal(2, written.Max());
        var figures = await installation.DriveToEndAsync(run, Cancelled);
        Assert.Equal(("Completed", 8), (figures.State, figures.Succeeded));
        Assert.Equal(4, (await installation.BatchesAsync(run, Cancelled)).Count(batch => batch.Pass == 1));
    }

    [Fact]
    public async Task A_batch_that_waits_for_its_turn_keeps_further_files_from_being_written()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", pullRequests: 10, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);

        // Nobody polls: the first batch stays under way.
        for (var look = 0; look < 3; look++)
        {
            await installation.Services.GetRequiredService<RunAdvancer>().AdvanceAsync(run, Cancelled);
        }

        var states = (await installation.BatchesAsync(run, Cancelled)).Select(batch => batch.State).ToList();
        Assert.Single(states, "Submitted");
        Assert.Single(states, "Uploaded");
        Assert.InRange(states.Count, 2, 3);
    }
}
