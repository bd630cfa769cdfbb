using System.Runtime.CompilerServices;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.Teams;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>A team's pull requests: those that are chosen, or all that the view lists.</summary>
internal static class PullRequestTable
{
    private static readonly string[] Columns =
    [
        "team",
        "repository",
        "number",
        "title",
        "url",
        "author",
        "state",
        "failureCode",
        "parkedReason",
        "changedFiles",
        "additions",
        "deletions",
        "createdAt",
        "mergedAt",
    ];

    /// <summary>Where the selection of a view is had as a file.</summary>
    public static string SelectionAddress(string slug, TeamView view) =>
        $"teams/{slug}/pull-requests.csv{(view with { Older = null, Newer = null, Until = null, Deed = SelectionDeed.None }).ToQuery()}";

    /// <summary>Where everything that a view lists is had as a file, whatever is chosen in it.</summary>
    public static string Address(string slug, TeamView view) =>
        SelectionAddress(slug, view with { Selected = view.Selected.Clear(), IsAllSelected = false, Until = null });

    public static async Task<IResult> ExportAsync(
        HttpContext context,
        ITeamStore teams,
        IPullRequestListReader lists,
        IBatchProvider provider,
        string slug,
        [FromQuery] string? state,
        [FromQuery] string? repo,
        [FromQuery] string? month,
        [FromQuery] string? q,
        [FromQuery] string? select
    )
    {
        if (await teams.FindAsync(slug, context.RequestAborted) is not { } team)
        {
            return Results.NotFound();
        }

        var view = TeamView.Read(state, repo, month, q, older: null, newer: null, select, deed: null, until: null);
        var filter = view.HasSelection ? view.SelectedFilter : view.Filter;
        return ExportEndpoints.Download(
            context,
            $"{team.Slug}-pull-requests",
            "pull_request",
            team.Slug,
            Columns,
            RowsAsync(lists, team, provider.Name, filter, context.RequestAborted),
            filter.InWords()
        );
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        IPullRequestListReader lists,
        Team team,
        string provider,
        PullRequestFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var row in lists.StreamAsync(provider, team.Id, filter, cancellationToken))
        {
            yield return
            [
                team.Slug,
                row.Repository,
                row.Number,
                row.Title,
                row.Url,
                row.Author,
                row.State.ToWire(),
                row.FailureCode,
                row.ParkedReason,
                row.ChangedFiles,
                row.Additions,
                row.Deletions,
                row.CreatedAt,
                row.MergedAt,
            ];
        }
    }
}
