using GroqBatch.Core.Parking;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>What keeps failing is offered for parking; what is parked is left alone until somebody brings it back.</summary>
public sealed class ParkingTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_failed_on_two_rungs_in_two_runs_is_offered_and_parked_and_brought_back()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1;pr-2"));
        var parking = installation.Services.GetRequiredService<IParking>();
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);
        await RunAsync(installation, team);
        Assert.Empty(await parking.ListOffersAsync("simulator", team, TestInstallation.Ada, Cancelled));
        await RunAsync(installation, team);

        var offers = await parking.ListOffersAsync("simulator", team, TestInstallation.Ada, Cancelled);
        Assert.Equal(
            [(2L, 2, 2, "invalid_json"), (1L, 2, 2, "invalid_json")],
            offers.Select(offer => (offer.PullRequestId, offer.Runs, offer.Rungs, offer.LastCode))
        );

        var parked = await parking.ParkAsync("simulator", [1, 2, 3], "Generated code, 90 MB.", TestInstallation.Ada, Cancelled);
        Assert.Equal(new ParkingResult(Changed: 2, AlreadyThere: 0, Refused: 1), parked);
        Assert.Equal(
            new ParkingResult(Changed: 0, AlreadyThere: 2, Refused: 0),
            await parking.ParkAsync("simulator", [1, 2], "Again.", TestInstallation.Ada, Cancelled)
        );
        Assert.Equal("parked", await installation.StateOfAsync(1, Cancelled));
        var nothing = await installation.Runs.StartAsync(new StartRun { TeamId = team }, TestInstallation.Ada, Cancelled);
        Assert.Null(nothing.RunId);

        var back = await parking.UnparkAsync("simulator", [1, 3], TestInstallation.Ada, Cancelled);
        Assert.Equal(new ParkingResult(Changed: 1, AlreadyThere: 0, Refused: 1), back);
        Assert.Equal(["failed", "parked"], [await installation.StateOfAsync(1, Cancelled), await installation.StateOfAsync(2, Cancelled)]);
        Assert.Equal(
            ["ada pull_request.park Generated code, 90 MB.", "ada pull_request.unpark "],
            await installation.ListAsync<string>(
                """
                select actor || ' ' || action || ' ' || coalesce(after ->> 'reason', '') from groqbatch.audit_events
                where action like 'pull_request.%' order by id
                """,
                Cancelled
            )
        );
    }

    [Fact]
    public async Task A_parked_one_that_is_summarised_again_is_parked_no_more()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1"));
        var parking = installation.Services.GetRequiredService<IParking>();
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        await RunAsync(installation, team);
        await parking.ParkAsync("simulator", [1], "Hopeless.", TestInstallation.Ada, Cancelled);
        installation.Simulator.ClearFaults();

        var again = await installation.Runs.SummariseAgainAsync(1, requestKey: null, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(again.RunId!.Value, Cancelled);

        Assert.Equal("summarised", await installation.StateOfAsync(1, Cancelled));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Parking_takes_a_reason(string reason)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var parking = installation.Services.GetRequiredService<IParking>();

        await Assert.ThrowsAsync<ArgumentException>(() => parking.ParkAsync("simulator", [1], reason, TestInstallation.Ada, Cancelled));
    }

    private static async Task RunAsync(TestInstallation installation, int team) =>
        await installation.DriveToEndAsync(
            await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled),
            Cancelled
        );
}
