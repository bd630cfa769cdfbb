using GroqBatch.Core.Outcomes;

namespace GroqBatch.Web.Features.FailureGroups;

/// <summary>Failure codes as people read them.</summary>
internal static class FailureWords
{
    /// <summary>What a code means, a sentence; the code itself always stands beside it.</summary>
    public static string Meaning(FailureCode code) =>
        code switch
        {
            FailureCode.JsonValidateFailed => "The provider could not validate the model's JSON.",
            FailureCode.MaxTokens => "The answer ran into the token limit before its JSON was complete.",
            FailureCode.InvalidJson => "Answered with success, but without any JSON.",
            FailureCode.SchemaViolation => "JSON of another shape, or contradicting itself.",
            FailureCode.ContextLength => "The prompt does not fit into the model's context.",
            FailureCode.ApiError => "The provider could not answer: too many requests, an error of its own, or a time-out.",
            FailureCode.Expired => "Never run: the batch expired.",
            FailureCode.Unanswered => "In neither result file of its batch.",
            FailureCode.Lost => "Its batch vanished at the provider.",
            FailureCode.BatchRejected => "The provider's validation rejected the batch or this line.",
            FailureCode.Cancelled => "Cancelled before it was answered.",
            FailureCode.NotSent => "Never sent: too large even after cutting, or a cap was reached.",
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Unknown failure code."),
        };

    /// <summary>A folded message; where nothing was said, what the code means.</summary>
    public static string Message(string folded, FailureCode code) =>
        folded.Length == 0 ? Meaning(code) : PullRequests.SourceText.Plain(folded);
}
