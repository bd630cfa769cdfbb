using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.Outcomes;

/// <summary>What one line of a result file says about one request, already classified.</summary>
public enum AnswerKind
{
    /// <summary>A valid summary.</summary>
    Succeeded,

    /// <summary>A failure with its <see cref="Answer.Code"/>.</summary>
    Failed,

    /// <summary>
    /// The key, the plan or the model is refused (401, 403, <c>model_not_found</c>, <c>model_decommissioned</c>): nothing about this request,
    /// something a person must mend.
    /// </summary>
    Refused,
}

/// <summary>One line of an output or error file.</summary>
public sealed record Answer
{
    /// <summary>As it stood on the line; salvaged by pattern from a line that is no JSON; null when there is none.</summary>
    public string? CustomId { get; init; }

    public required AnswerKind Kind { get; init; }

    /// <summary>Set when <see cref="Kind"/> is <see cref="AnswerKind.Failed"/>.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>Why it failed or was refused, fit to show; null when it succeeded. At most 2,000 characters.</summary>
    public string? Message { get; init; }

    /// <summary>Set when <see cref="Kind"/> is <see cref="AnswerKind.Succeeded"/>.</summary>
    public SummaryDocument? Summary { get; init; }

    /// <summary>HTTP status of the line; null where the call was never made.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Tokens, where the line carries them; failures often do not.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>The provider's request id; null when absent.</summary>
    public string? ProviderRequestId { get; init; }

    /// <summary>The whole line as it came, cleaned for storage (no U+0000, no lone surrogates).</summary>
    public required string RawLine { get; init; }
}
