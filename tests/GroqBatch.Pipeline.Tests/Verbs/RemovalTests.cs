using GroqBatch.Core.Runs;
using GroqBatch.Core.Samples;
using GroqBatch.Core.Teams;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>A team does not go while a provider works for it: nobody would cancel its batches, save their answers, or know what they cost.</summary>
public sealed class RemovalTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sample_teams_stay_while_a_provider_works_on_their_batches()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("sample-acme", 3, Cancelled);
        await installation.ExecuteAsync("update groqbatch.teams set is_sample = true", Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Submitted" or "Ended" }],
            Cancelled
        );
        var samples = installation.Services.GetRequiredService<ISampleStore>();

        // As if it were at a provider that is paid; what is at the simulator costs nothing and goes with its team.
        await installation.ExecuteAsync("update groqbatch.batches set provider = 'groq', state = 'Submitted'", Cancelled);
        var refused = await Assert.ThrowsAsync<InvalidTeamException>(() => samples.RemoveAsync(TestInstallation.Ada, Cancelled));
        var batch = Assert.Single(await installation.BatchesAsync(run, Cancelled)).ProviderBatchId;
        Assert.Equal(
            $"sample-acme is not removed: its run {run} has batches under way at the provider ({batch}). Cancel the run, and remove the team once it has ended.",
            Assert.Single(refused.Mistakes)
        );
        Assert.NotNull(await installation.RunStore.FindAsync(run, Cancelled));

        await installation.ExecuteAsync("update groqbatch.batches set provider = 'simulator'", Cancelled);
        Assert.Equal(["sample-acme"], await samples.RemoveAsync(TestInstallation.Ada, Cancelled));
        Assert.Null(await installation.RunStore.FindAsync(run, Cancelled));
    }
}
