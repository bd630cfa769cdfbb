using GroqBatch.Core.Import;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Sources.Import;

/// <summary>Counts what happens to the lines of one file, so that each is in exactly one of the sums.</summary>
internal sealed class ImportTally(string file)
{
    private readonly SeenNumbers _seen = new();
    private long _added;
    private long _updated;
    private long _unchanged;
    private long _superseded;
    private long _cleaned;

    public long Lines { get; private set; }
    public long Rejected { get; private set; }
    public string? Fault { get; set; }

    public void AddLine(ImportedLine line)
    {
        Lines++;
        _cleaned += line.Cleaned;
        Rejected += line.Refusal is null ? 0 : 1;
    }

    /// <summary>A line whose place another one of the same chunk has taken: it was never stored.</summary>
    public void AddSuperseded() => _superseded++;

    /// <summary>What storing a chunk did.</summary>
    public void AddStored(IReadOnlyList<ImportedPullRequest> chunk, PullRequestChange[] changes)
    {
        for (var i = 0; i < changes.Length; i++)
        {
            var (repository, number) = (chunk[i].PullRequest.Repository, chunk[i].PullRequest.Number);
            var change = changes[i];
            if (_seen.TryGet(repository, number, out var wasUnchanged))
            {
                // An earlier line of this file, in an earlier chunk, was stored and counted: this one takes its place, and only what the file
                // as a whole has done to the pull request is told.
                _superseded++;
                if (wasUnchanged && change is PullRequestChange.Updated)
                {
                    _unchanged--;
                    _updated++;
                    _seen.Add(repository, number, isUnchanged: false);
                }

                continue;
            }

            _seen.Add(repository, number, change is PullRequestChange.Unchanged);
            _added += change is PullRequestChange.Added ? 1 : 0;
            _updated += change is PullRequestChange.Updated ? 1 : 0;
            _unchanged += change is PullRequestChange.Unchanged ? 1 : 0;
        }
    }

    public ImportFileReport ToReport() =>
        new()
        {
            File = file,
            Lines = Lines,
            Added = _added,
            Updated = _updated,
            Unchanged = _unchanged,
            Superseded = _superseded,
            Rejected = Rejected,
            CleanedCharacters = _cleaned,
            Fault = Fault,
        };
}
