using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;

namespace GroqBatch.Pipeline.Storage;

/// <summary>Opens one raw file, from where the pipeline keeps it or, where it is gone, from the provider again.</summary>
internal sealed class RawDownloads(IRunStore runs, IBatchStore batches, RawFiles rawFiles, RawFileFetcher fetcher, IAuditLog audit)
    : IRawDownload
{
    private const int BufferSize = 1 << 16;

    public async Task<RawDownload?> OpenAsync(Guid runId, Guid batchId, RawFileKind kind, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        if (
            await runs.FindAsync(runId, cancellationToken) is not { } run
            || (await batches.ListAllAsync(runId, cancellationToken)).FirstOrDefault(batch => batch.Id == batchId) is not { } batch
            || !RawExport.FilesOf(rawFiles, batch).Any(file => file.Kind == kind)
        )
        {
            return null;
        }

        var (_, fileId, path) = RawExport.FilesOf(rawFiles, batch).First(file => file.Kind == kind);
        var name = RawExport.NameOf(batch, kind);
        if (await fetcher.TryFetchAsync(run.Provider, fileId, path, cancellationToken) is { } fault)
        {
            return new RawDownload(name, Content: null, fault);
        }

        var content = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            // Its retention may end while somebody reads it.
            FileShare.Read | FileShare.Delete,
            BufferSize,
            FileOptions.SequentialScan | FileOptions.Asynchronous
        );
        try
        {
            await audit.AppendAsync(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Origin = actor.Origin,
                    Action = "run.raw",
                    Target = run.Id.ToString(),
                    After = JsonSerializer.Serialize(new { files = 1, name }),
                },
                cancellationToken
            );
            return new RawDownload(name, content, Fault: null);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
    }
}
