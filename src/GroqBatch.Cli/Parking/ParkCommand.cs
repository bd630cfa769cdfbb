using System.CommandLine;
using GroqBatch.Cli.PullRequests;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Parking;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Parking;

/// <summary><c>groqbatch park</c>.</summary>
internal sealed class ParkCommand : CliCommand
{
    private readonly Argument<string[]> _pullRequests = PullRequestArgument.CreateMany();
    private readonly Option<string> _team = CommonOptions.Team("The team they belong to.", isRequired: true);
    private readonly Option<string?> _reason = new("--reason") { Description = "Why; required to park.", HelpName = "TEXT" };
    private readonly Option<bool> _offers = new("--offers")
    {
        Description = "List what keeps failing on two models in two runs; park nothing.",
    };

    public ParkCommand()
        : base(
            "park",
            "Sets failed pull requests aside, with a reason: runs leave them out, and they still count as eligible.",
            "groqbatch park --team acme --offers",
            "groqbatch park acme/app#4071 acme/app#4102 --team acme --reason \"generated files only\""
        )
    {
        _pullRequests.Arity = ArgumentArity.ZeroOrMore;
        Add(_pullRequests);
        Add(_team);
        Add(_reason);
        Add(_offers);
        Validators.Add(result =>
        {
            var any = result.GetValue(_pullRequests) is { Length: > 0 };
            if (any == result.GetValue(_offers))
            {
                result.AddError("Say which pull requests to park, or --offers for those that keep failing.");
            }
            else if (any && string.IsNullOrWhiteSpace(result.GetValue(_reason)))
            {
                result.AddError("Parking takes a --reason.");
            }
        });
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var team = await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken);
        var parking = host.Services.GetRequiredService<IParking>();
        var provider = host.Services.GetRequiredService<IBatchProvider>().Name;
        if (invocation.Get(_offers))
        {
            var offers = await parking.ListOffersAsync(provider, team.Id, invocation.Actor, cancellationToken);
            foreach (var offer in offers)
            {
                invocation.Terminal.Out.WriteLine(
                    $"{offer.Repository}#{offer.Number}\t{offer.LastCode}\t{offer.Rungs} models in {offer.Runs} runs\t{Terminal.Safe(offer.Title)}"
                );
            }

            if (offers.Count == 0)
            {
                invocation.Terminal.Note("Nothing keeps failing on two models in two runs.");
            }

            return ExitCode.Done;
        }

        var ids = new List<long>();
        foreach (var text in invocation.Get(_pullRequests))
        {
            ids.Add((await PullRequestArgument.FindAsync(host, team, text, cancellationToken)).Id);
        }

        var result = await parking.ParkAsync(provider, ids, invocation.Get(_reason)!, invocation.Actor, cancellationToken);
        return ParkingText.Tell(invocation, result, "parked", "only failed ones can be parked");
    }
}
