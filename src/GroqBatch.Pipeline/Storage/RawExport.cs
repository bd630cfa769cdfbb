using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;

namespace GroqBatch.Pipeline.Storage;

/// <summary>Copies the raw files of a run to where a person wants them, and says what could not be had.</summary>
internal sealed class RawExport(IRunStore runs, IBatchStore batches, RawFiles rawFiles, RawFileFetcher fetcher, IAuditLog audit)
    : IRawExport
{
    public async Task<RawIndex?> ExportAsync(Guid runId, string folder, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return null;
        }

        var target = Path.GetFullPath(folder);
        Directory.CreateDirectory(target);
        await DemandOwnAsync(target, runId, cancellationToken);
        var indexed = new List<RawIndexBatch>();
        foreach (var batch in await batches.ListAllAsync(runId, cancellationToken))
        {
            indexed.Add(
                new RawIndexBatch
                {
                    Pass = batch.Pass,
                    Ordinal = batch.Ordinal,
                    BatchId = batch.Id,
                    ProviderBatchId = batch.ProviderBatchId,
                    State = batch.State.ToString(),
                    Status = batch.Status,
                    Requests = batch.Requests,
                    Files = await ExportAsync(run, batch, target, cancellationToken),
                }
            );
        }

        var index = new RawIndex
        {
            RunId = run.Id,
            Team = run.TeamSlug,
            Provider = run.Provider,
            State = run.State.ToString(),
            Batches = indexed,
        };
        await WriteIndexAsync(index, target, cancellationToken);
        await audit.AppendAsync(
            new AuditEvent
            {
                Actor = actor.Name,
                Origin = actor.Origin,
                Action = "run.raw",
                Target = run.Id.ToString(),
                After = JsonSerializer.Serialize(
                    new
                    {
                        files = indexed.Sum(batch => batch.Files.Count(file => file.Name is not null)),
                        missing = indexed.Sum(batch => batch.Files.Count(file => file.Name is null)),
                    }
                ),
            },
            cancellationToken
        );
        return index;
    }

    /// <summary>The files that a batch has or should have, each where it is kept.</summary>
    internal static IEnumerable<(RawFileKind Kind, string? FileId, string Path)> FilesOf(RawFiles rawFiles, Batch batch)
    {
        foreach (
            var (kind, fileId) in new[]
            {
                (RawFileKind.Request, batch.InputFileId),
                (RawFileKind.Output, batch.OutputFileId),
                (RawFileKind.Error, batch.ErrorFileId),
            }
        )
        {
            var path = rawFiles.PathOf(batch.RunId, batch.Id, kind);

            // A batch that was given up need not have left its file: it is written again as another one.
            var isExpected = kind == RawFileKind.Request ? batch.State != BatchState.Abandoned : fileId is not null;
            if (isExpected || File.Exists(path))
            {
                yield return (kind, fileId, path);
            }
        }
    }

    /// <summary>What a file is called outside of the folder in which it is kept.</summary>
    internal static string NameOf(Batch batch, RawFileKind kind) =>
        $"pass{batch.Pass}-batch{batch.Ordinal:000}.{kind.ToString().ToLowerInvariant()}.jsonl.gz";

    private async Task<List<RawIndexFile>> ExportAsync(Run run, Batch batch, string target, CancellationToken cancellationToken)
    {
        var files = new List<RawIndexFile>();
        foreach (var (kind, fileId, path) in FilesOf(rawFiles, batch))
        {
            var word = kind.ToString().ToLowerInvariant();
            var wasThere = RawFiles.IsThere(path);
            if (await fetcher.TryFetchAsync(run.Provider, fileId, path, cancellationToken) is { } fault)
            {
                files.Add(
                    new RawIndexFile
                    {
                        Kind = word,
                        FileId = fileId,
                        Fault = fault,
                    }
                );
                continue;
            }

            var name = NameOf(batch, kind);
            var digest = await CopyAsync(path, Path.Combine(target, name), cancellationToken);
            var content = await Digests.TryOfContentAsync(path, cancellationToken);
            files.Add(
                new RawIndexFile
                {
                    Kind = word,
                    FileId = fileId,
                    Name = name,
                    Bytes = digest.Bytes,
                    Sha256 = digest.Sha256,
                    ContentBytes = content?.Bytes,
                    ContentSha256 = content?.Sha256,
                    FromProvider = !wasThere,
                    Fault =
                        content is null ? RawFileFetcher.Damaged
                        : kind == RawFileKind.Request
                        && !string.Equals(content.Value.Sha256, Convert.ToHexStringLower(batch.RequestFileHash), StringComparison.Ordinal)
                            ? "Its lines are not those that were recorded when it was written."
                        : null,
                }
            );
        }

        return files;
    }

    private static async Task<Digest> CopyAsync(string source, string target, CancellationToken cancellationToken)
    {
        var part = $"{target}.part";
        Digest digest;
        await using (var from = File.OpenRead(source))
        await using (var to = File.Create(part))
        {
            digest = await Digests.OfAsync(from, to, cancellationToken);
        }

        File.Move(part, target, overwrite: true);
        return digest;
    }

    /// <summary>A folder with the files of one run is not to be mixed with those of another.</summary>
    private static async Task DemandOwnAsync(string folder, Guid runId, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, RawIndex.FileName);
        if (!File.Exists(path))
        {
            return;
        }

        RawIndex there;
        try
        {
            there = RawIndex.Parse(await File.ReadAllTextAsync(path, cancellationToken));
        }
        catch (JsonException wrong)
        {
            throw new IOException($"{path} is there and is no index of raw files: take another folder.", wrong);
        }

        if (there.RunId != runId)
        {
            throw new IOException($"{folder} holds the raw files of run {there.RunId}: take another folder.");
        }
    }

    private static async Task WriteIndexAsync(RawIndex index, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, RawIndex.FileName);
        await File.WriteAllTextAsync($"{path}.part", index.ToString(), cancellationToken);
        File.Move($"{path}.part", path, overwrite: true);
    }
}
