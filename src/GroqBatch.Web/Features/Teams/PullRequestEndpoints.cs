using System.Globalization;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Teams;

/// <summary>Lists of pull requests as files: plain answers that stream, not through a page's connection.</summary>
internal static class PullRequestEndpoints
{
    /// <summary>Maps <c>/teams/{slug}/pull-requests.csv</c>.</summary>
    public static void MapPullRequestExport(this WebApplication app) =>
        app.MapGet("/teams/{slug}/pull-requests.csv", ExportAsync).RequireAuthorization();

    /// <summary>Where the selection of a view is had as a file.</summary>
    public static string ExportAddress(string slug, TeamView view) =>
        $"teams/{slug}/pull-requests.csv{(view with { Older = null, Newer = null, Until = null, Deed = SelectionDeed.None }).ToQuery()}";

    /// <summary>Where everything that a view lists is had as a file, whatever is chosen in it.</summary>
    public static string ListAddress(string slug, TeamView view) =>
        ExportAddress(slug, view with { Selected = view.Selected.Clear(), IsAllSelected = false, Until = null });

    private static async Task<IResult> ExportAsync(
        HttpContext context,
        ITeamStore teams,
        IPullRequestExport export,
        IBatchProvider provider,
        TimeProvider time,
        string slug,
        [FromQuery] string? state,
        [FromQuery] string? repo,
        [FromQuery] string? month,
        [FromQuery] string? q,
        [FromQuery] string? select,
        CancellationToken cancellationToken
    )
    {
        var actor = context.User.ToActor() with { Origin = context.Connection.RemoteIpAddress?.ToString() };
        if (!actor.Rights.HasFlag(Right.View))
        {
            return Results.Forbid();
        }

        if (await teams.FindAsync(slug, cancellationToken) is not { } team)
        {
            return Results.NotFound();
        }

        var view = TeamView.Read(state, repo, month, q, older: null, newer: null, select, deed: null, until: null);
        var filter = view.HasSelection ? view.SelectedFilter : view.Filter;
        var today = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{team.Slug}-pull-requests-{today}.csv\"";
        return Results.Stream(
            output => export.WriteAsync(team, provider.Name, filter, output, actor, cancellationToken),
            "text/csv; charset=utf-8"
        );
    }
}
