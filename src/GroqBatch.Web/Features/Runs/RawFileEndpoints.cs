using GroqBatch.Core.Access;
using GroqBatch.Core.Storage;
using GroqBatch.Web.Features.SignIn;

namespace GroqBatch.Web.Features.Runs;

/// <summary>Raw files of batches as plain downloads, streamed as they are kept: nothing of them goes through a page's connection.</summary>
internal static class RawFileEndpoints
{
    /// <summary>Maps <c>/runs/{run}/raw/{batch}/{request|output|error}</c>.</summary>
    public static void MapRawFiles(this WebApplication app) => app.MapGet("/runs/{run:guid}/raw/{batch:guid}/{kind}", DownloadAsync);

    /// <summary>Where a file is, relative to the base.</summary>
    public static string AddressOf(Guid runId, Guid batchId, RawFileKind kind) => $"runs/{runId}/raw/{batchId}/{WordOf(kind)}";

    /// <summary><c>request</c>, <c>output</c> or <c>error</c>.</summary>
    public static string WordOf(RawFileKind kind) => kind.ToString().ToLowerInvariant();

    private static async Task<IResult> DownloadAsync(
        Guid run,
        Guid batch,
        string kind,
        HttpContext context,
        IRawDownload downloads,
        CancellationToken cancellationToken
    )
    {
        if (Array.Find(Enum.GetValues<RawFileKind>(), known => WordOf(known) == kind) is var wanted && WordOf(wanted) != kind)
        {
            return Results.NotFound();
        }

        try
        {
            var actor = context.ToActor();
            context.Response.Headers.CacheControl = "no-store";
            return await downloads.OpenAsync(run, batch, wanted, actor, cancellationToken) switch
            {
                null => Results.NotFound(),
                { Content: { } content, Name: var name } => Results.Stream(content, "application/gzip", name),
                { Fault: var fault } => Results.Text(fault, statusCode: StatusCodes.Status410Gone),
            };
        }
        catch (AccessDeniedException denied)
        {
            return Results.Text(denied.Message, statusCode: StatusCodes.Status403Forbidden);
        }
    }
}
