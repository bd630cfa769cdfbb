using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Exports;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SignIn;

namespace GroqBatch.Web.Features.Exports;

/// <summary>
/// Tables of pages as files, with the filter that the page has: plain answers that stream, not through a page's connection. Which columns and rows a table
/// has is beside it, in the file named for it.
/// </summary>
internal static class ExportEndpoints
{
    /// <summary>Maps every table's address.</summary>
    public static void MapTableExports(this WebApplication app)
    {
        app.MapGet("/teams.csv", TeamTable.Export).RequireAuthorization();
        app.MapGet("/teams/compare.csv", ComparedTeamTable.ExportAsync).RequireAuthorization();
        app.MapGet("/teams/{slug}/coverage.csv", CoverageHistoryTable.ExportAsync).RequireAuthorization();
        app.MapGet("/teams/{slug}/repositories.csv", RepositoryMonthTable.ExportAsync).RequireAuthorization();
        app.MapGet("/teams/{slug}/pull-requests.csv", PullRequestTable.ExportAsync).RequireAuthorization();
        app.MapGet("/runs.csv", RunTable.Export).RequireAuthorization();
        app.MapGet("/runs/{run:guid}/batches.csv", BatchTable.ExportAsync).RequireAuthorization();
        app.MapGet("/runs/{run:guid}/timeline.csv", TimelineTable.ExportAsync).RequireAuthorization();
        app.MapGet("/runs/{run:guid}/requests.csv", RequestTable.ExportAsync).RequireAuthorization();
        app.MapGet("/failures.csv", FailureTable.ExportAsync).RequireAuthorization();
        app.MapGet("/models.csv", MeasuredModelTable.Export).RequireAuthorization();
        app.MapGet("/models/catalogue.csv", ModelCatalogueTable.Export).RequireAuthorization();
        app.MapGet("/inbox.csv", InboxTable.Export).RequireAuthorization();
        app.MapGet("/settings/audit.csv", AuditTable.Export).RequireAuthorization();
    }

    /// <summary>A table of one team, read whole since it is short; not found where there is no such team.</summary>
    public static async Task<IResult> DownloadOfTeamAsync<TRow>(
        HttpContext context,
        string slug,
        string what,
        IReadOnlyList<string> columns,
        Func<Team, string, CancellationToken, Task<IReadOnlyList<TRow>>> read,
        Func<Team, TRow, IReadOnlyList<object?>> rowOf
    )
    {
        var services = context.RequestServices;
        if (await services.GetRequiredService<ITeamStore>().FindAsync(slug, context.RequestAborted) is not { } team)
        {
            return Results.NotFound();
        }

        var rows = await read(team, services.GetRequiredService<IBatchProvider>().Name, context.RequestAborted);
        return Download(
            context,
            $"{team.Slug}-{what}",
            "coverage",
            team.Slug,
            columns,
            rows.Select(row => rowOf(team, row)).ToAsyncEnumerable()
        );
    }

    /// <summary>A table as a download that is written while it is read, and given up with the one who asked; nobody without the right gets a byte.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="name">Of the file, before the day: <c>runs</c> becomes <c>runs-2026-11-28.csv</c>.</param>
    /// <param name="kind">What the rows are, as audit events call it.</param>
    /// <param name="target">Whose rows they are.</param>
    /// <param name="columns">Their names.</param>
    /// <param name="rows">Cells in that order.</param>
    /// <param name="filter">Which of them, as audit events say it; null: as the address has it.</param>
    public static IResult Download(
        HttpContext context,
        string name,
        string kind,
        string target,
        IReadOnlyList<string> columns,
        IAsyncEnumerable<IReadOnlyList<object?>> rows,
        string? filter = null
    )
    {
        var actor = context.ToActor();
        if (!actor.Rights.HasFlag(Right.View))
        {
            return Results.Forbid();
        }

        var export = context.RequestServices.GetRequiredService<ITableExport>();
        var today = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var table = new ExportedTable
        {
            Kind = kind,
            Target = target,
            Filter = filter ?? context.Request.QueryString.Value?.TrimStart('?') ?? "",
            Columns = columns,
            Rows = rows,
        };
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = FormattableString.Invariant(
            $"attachment; filename=\"{name}-{today:yyyy-MM-dd}.csv\""
        );
        return Results.Stream(output => export.WriteAsync(table, output, actor, context.RequestAborted), "text/csv; charset=utf-8");
    }
}
