using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Estimates;

/// <summary>What a pass that is over took, from the ledger's counters.</summary>
public sealed record PastPass
{
    public required Guid RunId { get; init; }

    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Ordinal { get; init; }

    public required string Model { get; init; }

    /// <summary>How the model was asked; null when the run does not say.</summary>
    public ResponseFormat? Format { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether the run's ladder ended here.</summary>
    public bool IsLastRung { get; init; }

    public required int Requests { get; init; }
    public required int Succeeded { get; init; }

    /// <summary>Failed requests by code.</summary>
    public required IReadOnlyDictionary<FailureCode, int> Failures { get; init; }

    /// <summary>Failed requests that no later rung tried, without those of <see cref="NotTried"/>.</summary>
    public int Stuck { get; init; }

    /// <summary>Attempts whose cost is unknown, for want of the provider's usage or of a price.</summary>
    public int UnknownRequests { get; init; }

    public long PromptTokens { get; init; }
    public long CompletionTokens { get; init; }

    /// <summary>Dollars booked.</summary>
    public decimal Cost { get; init; }

    /// <summary>Ingested batches.</summary>
    public int Batches { get; init; }

    /// <summary>Attempts: the lines of these batches.</summary>
    public int Sent { get; init; }

    /// <summary>Lines of the largest of them.</summary>
    public int LargestBatch { get; init; }

    /// <summary>Bytes of their files.</summary>
    public long Bytes { get; init; }

    /// <summary>Seconds from the end of the pass before, or its own start, to its end; null when a person or a trouble held the run.</summary>
    public double? Seconds { get; init; }

    /// <summary>Requests that say nothing about the model: they were cancelled or never sent.</summary>
    public int NotTried => CountOf(FailureCode.Cancelled) + CountOf(FailureCode.NotSent);

    /// <summary>Requests whose outcome is the model's or the provider's.</summary>
    public int Tried => Requests - NotTried;

    /// <summary>Of those, the failed ones.</summary>
    public int Failed => Tried - Succeeded;

    /// <summary>
    /// Requests with usage, which are those that <see cref="PromptTokens"/> and <see cref="CompletionTokens"/> add up. An error line has none
    /// (Groq's error bodies carry no <c>usage</c>); an answer that was no valid summary has. The token limit comes in both forms: what is unknown
    /// beyond the other codes is its error lines.
    /// </summary>
    public int WithUsage
    {
        get
        {
            var answered = CountOf(FailureCode.InvalidJson) + CountOf(FailureCode.SchemaViolation);
            var limit = CountOf(FailureCode.MaxTokens);
            var otherErrors = Failed - answered - limit;
            return Succeeded + answered + limit - Math.Clamp(UnknownRequests - otherErrors, 0, limit);
        }
    }

    /// <summary>Bytes of the pull requests' own prompts, per request, from the files that were sent; null when none was.</summary>
    public double? PromptBytesPerRequest =>
        Sent == 0
            ? null
            : Math.Max(0, ((double)Bytes / Sent) - TokenEstimates.FixedFileBytes(Format ?? ResponseFormat.JsonSchema))
                / TokenEstimates.FileBytesPerPromptByte;

    private int CountOf(FailureCode code) => Failures.GetValueOrDefault(code);
}

/// <summary>Reads what earlier runs took: counters and indexes only, never attempts or requests, and bounded whatever the ledger's age.</summary>
public interface IPastReader
{
    /// <summary>The passes that are over, of a provider's latest runs: newest run first, passes in order.</summary>
    /// <param name="provider">Such as <c>groq</c> or <c>simulator</c>: the past of the one says nothing about the other.</param>
    /// <param name="runs">So many runs at most.</param>
    Task<IReadOnlyList<PastPass>> ReadAsync(string provider, int runs, CancellationToken cancellationToken);
}
