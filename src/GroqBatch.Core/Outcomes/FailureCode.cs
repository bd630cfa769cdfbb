namespace GroqBatch.Core.Outcomes;

/// <summary>Why a request has no summary. Written everywhere (database, JSON, pages) by its wire form: <see cref="FailureCodes.ToWire"/>.</summary>
public enum FailureCode
{
    /// <summary>The provider could not validate the model's JSON.</summary>
    JsonValidateFailed,

    /// <summary>The answer ran into the token limit before the JSON was complete.</summary>
    MaxTokens,

    /// <summary>Answered with 200, but without any JSON.</summary>
    InvalidJson,

    /// <summary>JSON of another shape, or contradicting itself.</summary>
    SchemaViolation,

    /// <summary>The prompt does not fit the model's context.</summary>
    ContextLength,

    /// <summary>429, 5xx, time-out or any other error on the line.</summary>
    ApiError,

    /// <summary>Never run: the batch expired.</summary>
    Expired,

    /// <summary>In neither file of an ended batch.</summary>
    Unanswered,

    /// <summary>The batch vanished at the provider.</summary>
    Lost,

    /// <summary>The provider's validation rejected the batch or this line of it.</summary>
    BatchRejected,

    /// <summary>Cancelled, by us or in the provider's console.</summary>
    Cancelled,

    /// <summary>Never sent: too large even after cutting, or a cap was reached.</summary>
    NotSent,
}

/// <summary>What a failure means for the request that has it.</summary>
public enum Remedy
{
    /// <summary>The next rung tries.</summary>
    NextRung,

    /// <summary>The same rung tries once more, then the next one.</summary>
    SameRungOnce,

    /// <summary>The next rung tries only if its context is larger; otherwise final.</summary>
    LargerContext,

    /// <summary>The same rung tries once more; if that fails too, a person is needed.</summary>
    SameRungOnceThenAttention,

    /// <summary>Nothing more is tried in this run.</summary>
    Final,
}

/// <summary>The forms and the remedies of failure codes: the table "what came back, and what follows", in one place.</summary>
public static class FailureCodes
{
    private static readonly Dictionary<FailureCode, string> Wire = new()
    {
        [FailureCode.JsonValidateFailed] = "json_validate_failed",
        [FailureCode.MaxTokens] = "max_tokens",
        [FailureCode.InvalidJson] = "invalid_json",
        [FailureCode.SchemaViolation] = "schema_violation",
        [FailureCode.ContextLength] = "context_length",
        [FailureCode.ApiError] = "api_error",
        [FailureCode.Expired] = "expired",
        [FailureCode.Unanswered] = "unanswered",
        [FailureCode.Lost] = "lost",
        [FailureCode.BatchRejected] = "batch_rejected",
        [FailureCode.Cancelled] = "cancelled",
        [FailureCode.NotSent] = "not_sent",
    };

    private static readonly Dictionary<string, FailureCode> FromWire = Wire.ToDictionary(
        pair => pair.Value,
        pair => pair.Key,
        StringComparer.Ordinal
    );

    /// <summary>All codes in the order people read them.</summary>
    public static IReadOnlyCollection<FailureCode> All => Wire.Keys;

    /// <summary>The form in the database, in JSON and on pages, such as <c>json_validate_failed</c>.</summary>
    public static string ToWire(this FailureCode code) => Wire[code];

    /// <summary>Reads the form of <see cref="ToWire"/>.</summary>
    public static bool TryParse(string? text, out FailureCode code)
    {
        code = default;
        return text is not null && FromWire.TryGetValue(text, out code);
    }

    /// <summary>What follows from a failure.</summary>
    public static Remedy Remedy(this FailureCode code) =>
        code switch
        {
            FailureCode.JsonValidateFailed or FailureCode.MaxTokens or FailureCode.InvalidJson or FailureCode.SchemaViolation => Outcomes
                .Remedy
                .NextRung,
            FailureCode.ContextLength => Outcomes.Remedy.LargerContext,
            FailureCode.ApiError or FailureCode.Expired or FailureCode.Unanswered => Outcomes.Remedy.SameRungOnce,
            FailureCode.Lost => Outcomes.Remedy.SameRungOnceThenAttention,
            FailureCode.BatchRejected or FailureCode.Cancelled or FailureCode.NotSent => Outcomes.Remedy.Final,
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "Unknown failure code."),
        };
}
