using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.FailureGroups;

/// <summary>Which failures are meant: each part that is set narrows, none means all.</summary>
public sealed record FailureFilter
{
    /// <summary>Only with these codes; empty: with any.</summary>
    public IReadOnlyList<FailureCode> Codes { get; init; } = [];

    /// <summary>Only with this message, as <see cref="FailureGroupKey.Message"/> names it; null: with any.</summary>
    public Guid? Message { get; init; }

    /// <summary>Only in this pass, counted from 1; null: in any.</summary>
    public int? Pass { get; init; }

    /// <summary>Only of this model; null: of any.</summary>
    public string? Model { get; init; }

    /// <summary>Only of passes that had such a failure since then; null: of all.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>
/// What makes failures one group: the code, and the message with ids, numbers and quoted texts folded. The database folds, in one function
/// (<c>groqbatch.folded_message</c>), so that lists, counters and retries can't mean different things.
/// </summary>
/// <param name="Code">Why it failed.</param>
/// <param name="Message">A digest of the folded message.</param>
public sealed record FailureGroupKey(FailureCode Code, Guid Message)
{
    /// <summary>As it stands in addresses: <c>max_tokens.0b7c…</c>, the message without hyphens.</summary>
    public override string ToString() => $"{Code.ToWire()}.{Message:N}";

    /// <summary>Reads the form of <see cref="ToString"/>; null when it is none.</summary>
    public static FailureGroupKey? Parse(string? text)
    {
        var dot = text?.LastIndexOf('.') ?? -1;
        return dot > 0 && FailureCodes.TryParse(text![..dot], out var code) && Guid.TryParseExact(text[(dot + 1)..], "N", out var message)
            ? new FailureGroupKey(code, message)
            : null;
    }
}
