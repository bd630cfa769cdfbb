using System.Runtime.InteropServices;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Simulator.Batches;

/// <summary>
/// A batch as it was created, with all settings that shape it frozen. It never changes: what becomes of it follows from it, the time, and
/// the mark that a cancellation leaves.
/// </summary>
internal sealed record BatchRecord
{
    public const string IdPrefix = "batch_";

    public required string Id { get; init; }
    public required string InputFileId { get; init; }
    public required string Endpoint { get; init; }
    public required string CompletionWindow { get; init; }
    public required long WindowSeconds { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long CreatedAt { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
    public required string ProjectId { get; init; }
    public required int Seed { get; init; }

    /// <summary>Lines of the input that are not blank.</summary>
    public required int Requests { get; init; }

    /// <summary>True: the input does not pass validation.</summary>
    public required bool IsInvalid { get; init; }

    /// <summary>Line numbers that validation drops while the others run.</summary>
    public IReadOnlyList<int> Dropped { get; init; } = [];

    /// <summary>Requests by model.</summary>
    public required IReadOnlyDictionary<string, int> RequestsByModel { get; init; }

    public required double ValidatingSeconds { get; init; }

    /// <summary>0: no limit.</summary>
    public required double LinesPerSecond { get; init; }

    public required double FinalizingSeconds { get; init; }
    public required double CancellingSeconds { get; init; }
    public required Leftovers ExpiredLeftovers { get; init; }
    public required Leftovers CancelledLeftovers { get; init; }
    public required bool Shuffle { get; init; }
    public required IReadOnlyList<SimulatedModel> Models { get; init; }
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    public Fault? Fault(FaultKind kind) => Faults.FirstOrDefault(fault => fault.Kind == kind);
}

/// <summary>What a cancellation leaves beside the record.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="By"><c>api</c> or <c>console</c>.</param>
internal sealed record CancelMark(long At, string By);

/// <summary>How a batch's answers end.</summary>
internal enum AnswerEnd
{
    /// <summary>All requests were run.</summary>
    Completed,

    /// <summary>The window closed.</summary>
    Expired,

    /// <summary>Somebody cancelled.</summary>
    Cancelled,
}

/// <summary>Which of a batch's requests are answered: the first <paramref name="Limit"/> of the input.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AnswerCut(AnswerEnd End, int Limit)
{
    /// <summary>Name of the folder with the answers.</summary>
    public string Name => End == AnswerEnd.Completed ? "all" : $"{(End == AnswerEnd.Expired ? "expired" : "cancelled")}-{Limit}";
}
