namespace GroqBatch.Core.SpotChecks;

/// <summary>What a person who looked at a sampled summary says of it.</summary>
public enum Verdict
{
    /// <summary>Right.</summary>
    Good,

    /// <summary>Usable, a detail is off. Counts as good, except in the strict rate.</summary>
    Minor,

    /// <summary>Not usable; why is a <see cref="WrongReason"/>.</summary>
    Wrong,
}

/// <summary>Why a summary is wrong.</summary>
public enum WrongReason
{
    WrongFacts,
    MissingPoint,
    WrongType,
    Unreadable,
    Other,
}

/// <summary>Verdicts and their reasons as they are stored and shown.</summary>
public static class VerdictWords
{
    /// <summary><c>good</c>, <c>minor</c>, <c>wrong</c>.</summary>
    public static string ToWire(this Verdict verdict) =>
        verdict switch
        {
            Verdict.Good => "good",
            Verdict.Minor => "minor",
            Verdict.Wrong => "wrong",
            _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "Unknown verdict."),
        };

    /// <summary><c>wrong_facts</c>, <c>missing_point</c>, <c>wrong_type</c>, <c>unreadable</c>, <c>other</c>.</summary>
    public static string ToWire(this WrongReason reason) => Say(reason).Replace(' ', '_');

    /// <summary>In words, such as <c>missing point</c>.</summary>
    public static string Say(this WrongReason reason) =>
        reason switch
        {
            WrongReason.WrongFacts => "wrong facts",
            WrongReason.MissingPoint => "missing point",
            WrongReason.WrongType => "wrong type",
            WrongReason.Unreadable => "unreadable",
            WrongReason.Other => "other",
            _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Unknown reason."),
        };

    /// <summary>The verdict of a stored word.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Verdict ToVerdict(string word) =>
        Enum.GetValues<Verdict>().Cast<Verdict?>().FirstOrDefault(verdict => verdict!.Value.ToWire() == word)
        ?? throw new FormatException($"\"{word}\" is no verdict.");

    /// <summary>The reason of a stored word.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static WrongReason ToReason(string word) =>
        Enum.GetValues<WrongReason>().Cast<WrongReason?>().FirstOrDefault(reason => reason!.Value.ToWire() == word)
        ?? throw new FormatException($"\"{word}\" is no reason.");
}
