using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Features.Runs;

/// <summary>What the requests of a run are filtered by, as the address holds it.</summary>
public sealed record RequestView
{
    /// <summary>Requests on a page.</summary>
    public const int PageSize = 50;

    /// <summary>Which outcome.</summary>
    public RequestSelection Selection { get; init; }

    /// <summary>Which pass, counted from 1; null: all.</summary>
    public int? Pass { get; init; }

    /// <summary>Which code; null: any.</summary>
    public FailureCode? Code { get; init; }

    /// <summary>With <see cref="Code"/>: which message, see <see cref="FailureGroupKey"/>; null: any.</summary>
    public Guid? Message { get; init; }

    /// <summary>A number, or part of a title; empty: no search.</summary>
    public string Search { get; init; } = "";

    /// <summary>The page begins after this one; null: at the first.</summary>
    public RequestCursor? After { get; init; }

    /// <summary>The page ends before this one; null: no such wish.</summary>
    public RequestCursor? Before { get; init; }

    /// <summary>Whether anything narrows what is listed.</summary>
    public bool IsNarrowed => this with { After = null, Before = null } != new RequestView();

    /// <summary>From an address; what it doesn't understand is as it is without it.</summary>
    public static RequestView Read(string? outcome, int? pass, string? code, string? message, string? search, string? after, string? before)
    {
        FailureCode? known = FailureCodes.TryParse(code, out var parsed) ? parsed : null;
        return new RequestView
        {
            Selection = SelectionOf(outcome),
            Pass = pass is > 0 and <= short.MaxValue ? pass : null,
            Code = known,
            Message = known is not null && Guid.TryParseExact(message, "N", out var key) ? key : null,
            Search = search?.Trim() is { Length: > 0 and <= 100 } text ? text : "",
            After = RequestCursor.Parse(after),
            Before = RequestCursor.Parse(before),
        };
    }

    /// <summary>What an address needs for this view; null: it is left out.</summary>
    public Dictionary<string, object?> ToQuery() =>
        new()
        {
            ["outcome"] = Selection == RequestSelection.All ? null : WordOf(Selection),
            ["pass"] = Pass,
            ["code"] = Code?.ToWire(),
            ["message"] = Message?.ToString("N"),
            ["q"] = Search.Length == 0 ? null : Search,
            ["after"] = After?.ToString(),
            ["before"] = Before?.ToString(),
        };

    /// <summary>What the database is asked for.</summary>
    public RequestListQuery ToQuery(Guid runId) =>
        new()
        {
            RunId = runId,
            Selection = Selection,
            Pass = Pass,
            Code = Code,
            Message = Message,
            Search = Search,
            After = After,
            Before = Before,
            Take = PageSize,
        };

    /// <summary>With something changed, from the first page on.</summary>
    public RequestView FromFirst() => this with { After = null, Before = null };

    /// <summary>A selection's word in addresses.</summary>
    public static string WordOf(RequestSelection selection) =>
        selection switch
        {
            RequestSelection.All => "all",
            RequestSelection.Succeeded => "succeeded",
            RequestSelection.Recovered => "recovered",
            RequestSelection.Failed => "failed",
            RequestSelection.FinalFailures => "final",
            RequestSelection.Open => "open",
            _ => throw new ArgumentOutOfRangeException(nameof(selection), selection, "Unknown selection."),
        };

    /// <summary>A selection as people read it.</summary>
    public static string LabelOf(RequestSelection selection) =>
        selection switch
        {
            RequestSelection.All => "Any outcome",
            RequestSelection.Succeeded => "Succeeded",
            RequestSelection.Recovered => "Recovered",
            RequestSelection.Failed => "Failed",
            RequestSelection.FinalFailures => "Final failures",
            RequestSelection.Open => "No outcome yet",
            _ => throw new ArgumentOutOfRangeException(nameof(selection), selection, "Unknown selection."),
        };

    /// <summary>The selection with this word; all where there is none.</summary>
    public static RequestSelection SelectionOf(string? word) =>
        Enum.GetValues<RequestSelection>().FirstOrDefault(selection => WordOf(selection) == word);
}
