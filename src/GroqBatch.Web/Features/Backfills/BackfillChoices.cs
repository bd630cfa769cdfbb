using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Backfills;

/// <summary>How much of what is missing is sent.</summary>
public enum BackfillScope
{
    /// <summary>All of it.</summary>
    Everything,

    /// <summary>The 10 newest.</summary>
    Ten,

    /// <summary>The 100 newest.</summary>
    Hundred,

    /// <summary>The 1,000 newest.</summary>
    Thousand,

    /// <summary>As many of the newest as is written down.</summary>
    Custom,
}

/// <summary>What is chosen in the dialog.</summary>
public sealed record BackfillChoices
{
    /// <summary>More is nothing that anybody means.</summary>
    public const int MostCustom = 10_000_000;

    /// <summary>How much.</summary>
    public BackfillScope Scope { get; init; } = BackfillScope.Everything;

    /// <summary>With <see cref="BackfillScope.Custom"/>: so many; null: what is written there is no number.</summary>
    public int? Custom { get; init; } = 500;

    /// <summary>Whether stale summaries are refreshed too.</summary>
    public bool IncludesStale { get; init; }

    /// <summary>Whether what fails on a rung goes to the next.</summary>
    public bool WithFallback { get; init; } = true;

    /// <summary>Whether a few go first.</summary>
    public bool HasCanary { get; init; } = true;

    /// <summary>So many go first; null: what is written there is no number.</summary>
    public int? Canary { get; init; } = 50;

    /// <summary>So many per cent of them may fail; null: what is written there is no number.</summary>
    public int? CanaryMaxPercent { get; init; } = 10;

    /// <summary>Whether the run waits for a person after its canary, whatever it shows.</summary>
    public bool CanaryWaits { get; init; }

    /// <summary>Whether the run is held once pass 1 is done.</summary>
    public bool HoldsAfterPass1 { get; init; }

    /// <summary>Newest first, at most this many of each team; null: everything missing.</summary>
    public int? Limit =>
        Scope switch
        {
            BackfillScope.Everything => null,
            BackfillScope.Ten => 10,
            BackfillScope.Hundred => 100,
            BackfillScope.Thousand => 1_000,
            BackfillScope.Custom => Custom,
            _ => throw new InvalidOperationException($"Unknown scope: {Scope}."),
        };

    /// <summary>Why it can't be started as it stands, and what would help; null: it can.</summary>
    public string? Problem =>
        Scope == BackfillScope.Custom && Custom is null or < 1 or > MostCustom ? $"Write how many: 1 to {Figures.Count(MostCustom)}."
        : HasCanary && Canary is null or < 1 or > 100_000 ? "Write how many go first: 1 to 100,000."
        : HasCanary && !CanaryWaits && CanaryMaxPercent is null or < 0 or > 100 ? "Write how many per cent may fail: 0 to 100."
        : null;

    /// <summary>The choices that a run was started with; whether it was to be held after a pass is a wish of that time and not among them.</summary>
    public static BackfillChoices Of(RunOverview run, FrozenRun frozen)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(frozen);
        return new BackfillChoices
        {
            Scope = run.Limit switch
            {
                null => BackfillScope.Everything,
                10 => BackfillScope.Ten,
                100 => BackfillScope.Hundred,
                1_000 => BackfillScope.Thousand,
                _ => BackfillScope.Custom,
            },
            Custom = run.Limit ?? 500,
            IncludesStale = run.IncludeStale,
            WithFallback = run.WithFallback,
            HasCanary = frozen.Settings.Canary is not null,
            Canary = frozen.Settings.Canary ?? 50,
            CanaryMaxPercent = (int)Math.Round(frozen.Settings.CanaryMaxFailure * 100),
            CanaryWaits = frozen.Settings.CanaryWait,
        };
    }

    /// <summary>Whether a few can go first: only before others.</summary>
    /// <param name="selected">Pull requests that the run would take.</param>
    public bool CanaryCounts(int selected) => HasCanary && Canary < selected;

    /// <summary>What is asked of the service for a team.</summary>
    /// <param name="teamId">The team.</param>
    /// <param name="selected">Pull requests that the run would take; a canary of all of them is none.</param>
    public StartRun ToStart(int teamId, int selected) =>
        new()
        {
            TeamId = teamId,
            Limit = Limit,
            IncludeStale = IncludesStale,
            WithFallback = WithFallback,
            Canary = CanaryCounts(selected) ? Canary : null,
            CanaryMaxFailure = (CanaryMaxPercent ?? 10) / 100.0,
            CanaryWait = CanaryCounts(selected) && CanaryWaits,
            HoldAfterPass = WithFallback && HoldsAfterPass1 ? 1 : null,
        };
}
