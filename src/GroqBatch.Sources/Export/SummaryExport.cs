using GroqBatch.Core.Access;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;

namespace GroqBatch.Sources.Export;

internal sealed class SummaryExport(ICurrentSummaries summaries) : ISummaryExport
{
    public async Task<long> WriteAsync(
        Team team,
        string provider,
        ExportFormat format,
        Stream output,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.View);
        await using ISummaryWriter writer = format switch
        {
            ExportFormat.Jsonl => new JsonlSummaryWriter(output),
            ExportFormat.Csv => new CsvSummaryWriter(output),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
        };
        var written = 0L;
        await foreach (var summary in summaries.StreamAsync(team, provider, cancellationToken))
        {
            await writer.WriteAsync(summary, cancellationToken);
            written++;
        }

        await writer.CompleteAsync(cancellationToken);
        return written;
    }

    public async Task<long> WriteFileAsync(
        Team team,
        string provider,
        ExportFormat format,
        string path,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        // A device is written to; renaming a file over it would take it away from everybody else.
        var given = new FileInfo(path);
        var target = (given.LinkTarget is null ? null : given.ResolveLinkTarget(returnFinalTarget: true))?.FullName ?? given.FullName;
        if (target.StartsWith("/dev/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal))
        {
            await using var device = new FileStream(target, FileMode.Open, FileAccess.Write);
            return await WriteAsync(team, provider, format, device, actor, cancellationToken);
        }

        var beside = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            long written;
            await using (
                var file = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous)
            )
            {
                written = await WriteAsync(team, provider, format, file, actor, cancellationToken);
                file.Flush(flushToDisk: true); // before the rename, or a loss of power leaves an empty file under the good name
            }

            File.Move(beside, target, overwrite: true);
            return written;
        }
        finally
        {
            File.Delete(beside); // no error when it has been moved
        }
    }
}
