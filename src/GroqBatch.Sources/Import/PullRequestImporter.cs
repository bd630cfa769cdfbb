using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Import;
using GroqBatch.Core.PullRequests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Sources.Import;

internal sealed partial class PullRequestImporter(
    IPullRequestStore store,
    IAuditLog audit,
    PromptMeasure measurePrompt,
    IOptions<ImportOptions> options,
    TimeProvider timeProvider,
    ILogger<PullRequestImporter> logger
) : IPullRequestImporter
{
    /// <summary>Small enough that a kill loses little and the counters' locks are held shortly, large enough that a chunk's overhead is lost in it.</summary>
    private const int ChunkRows = 2_000;

    /// <summary>Chunks of long lines are shorter: this is what bounds memory.</summary>
    private const long ChunkBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);

    public async Task<ImportReport> ImportAsync(
        ImportRequest request,
        IProgress<ImportProgress>? progress,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Operate);
        if (request.Repository is { } repository && !ImportRequest.IsRepository(repository))
        {
            throw new ArgumentException("The repository is none: expected owner/name, such as calcom/cal.com.", nameof(request));
        }

        // Both ends are in the log: an import that was killed shows as one that began.
        var files = request.Files.Select(file => Path.GetFileName(file.Name)).ToList();
        await AppendAuditAsync("import.start", new { files, request.Repository });
        Log.Started(logger, request.Team.Slug, request.Files.Count);

        var import = new State(request, progress, timeProvider);
        foreach (var file in request.Files)
        {
            await ImportFileAsync(import, file, cancellationToken);
        }

        var report = import.ToReport();
        await AppendAuditAsync("import.end", report.Total);
        Log.Ended(logger, request.Team.Slug, report.Total.Added, report.Total.Updated, report.Total.Unchanged, report.Total.Rejected);
        return report;

        Task AppendAuditAsync(string action, object after) =>
            audit.AppendAsync(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Action = action,
                    Target = request.Team.Slug,
                    After = JsonSerializer.Serialize(after, JsonSerializerOptions.Web),
                },
                cancellationToken
            );
    }

    private async Task ImportFileAsync(State import, ImportFile file, CancellationToken cancellationToken)
    {
        var tally = import.Begin(file.Name);
        try
        {
            await using var stream = file.Open();
            import.Source = stream;
            var chunk = new Chunk();
            Storing? underWay = null;
            try
            {
                await foreach (
                    var line in new JsonLinesReader(options.Value.MaxLineBytes).ReadAsync(
                        stream,
                        import.Request.Repository,
                        cancellationToken
                    )
                )
                {
                    tally.AddLine(line);
                    import.Report();
                    if (line.Refusal is { } refusal)
                    {
                        import.Reject(new RejectedLine(file.Name, line.Number, refusal.Field, refusal.Message));
                        continue;
                    }

                    if (chunk.Add(Prepare(line.PullRequest!), line.Bytes))
                    {
                        tally.AddSuperseded();
                    }

                    if (chunk.Rows.Count >= ChunkRows || chunk.Bytes >= ChunkBytes)
                    {
                        // One chunk is stored while the next is read.
                        await FinishAsync(tally, underWay);
                        underWay = Store(import, chunk, cancellationToken);
                        chunk = new Chunk();
                    }
                }
            }
            catch (Exception broken) when (broken is IOException or InvalidDataException)
            {
                tally.Fault = Describe(broken);
            }
            finally
            {
                // Also when the reading failed: nothing is left running behind the caller's back.
                await FinishAsync(tally, underWay);
            }

            if (chunk.Rows.Count > 0)
            {
                await FinishAsync(tally, Store(import, chunk, cancellationToken));
            }

            import.Tell();
        }
        catch (Exception unopened) when (unopened is IOException or UnauthorizedAccessException)
        {
            tally.Fault = Describe(unopened);
        }

        if (tally.Fault is { } fault)
        {
            Log.Fault(logger, file.Name, fault);
        }
    }

    private ImportedPullRequest Prepare(PullRequest pullRequest) =>
        new(pullRequest, ContentHash.Of(pullRequest), measurePrompt(pullRequest));

    private Storing Store(State import, Chunk chunk, CancellationToken cancellationToken) =>
        new(chunk.Rows, store.UpsertAsync(import.Request.Team.Id, chunk.Rows, cancellationToken));

    private static async Task FinishAsync(ImportTally tally, Storing? underWay)
    {
        if (underWay is not null)
        {
            tally.AddStored(underWay.Rows, await underWay.Task);
        }
    }

    private static string Describe(Exception fault) =>
        fault switch
        {
            FileNotFoundException or DirectoryNotFoundException => "There is no such file.",
            UnauthorizedAccessException => "The file may not be read.",
            WrongEncodingException => fault.Message,
            InvalidDataException or EndOfStreamException =>
                "The compressed data is damaged or cut short: what came before that is in, the rest of the file is not.",
            _ => $"Reading failed: {fault.Message}",
        };

    /// <summary>A chunk on its way into the database.</summary>
    private sealed record Storing(IReadOnlyList<ImportedPullRequest> Rows, Task<PullRequestChange[]> Task);

    /// <summary>Pull requests to be stored together: the last one of a number wins.</summary>
    private sealed class Chunk
    {
        private readonly Dictionary<(string Repository, long Number), int> _places = [];
        private readonly List<ImportedPullRequest> _rows = new(ChunkRows);

        public IReadOnlyList<ImportedPullRequest> Rows => _rows;
        public long Bytes { get; private set; }

        /// <returns>Whether it took another one's place.</returns>
        public bool Add(ImportedPullRequest row, int bytes)
        {
            Bytes += bytes;
            var key = (row.PullRequest.Repository, row.PullRequest.Number);
            if (_places.TryGetValue(key, out var place))
            {
                _rows[place] = row;
                return true;
            }

            _places.Add(key, _rows.Count);
            _rows.Add(row);
            return false;
        }
    }

    /// <summary>An import under way, over all its files.</summary>
    private sealed class State(ImportRequest request, IProgress<ImportProgress>? progress, TimeProvider timeProvider)
    {
        private readonly List<ImportTally> _tallies = [];
        private readonly List<RejectedLine> _rejected = [];
        private long _reportedAt;
        private string _file = "";

        public ImportRequest Request { get; } = request;
        public Stream? Source { get; set; }

        public ImportTally Begin(string file)
        {
            var tally = new ImportTally(file);
            _file = file;
            _tallies.Add(tally);
            Source = null;
            return tally;
        }

        public void Reject(RejectedLine line)
        {
            if (_rejected.Count < ImportReport.MaxRejectedLines)
            {
                _rejected.Add(line);
            }
        }

        public void Report()
        {
            if (progress is not null && timeProvider.GetElapsedTime(_reportedAt) >= ProgressInterval)
            {
                Tell();
            }
        }

        public ImportReport ToReport()
        {
            var files = _tallies.ConvertAll(tally => tally.ToReport());
            return new ImportReport
            {
                Team = Request.Team.Slug,
                Files = files,
                RejectedLines = _rejected,
                Total = new ImportCounts
                {
                    Lines = files.Sum(file => file.Lines),
                    Added = files.Sum(file => file.Added),
                    Updated = files.Sum(file => file.Updated),
                    Unchanged = files.Sum(file => file.Unchanged),
                    Superseded = files.Sum(file => file.Superseded),
                    Rejected = files.Sum(file => file.Rejected),
                    CleanedCharacters = files.Sum(file => file.CleanedCharacters),
                },
            };
        }

        public void Tell()
        {
            if (progress is null)
            {
                return;
            }

            _reportedAt = timeProvider.GetTimestamp();
            var (read, length) = Source is { CanSeek: true } ? (Source.Position, (long?)Source.Length) : (0, null);
            progress.Report(
                new ImportProgress(
                    _file,
                    _tallies.Count,
                    Request.Files.Count,
                    read,
                    length,
                    _tallies.Sum(tally => tally.Lines),
                    _tallies.Sum(tally => tally.Rejected)
                )
            );
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Import into team {Team} began: {Files} files")]
        public static partial void Started(ILogger logger, string team, int files);

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Import into team {Team} ended: {Added} added, {Updated} updated, {Unchanged} unchanged, {Rejected} lines rejected"
        )]
        public static partial void Ended(ILogger logger, string team, long added, long updated, long unchanged, long rejected);

        [LoggerMessage(Level = LogLevel.Warning, Message = "File {File} could not be read to its end: {Fault}")]
        public static partial void Fault(ILogger logger, string file, string fault);
    }
}
