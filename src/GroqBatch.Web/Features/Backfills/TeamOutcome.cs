namespace GroqBatch.Web.Features.Backfills;

/// <summary>What a start came to.</summary>
/// <param name="Team">The team's name.</param>
/// <param name="RunId">The run; null: there is none.</param>
/// <param name="IsNew">Whether this start made it.</param>
/// <param name="Selected">Pull requests that it takes.</param>
public sealed record TeamOutcome(string Team, Guid? RunId, bool IsNew, int Selected)
{
    /// <summary>What is to be said of it, in sentences; empty: it is as was shown.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];

    /// <summary>Whether trying again may help.</summary>
    public bool HasFailed { get; init; }

    /// <summary>Started as it was shown: nothing to be said.</summary>
    public bool IsPlain => IsNew && Said.Count == 0;
}
