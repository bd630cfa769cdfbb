using GroqBatch.Core.PullRequests;
using Microsoft.EntityFrameworkCore;

namespace GroqBatch.Data.PullRequests;

internal sealed class PullRequestFinder(IDbContextFactory<GroqBatchDbContext> contexts) : IPullRequestFinder
{
    public async Task<IReadOnlyList<FoundPullRequest>> FindAsync(
        int teamId,
        string? repository,
        long number,
        CancellationToken cancellationToken
    )
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);

        // By the repositories of the team first (few rows of a counter), so that the unique key finds the rest.
        var repositories = repository is null
            ? await context
                .CoverageByMonth.Where(row => row.TeamId == teamId)
                .Select(row => row.Repository)
                .Distinct()
                .ToListAsync(cancellationToken)
            : [repository];
        return await context
            .PullRequests.Where(pullRequest =>
                pullRequest.TeamId == teamId && repositories.Contains(pullRequest.Repository) && pullRequest.Number == number
            )
            .OrderBy(pullRequest => pullRequest.Repository)
            .Select(pullRequest => new FoundPullRequest(pullRequest.Id, pullRequest.Repository, pullRequest.Number, pullRequest.Title))
            .ToListAsync(cancellationToken);
    }
}
