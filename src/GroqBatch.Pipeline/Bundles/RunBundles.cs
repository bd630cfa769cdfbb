using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Bundles;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Storage;

namespace GroqBatch.Pipeline.Bundles;

/// <summary>Packs a run into a ZIP archive, member by member, and takes it out of one. Nothing is held in memory but one manifest.</summary>
internal sealed class RunBundles(
    IBundleStore store,
    IRunStore runs,
    IBatchStore batches,
    IInstallation installation,
    RawFiles rawFiles,
    RawFileFetcher fetcher,
    IAuditLog audit,
    TimeProvider time
) : IRunBundles
{
    private const string Manifest = "manifest.json";
    private const string ManifestDigest = "manifest.sha256";
    private const string Raw = "raw/";
    private const int MaxManifestBytes = 16 << 20;

    private static readonly Dictionary<string, RawFileKind> Kinds = Enum.GetValues<RawFileKind>()
        .ToDictionary(kind => kind.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public async Task<BundleExport?> ExportAsync(Guid runId, string path, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return null;
        }

        var all = await batches.ListAllAsync(runId, cancellationToken);
        if (!run.State.IsFinal() || all.Any(batch => batch.State is not (BatchState.Ingested or BatchState.Abandoned)))
        {
            return new BundleExport(
                Manifest: null,
                $"It is {run.State.Words()}{(run.State.IsFinal() ? ", and a batch of it is still under way" : "")}: it can be bundled once it has ended. Its raw files can be had at any time."
            );
        }

        var target = Path.GetFullPath(path);
        var part = $"{target}.{Guid.NewGuid():N}.part";
        try
        {
            BundleManifest manifest;
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17))
            {
                await using var archive = new ZipArchive(file, ZipArchiveMode.Create);
                manifest = await WriteAsync(archive, run, all, actor, cancellationToken);
            }

            File.Move(part, target, overwrite: true);
            await audit.AppendAsync(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Origin = actor.Origin,
                    Action = "run.bundle",
                    Target = run.Id.ToString(),
                    After = JsonSerializer.Serialize(new { members = manifest.Members.Count, missing = manifest.Missing.Count }),
                },
                cancellationToken
            );
            return new BundleExport(manifest, Refusal: null);
        }
        finally
        {
            File.Delete(part);
        }
    }

    public async Task<BundleImport> ImportAsync(string path, string? team, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        await using var archive = await OpenAsync(path, cancellationToken);
        var members = Index(archive);
        var manifest = await ReadManifestAsync(members, cancellationToken);
        await VerifyAsync(manifest, members, cancellationToken);
        if (await store.FindTeamOfRunAsync(manifest.RunId, cancellationToken) is { } owner)
        {
            return new BundleImport(manifest.RunId, IsNew: false, owner, PullRequestsAdded: 0, manifest);
        }

        var slug = team ?? manifest.Team;
        var placed = new List<string>();
        try
        {
            // Files first: a ledger without them would look whole and not be, files without a ledger are removed in time.
            await PlaceRawFilesAsync(manifest, members, placed, cancellationToken);
            var added = await store.ImportAsync(manifest, name => members[name].Open(), slug, actor, cancellationToken);
            return new BundleImport(manifest.RunId, IsNew: true, slug, added, manifest);
        }
        catch
        {
            placed.ForEach(File.Delete);
            throw;
        }
    }

    private async Task<BundleManifest> WriteAsync(
        ZipArchive archive,
        Run run,
        IReadOnlyList<Batch> all,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var members = new List<BundleMember>();
        JsonElement figures;
        await using (var source = await store.OpenAsync(run.Id, cancellationToken))
        {
            figures = await source.ReadFiguresAsync(cancellationToken);
            foreach (var name in source.Members)
            {
                await using var hashing = new DigestStream(
                    await OpenMemberAsync(archive, name, CompressionLevel.Fastest, cancellationToken)
                );
                await source.WriteAsync(name, hashing, cancellationToken);
                members.Add(Describe(name, hashing.Finish()));
            }
        }

        var missing = new List<string>();
        foreach (var batch in all)
        {
            foreach (var (kind, fileId, path) in RawExport.FilesOf(rawFiles, batch))
            {
                var word = kind.ToString().ToLowerInvariant();
                if (await fetcher.TryFetchAsync(run.Provider, fileId, path, cancellationToken) is { } fault)
                {
                    missing.Add($"Pass {batch.Pass}, batch {batch.Ordinal}, {word} file: {fault}");
                    continue;
                }

                var name = $"{Raw}{batch.Id}.{word}.jsonl.gz";
                await using var file = File.OpenRead(path);
                await using var member = await OpenMemberAsync(archive, name, CompressionLevel.NoCompression, cancellationToken);
                members.Add(Describe(name, await Digests.OfAsync(file, member, cancellationToken)));
            }
        }

        var manifest = new BundleManifest
        {
            CreatedAt = time.GetUtcNow(),
            CreatedBy = actor.Name,
            InstallationId = await installation.GetIdAsync(cancellationToken),
            RunId = run.Id,
            Team = run.TeamSlug,
            Provider = run.Provider,
            State = run.State.ToString(),
            Figures = figures,
            Members = members,
            Missing = missing,
        };
        var json = Encoding.UTF8.GetBytes(manifest.ToString());
        await WriteAsync(archive, Manifest, json, cancellationToken);
        await WriteAsync(
            archive,
            ManifestDigest,
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))),
            cancellationToken
        );
        return manifest;
    }

    private static BundleMember Describe(string name, Digest digest) => new(name, digest.Bytes, digest.Sha256);

    private static Task<Stream> OpenMemberAsync(
        ZipArchive archive,
        string name,
        CompressionLevel level,
        CancellationToken cancellationToken
    ) => archive.CreateEntry(name, level).OpenAsync(cancellationToken);

    private static async Task WriteAsync(ZipArchive archive, string name, byte[] content, CancellationToken cancellationToken)
    {
        await using var member = await OpenMemberAsync(archive, name, CompressionLevel.Fastest, cancellationToken);
        await member.WriteAsync(content, cancellationToken);
    }

    private static async Task<ZipArchive> OpenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ZipFile.OpenReadAsync(path, cancellationToken);
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException(member: null, "It is no bundle, or it was cut short: its table of contents can't be read.", wrong);
        }
    }

    private static Dictionary<string, ZipArchiveEntry> Index(ZipArchive archive)
    {
        var members = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries)
        {
            if (!members.TryAdd(entry.FullName, entry))
            {
                throw new BundleException(entry.FullName, "It is there twice.");
            }
        }

        return members;
    }

    private static async Task<BundleManifest> ReadManifestAsync(
        Dictionary<string, ZipArchiveEntry> members,
        CancellationToken cancellationToken
    )
    {
        var json = await ReadSmallAsync(members, Manifest, cancellationToken);
        var digest = Encoding.ASCII.GetString(await ReadSmallAsync(members, ManifestDigest, cancellationToken));
        if (!string.Equals(digest, Convert.ToHexStringLower(SHA256.HashData(json)), StringComparison.Ordinal))
        {
            throw new BundleException(Manifest, $"It is damaged: its digest is not that of {ManifestDigest}.");
        }

        try
        {
            var manifest = BundleManifest.Parse(json);
            return manifest switch
            {
                { Format: not BundleManifest.FormatName } => throw new BundleException(Manifest, "It is not that of a bundle."),
                { FormatVersion: > BundleManifest.CurrentVersion } => throw new BundleException(
                    Manifest,
                    $"It is of format version {manifest.FormatVersion}; this GroqBatch reads up to {BundleManifest.CurrentVersion}. A newer one reads it."
                ),
                _ => manifest,
            };
        }
        catch (JsonException wrong)
        {
            throw new BundleException(Manifest, "It is not that of a bundle.", wrong);
        }
    }

    private static async Task<byte[]> ReadSmallAsync(
        Dictionary<string, ZipArchiveEntry> members,
        string name,
        CancellationToken cancellationToken
    )
    {
        if (!members.TryGetValue(name, out var entry) || entry.Length > MaxManifestBytes)
        {
            throw new BundleException(name, "It is missing: this is no bundle.");
        }

        try
        {
            var content = new MemoryStream();
            await using var stream = await entry.OpenAsync(cancellationToken);
            await stream.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException(name, "It is damaged: it can't be unpacked.", wrong);
        }
    }

    private static async Task VerifyAsync(
        BundleManifest manifest,
        Dictionary<string, ZipArchiveEntry> members,
        CancellationToken cancellationToken
    )
    {
        var named = manifest.Members.ToDictionary(member => member.Name, StringComparer.Ordinal);
        if (members.Keys.FirstOrDefault(name => !named.ContainsKey(name) && name is not (Manifest or ManifestDigest)) is { } stranger)
        {
            throw new BundleException(stranger, "The manifest does not name it.");
        }

        foreach (var member in manifest.Members)
        {
            if (!members.TryGetValue(member.Name, out var entry))
            {
                throw new BundleException(member.Name, "It is missing.");
            }

            Digest digest;
            try
            {
                await using var stream = await entry.OpenAsync(cancellationToken);
                digest = await Digests.OfAsync(stream, target: null, cancellationToken);
            }
            catch (InvalidDataException wrong)
            {
                throw new BundleException(member.Name, "It is damaged: it can't be unpacked.", wrong);
            }

            if (digest.Bytes != member.Bytes || !string.Equals(digest.Sha256, member.Sha256, StringComparison.Ordinal))
            {
                throw new BundleException(member.Name, "It is damaged: its digest is not the manifest's.");
            }
        }
    }

    private async Task PlaceRawFilesAsync(
        BundleManifest manifest,
        Dictionary<string, ZipArchiveEntry> members,
        List<string> placed,
        CancellationToken cancellationToken
    )
    {
        rawFiles.Prepare(manifest.RunId);
        foreach (var member in manifest.Members.Where(member => member.Name.StartsWith(Raw, StringComparison.Ordinal)))
        {
            var place = PlaceOf(manifest.RunId, member.Name);
            if (RawFiles.IsThere(place))
            {
                continue;
            }

            var part = $"{place}.{Guid.NewGuid():N}.part";
            await using (var stream = await members[member.Name].OpenAsync(cancellationToken))
            await using (var file = RawFiles.CreatePart(part))
            {
                await stream.CopyToAsync(file, cancellationToken);
            }

            File.Move(part, place, overwrite: true);
            placed.Add(place);
        }
    }

    /// <summary>A name in an archive is anybody's to choose: only the two words that it can be made of become a path.</summary>
    private string PlaceOf(Guid runId, string name)
    {
        var parts = name[Raw.Length..].Split('.');
        return parts is [var id, var word, "jsonl", "gz"] && Guid.TryParse(id, out var batchId) && Kinds.TryGetValue(word, out var kind)
            ? rawFiles.PathOf(runId, batchId, kind)
            : throw new BundleException(name, "It is no name of a raw file.");
    }
}
