using System.CommandLine;
using GroqBatch.Cli.PullRequests;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Parking;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Parking;

/// <summary><c>groqbatch unpark</c>.</summary>
internal sealed class UnparkCommand : CliCommand
{
    private readonly Argument<string[]> _pullRequests = PullRequestArgument.CreateMany();
    private readonly Option<string> _team = CommonOptions.Team("The team they belong to.", isRequired: true);

    public UnparkCommand()
        : base("unpark", "Brings parked pull requests back: the next full run takes them.", "groqbatch unpark acme/app#4071 --team acme")
    {
        Add(_pullRequests);
        Add(_team);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var team = await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken);
        var ids = new List<long>();
        foreach (var text in invocation.Get(_pullRequests))
        {
            ids.Add((await PullRequestArgument.FindAsync(host, team, text, cancellationToken)).Id);
        }

        var result = await host
            .Services.GetRequiredService<IParking>()
            .UnparkAsync(host.Services.GetRequiredService<IBatchProvider>().Name, ids, invocation.Actor, cancellationToken);
        return ParkingText.Tell(invocation, result, "brought back", "only parked ones can be brought back");
    }
}

/// <summary>What is said of parking, either way.</summary>
internal static class ParkingText
{
    /// <summary>Counts on standard output; done with exceptions where some could not be moved.</summary>
    public static int Tell(Invocation invocation, ParkingResult result, string done, string rule)
    {
        invocation.Terminal.Out.WriteLine(
            $"{result.Changed} {done}"
                + (result.AlreadyThere > 0 ? $", {result.AlreadyThere} had been already" : "")
                + (result.Refused > 0 ? $", {result.Refused} left as they are: {rule}" : "")
        );
        return result.Refused > 0 ? ExitCode.DoneWithFailures : ExitCode.Done;
    }
}
