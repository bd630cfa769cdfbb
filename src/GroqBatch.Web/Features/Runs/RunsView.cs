using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Features.Runs;

/// <summary>What the list of runs shows, as its address holds it.</summary>
public sealed record RunsView
{
    /// <summary>Runs on a page.</summary>
    public const int PageSize = 25;

    /// <summary>More are not counted.</summary>
    public const int MostCounted = 10_001;

    /// <summary>The words for states in an address, and which states each takes.</summary>
    public static IReadOnlyList<(string Word, string Label, IReadOnlyList<RunState> States)> Kinds { get; } =
    [
        ("live", "live", Moves.LiveStates),
        ("waiting", "held or in need of attention", [RunState.Held, RunState.NeedsAttention]),
        ("completed", "completed", [RunState.Completed]),
        ("failures", "completed with failures", [RunState.CompletedWithFailures]),
        ("cancelled", "cancelled", [RunState.Cancelled]),
    ];

    /// <summary>A team's slug; empty: all teams.</summary>
    public string Team { get; init; } = "";

    /// <summary>One of <see cref="Kinds"/>; empty: every state.</summary>
    public string State { get; init; } = "";

    /// <summary>A model; empty: any.</summary>
    public string Model { get; init; } = "";

    /// <summary>Only those that the reader started.</summary>
    public bool IsMine { get; init; }

    /// <summary>Counted from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Whether anything is left out.</summary>
    public bool IsNarrowed => Team.Length > 0 || State.Length > 0 || Model.Length > 0 || IsMine;

    /// <summary>From an address; what it doesn't understand is as it is without it.</summary>
    public static RunsView Read(string? team, string? state, string? model, string? who, int? page) =>
        new()
        {
            Team = team is not null && Core.Teams.TeamRules.IsSlug(team) ? team : "",
            State = Kinds.Any(kind => kind.Word == state) ? state! : "",
            Model = model?.Trim() is { Length: > 0 and <= 200 } name ? name : "",
            IsMine = who == "me",
            Page = page is > 0 and < 100_000 ? page.Value : 1,
        };

    /// <summary>The address, relative to the base; what is as usual isn't in it.</summary>
    public string ToAddress()
    {
        var parts = new List<string>();
        if (Team.Length > 0)
        {
            parts.Add($"team={Team}");
        }

        if (State.Length > 0)
        {
            parts.Add($"state={State}");
        }

        if (Model.Length > 0)
        {
            parts.Add($"model={Uri.EscapeDataString(Model)}");
        }

        if (IsMine)
        {
            parts.Add("who=me");
        }

        if (Page > 1)
        {
            parts.Add($"page={Page}");
        }

        return parts.Count == 0 ? "runs" : $"runs?{string.Join('&', parts)}";
    }

    /// <summary>What the database is asked for.</summary>
    /// <param name="provider">The active one.</param>
    /// <param name="reader">Who looks at it.</param>
    public RunFilter ToFilter(string provider, string reader) =>
        new()
        {
            Provider = provider,
            Team = Team.Length == 0 ? null : Team,
            States = Kinds.FirstOrDefault(kind => kind.Word == State).States ?? [],
            Model = Model.Length == 0 ? null : Model,
            StartedBy = IsMine ? reader : null,
            Skip = (Page - 1) * PageSize,
            Take = PageSize,
        };
}
