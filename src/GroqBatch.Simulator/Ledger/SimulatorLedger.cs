using System.Runtime.CompilerServices;
using System.Text.Json;
using GroqBatch.Core.Outcomes;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Storage;

namespace GroqBatch.Simulator.Ledger;

/// <summary>A batch as the simulator knows it, whatever any caller was told.</summary>
public sealed record LedgerBatch
{
    public required string Id { get; init; }

    /// <summary>UTC, to the millisecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public required string InputFileId { get; init; }

    /// <summary>As sent; null when none was.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Lines of its input that are not blank.</summary>
    public required int Requests { get; init; }

    public required IReadOnlyDictionary<string, int> RequestsByModel { get; init; }

    /// <summary>True: its input did not pass validation, nothing was answered.</summary>
    public required bool Rejected { get; init; }

    /// <summary>Null when nobody cancelled it; otherwise <c>api</c> or <c>console</c>.</summary>
    public string? CancelledBy { get; init; }

    /// <summary>Requests by how they were answered; null while the answers are being produced, empty for a rejected batch.</summary>
    public IReadOnlyDictionary<SimulatedAnswer, int>? Answers { get; init; }

    /// <summary>Requests that got a valid summary; null while the answers are being produced.</summary>
    public int? Succeeded => Answers?.Where(pair => pair.Key.IsSuccess()).Sum(pair => pair.Value);

    /// <summary>Failures in the words of the product; refusals (401, 403, model gone) are in no code. Null while the answers are being produced.</summary>
    public IReadOnlyDictionary<FailureCode, int>? FailuresByCode =>
        Answers
            ?.Where(pair => pair.Key.FailureCode() is not null)
            .GroupBy(pair => pair.Key.FailureCode()!.Value)
            .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));
}

/// <summary>How one request of a batch was answered.</summary>
/// <param name="CustomId">As sent.</param>
/// <param name="Model">As sent; empty when the line named none.</param>
/// <param name="Kind">What the simulator did.</param>
public sealed record LedgerOutcome(string CustomId, string Model, SimulatedAnswer Kind)
{
    /// <summary>The failure code that follows; null for a success and for a refusal.</summary>
    public FailureCode? Code => Kind.FailureCode();
}

/// <summary>
/// What happened in a simulator's folder, for tests and figures: every batch that was created and how each of its requests was answered, and
/// the calls that changed something. Needs no running server and may be read beside one.
/// </summary>
public sealed class SimulatorLedger
{
    private readonly string _folder;

    private SimulatorLedger(string folder, IReadOnlyList<LedgerEntry> calls, IReadOnlyList<LedgerBatch> batches)
    {
        _folder = folder;
        Calls = calls;
        Batches = batches;
    }

    /// <summary>All calls that changed something, oldest first. A process killed between a deed and its line leaves the line out.</summary>
    public IReadOnlyList<LedgerEntry> Calls { get; }

    /// <summary>All batches ever created, oldest first: complete, whoever was killed when.</summary>
    public IReadOnlyList<LedgerBatch> Batches { get; }

    /// <summary>Reads the ledger as it is now.</summary>
    /// <param name="folder"><see cref="SimulatorOptions.Folder"/>.</param>
    public static SimulatorLedger Read(string folder)
    {
        var layout = new SimulatorFolder(folder);
        if (!Directory.Exists(layout.Batches) || !Directory.Exists(layout.Ledger))
        {
            return new SimulatorLedger(layout.Root, [], []);
        }

        var store = new BatchStore(layout);
        var batches = store
            .Ids()
            .Reverse()
            .Select(store.Find)
            .OfType<BatchRecord>()
            .Select(record => new LedgerBatch
            {
                Id = record.Id,
                CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.CreatedAt),
                InputFileId = record.InputFileId,
                Metadata = record.Metadata,
                Requests = record.Requests,
                RequestsByModel = record.RequestsByModel,
                Rejected = record.IsInvalid,
                CancelledBy = store.FindCancel(record.Id)?.By,
                Answers =
                    AnswersFolderOf(layout, store, record) is { } answers
                        ? AtomicFile.TryRead<AnswerResult>(Path.Combine(answers, AnswerResult.FileName))?.Kinds
                    : record.IsInvalid ? new Dictionary<SimulatedAnswer, int>()
                    : null,
            })
            .ToList();
        return new SimulatorLedger(layout.Root, ReadCalls(layout), batches);
    }

    /// <summary>How each request of a batch was answered, in the order of its input; nothing while the answers are being produced.</summary>
    public IAsyncEnumerable<LedgerOutcome> OutcomesAsync(string batchId, CancellationToken cancellationToken = default) =>
        OutcomesAsync(_folder, batchId, cancellationToken);

    /// <inheritdoc cref="OutcomesAsync(string, CancellationToken)"/>
    public static async IAsyncEnumerable<LedgerOutcome> OutcomesAsync(
        string folder,
        string batchId,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var layout = new SimulatorFolder(folder);
        var store = new BatchStore(layout);
        if (store.Find(batchId) is not { } record || AnswersFolderOf(layout, store, record) is not { } answers)
        {
            yield break;
        }

        await foreach (var line in File.ReadLinesAsync(Path.Combine(answers, AnswerResult.OutcomesName), cancellationToken))
        {
            yield return JsonSerializer.Deserialize<LedgerOutcome>(line, AtomicFile.Json)!;
        }
    }

    private static string? AnswersFolderOf(SimulatorFolder layout, BatchStore store, BatchRecord record)
    {
        if (new BatchTimeline(record, store.FindCancel(record.Id), []).Cut is not { } cut)
        {
            return null;
        }

        var path = Path.Combine(layout.Answers, record.Id, cut.Name);
        return File.Exists(Path.Combine(path, AnswerResult.FileName)) ? path : null;
    }

    private static List<LedgerEntry> ReadCalls(SimulatorFolder layout)
    {
        var calls = new List<LedgerEntry>();
        foreach (var path in Directory.EnumerateFiles(layout.Ledger, "*.jsonl"))
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                try
                {
                    calls.Add(JsonSerializer.Deserialize<LedgerEntry>(line, AtomicFile.Json)!);
                }
                catch (JsonException)
                {
                    // Half of a last line, from a killed process; what it tells of is in the batches and files all the same.
                }
            }
        }

        return [.. calls.OrderBy(call => call.At)];
    }
}
