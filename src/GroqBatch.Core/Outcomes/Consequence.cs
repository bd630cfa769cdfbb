using GroqBatch.Core.Models;

namespace GroqBatch.Core.Outcomes;

/// <summary>What happens to a request after an attempt failed.</summary>
public enum ConsequenceKind
{
    /// <summary>Sent again on the rung it failed on: the next attempt of the same request.</summary>
    SameRung,

    /// <summary>A request is made in a later pass.</summary>
    NextRung,

    /// <summary>The failure is the pull request's final one in this run.</summary>
    Final,

    /// <summary>The run needs a person before anything more is sent.</summary>
    Attention,
}

/// <summary>What follows from a failed attempt: the rule of failure codes applied to one request, one rung and one ladder.</summary>
public sealed record Consequence
{
    private Consequence(ConsequenceKind kind, int? rung = null)
    {
        Kind = kind;
        Rung = rung;
    }

    public ConsequenceKind Kind { get; }

    /// <summary>The ordinal of the rung that tries next; set when <see cref="Kind"/> is <see cref="ConsequenceKind.NextRung"/>.</summary>
    public int? Rung { get; }

    public static Consequence SameRung { get; } = new(ConsequenceKind.SameRung);
    public static Consequence Final { get; } = new(ConsequenceKind.Final);
    public static Consequence Attention { get; } = new(ConsequenceKind.Attention);

    public static Consequence NextRung(int ordinal) => new(ConsequenceKind.NextRung, ordinal);

    /// <summary>
    /// Decides. Another sample of the same model does not mend what a model writes, so failures of content climb at once; what the provider did
    /// not get to is sent again on the same rung while it has attempts left.
    /// </summary>
    /// <param name="code">Why the attempt failed.</param>
    /// <param name="rung">The rung it was sent on.</param>
    /// <param name="attemptsOnThisRung">Attempts the request has had there, the failed one included.</param>
    /// <param name="maxAttemptsPerRung">How many it may have there; at least 1, by default 2.</param>
    /// <param name="ladder">The run's frozen ladder; without fallback it has one rung.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1, or the code is none.</exception>
    public static Consequence Of(FailureCode code, Rung rung, int attemptsOnThisRung, int maxAttemptsPerRung, Ladder ladder)
    {
        ArgumentNullException.ThrowIfNull(rung);
        ArgumentNullException.ThrowIfNull(ladder);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAttemptsPerRung, 1);

        var mayTryAgain = attemptsOnThisRung < maxAttemptsPerRung;
        return code.Remedy() switch
        {
            Remedy.NextRung => Climb(rung, ladder),
            Remedy.SameRungOnce => mayTryAgain ? SameRung : Climb(rung, ladder),
            Remedy.LargerContext => ClimbToLargerContext(rung, ladder),
            Remedy.SameRungOnceThenAttention => mayTryAgain ? SameRung : Attention,
            Remedy.Final => Final,
            var remedy => throw new ArgumentOutOfRangeException(nameof(code), remedy, "Unknown remedy."),
        };
    }

    private static Consequence Climb(Rung rung, Ladder ladder) =>
        ladder.Find(rung.Ordinal + 1) is { } next ? NextRung(next.Ordinal) : Final;

    private static Consequence ClimbToLargerContext(Rung rung, Ladder ladder)
    {
        foreach (var later in ladder.Rungs)
        {
            if (later.Ordinal > rung.Ordinal && later.ContextTokens > rung.ContextTokens)
            {
                return NextRung(later.Ordinal);
            }
        }

        return Final;
    }
}
