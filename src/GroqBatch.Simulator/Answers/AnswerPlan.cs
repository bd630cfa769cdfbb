using System.Security.Cryptography;
using System.Text;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Faults;

namespace GroqBatch.Simulator.Answers;

/// <summary>What is done to single lines on purpose.</summary>
[Flags]
internal enum LineFlaw : byte
{
    None = 0,
    Missing = 1,
    Duplicated = 2,
    Broken = 4,
    NullResponse = 8,
    BlankBefore = 16,
    StrangerAfter = 32,
    ForcedAnswer = 64,
}

/// <summary>Which lines of a batch the fault switches hit, chosen by the seed before the first is answered.</summary>
internal sealed class AnswerPlan
{
    private readonly LineFlaw[]? _flaws;
    private readonly List<(Fault Fault, HashSet<int>? Lines, HashSet<string>? CustomIds)> _answers = [];

    public AnswerPlan(BatchRecord batch, AnswerCut cut)
    {
        Crlf = batch.Fault(FaultKind.Crlf) is not null;
        Swapped = batch.Fault(FaultKind.SwappedFiles) is not null;
        Shuffled = batch.Shuffle && batch.Fault(FaultKind.Unshuffled) is null;
        AllFail = batch.Fault(FaultKind.AllFail) is { } all ? all.Answer ?? SimulatedAnswer.JsonValidateFailed : null;
        ShuffleSeed = SeedFor(batch, "shuffle");
        foreach (var fault in batch.Faults)
        {
            var flaw = fault.Kind switch
            {
                FaultKind.MissingLines => LineFlaw.Missing,
                FaultKind.DuplicatedLines => LineFlaw.Duplicated,
                FaultKind.InvalidJsonLines => LineFlaw.Broken,
                FaultKind.NullResponseLines => LineFlaw.NullResponse,
                FaultKind.BlankLines => LineFlaw.BlankBefore,
                FaultKind.UnknownCustomIds => LineFlaw.StrangerAfter,
                FaultKind.AnswerAs => LineFlaw.ForcedAnswer,
                _ => LineFlaw.None,
            };
            if (flaw == LineFlaw.None)
            {
                continue;
            }

            _flaws ??= new LineFlaw[batch.Requests];
            var customIds = fault.CustomIds?.ToHashSet(StringComparer.Ordinal);
            var lines = customIds is null ? Choose(batch, cut, fault) : null;
            if (flaw == LineFlaw.ForcedAnswer)
            {
                _answers.Add((fault, lines, customIds));
                continue;
            }

            foreach (var line in lines ?? [])
            {
                _flaws[line] |= flaw;
            }
        }
    }

    public bool Crlf { get; }
    public bool Swapped { get; }
    public bool Shuffled { get; }
    public SimulatedAnswer? AllFail { get; }
    public ulong ShuffleSeed { get; }

    public LineFlaw FlawOf(int index) => _flaws is null ? LineFlaw.None : _flaws[index];

    public SimulatedAnswer? ForcedAnswer(int index, RequestLine request)
    {
        foreach (var (fault, lines, customIds) in _answers)
        {
            if (
                (lines?.Contains(index) == true || customIds?.Contains(request.CustomId) == true)
                && (fault.Model is null || string.Equals(fault.Model, request.Model, StringComparison.Ordinal))
            )
            {
                return fault.Answer;
            }
        }

        return AllFail;
    }

    private static HashSet<int> Choose(BatchRecord batch, AnswerCut cut, Fault fault)
    {
        // Lines that are never run have no answer to spoil.
        var among = Math.Min(batch.Requests, cut.Limit);
        var count = Math.Min(among, fault.Count ?? (fault.Share is { } share ? (int)Math.Round(share * among) : 1));
        return [.. new SeededOrder(SeedFor(batch, fault.Kind.ToString())).Permutation(among).Take(count)];
    }

    private static ulong SeedFor(BatchRecord batch, string purpose) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{batch.Seed}\n{batch.Id}\n{purpose}")));
}
