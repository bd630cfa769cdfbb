using System.CommandLine;
using GroqBatch.Cli.PullRequests;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary><c>groqbatch summarise-again</c>.</summary>
internal sealed class SummariseAgainCommand : CliCommand
{
    private readonly Argument<string> _pullRequest = PullRequestArgument.Create();
    private readonly Option<string> _team = CommonOptions.Team("The team it belongs to.", isRequired: true);

    public SummariseAgainCommand()
        : base(
            "summarise-again",
            "A run of one pull request, whatever its state. Its earlier summaries stay in the history.",
            "groqbatch summarise-again acme/app#4071 --team acme"
        )
    {
        Add(_pullRequest);
        Add(_team);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var team = await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken);
        var pullRequest = await PullRequestArgument.FindAsync(host, team, invocation.Get(_pullRequest), cancellationToken);
        var again = await host
            .Services.GetRequiredService<IRunService>()
            .SummariseAgainAsync(pullRequest.Id, requestKey: null, invocation.Actor, cancellationToken);
        return await DerivedRun.TellAsync(invocation, host, again, cancellationToken);
    }
}
