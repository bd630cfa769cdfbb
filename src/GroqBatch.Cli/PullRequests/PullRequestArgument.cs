using System.CommandLine;
using System.Globalization;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.PullRequests;

/// <summary>How a pull request is named on the command line: <c>owner/name#123</c>, or the number alone where one repository has it.</summary>
internal static class PullRequestArgument
{
    /// <summary>The argument for one.</summary>
    public static Argument<string> Create() =>
        new("PULL_REQUEST") { Description = "OWNER/NAME#NUMBER, or NUMBER where only one repository of the team has it." };

    /// <summary>The argument for several.</summary>
    public static Argument<string[]> CreateMany() =>
        new("PULL_REQUEST")
        {
            Description = "OWNER/NAME#NUMBER, or NUMBER where only one repository of the team has it.",
            Arity = ArgumentArity.OneOrMore,
        };

    /// <summary>The pull request that was meant.</summary>
    /// <exception cref="UsageException">It can't be read, or there is none, or there are several.</exception>
    public static async Task<FoundPullRequest> FindAsync(GroqBatchHost host, Team team, string text, CancellationToken cancellationToken)
    {
        var hash = text.LastIndexOf('#');
        var repository = hash > 0 ? text[..hash] : null;
        if (!long.TryParse(text.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            throw new UsageException($"'{text}' is no pull request; write it as OWNER/NAME#NUMBER");
        }

        var found = await host.Services.GetRequiredService<IPullRequestFinder>().FindAsync(team.Id, repository, number, cancellationToken);
        return found.Count switch
        {
            0 => throw new UsageException($"{team.Slug} has no pull request {text}"),
            1 => found[0],
            _ => throw new UsageException(
                $"{text} may be any of: {string.Join(", ", found.Select(one => $"{one.Repository}#{one.Number}"))}"
            ),
        };
    }
}
