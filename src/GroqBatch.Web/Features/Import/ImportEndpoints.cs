using GroqBatch.Core.Access;
using GroqBatch.Core.Import;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Import;

/// <summary>
/// Takes a file: a plain request whose body is the file, read as it arrives. Through a page's own connection it would take twenty times as long, and
/// hold up everything else on it.
/// </summary>
internal static class ImportEndpoints
{
    /// <summary>Where files are sent to.</summary>
    public const string Address = "import/upload";

    /// <summary>Maps it.</summary>
    public static void MapImport(this WebApplication app) =>
        // Lines are bounded, files are not: they are never held.
        app.MapPost($"/{Address}", TakeAsync).WithMetadata(new DisableRequestSizeLimitAttribute());

    private static async Task<IResult> TakeAsync(
        HttpContext context,
        IAntiforgery antiforgery,
        IPullRequestImporter importer,
        ITeamStore teams,
        ImportUploads uploads,
        [FromQuery] string team,
        [FromQuery] string? name,
        [FromQuery] string? repository,
        [FromQuery] Guid? upload
    )
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Results.Text("This page is too old, or the file came from elsewhere. Load the page again.", statusCode: 400);
        }

        var actor = context.ToActor();
        if (!actor.Rights.HasFlag(Right.Operate))
        {
            return Results.Text($"{actor.Name} may not do this: it takes the right to operate.", statusCode: 403);
        }

        if (await teams.FindAsync(team, context.RequestAborted) is not { } found)
        {
            return Results.Text("There is no such team.", statusCode: 404);
        }

        var file = ImportFile.FromStream(UploadName.Of(name), context.Request.Body);
        try
        {
            var report = await importer.ImportAsync(
                new ImportRequest(found, [file], string.IsNullOrWhiteSpace(repository) ? null : repository.Trim()),
                upload is { } id ? uploads.ProgressOf(id) : null,
                actor,
                context.RequestAborted
            );
            return Results.Text(report.ToJson(), "application/json");
        }
        catch (ArgumentException wrong)
        {
            return Results.Text(wrong.Message.Split(" (Parameter")[0], statusCode: 400);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads this any more. What was stored is in, and the same file sent again completes it.
            return Results.Empty;
        }
    }
}
