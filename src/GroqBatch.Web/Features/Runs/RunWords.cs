using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Runs;

/// <summary>What pages say of a run.</summary>
internal static class RunWords
{
    /// <summary><c>run 0199a3f2-71c4</c>: enough of its id to be the only one, and what a terminal takes as well.</summary>
    public static string Name(Guid id) => $"run {ShortId(id)}";

    /// <summary><c>0199a3f2-71c4</c>.</summary>
    public static string ShortId(Guid id) => id.ToString()[..13];

    /// <summary><c>Running, pass 2 of 2</c>, <c>Completed with failures</c>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rungs">How many its ladder has; null: not known.</param>
    public static string State(RunOverview run, int? rungs) =>
        run.State switch
        {
            RunState.Queued => "Queued",
            RunState.Running when run.CurrentPass is { } pass => $"Running, pass {pass.Ordinal}{(rungs is null ? "" : $" of {rungs}")}",
            RunState.Running => "Running",
            RunState.Held => "Held",
            RunState.NeedsAttention => "Needs attention",
            RunState.Cancelling => "Being cancelled",
            RunState.Completed => "Completed",
            RunState.CompletedWithFailures => "Completed with failures",
            RunState.Cancelled => "Cancelled",
            _ => throw new ArgumentOutOfRangeException(nameof(run), run.State, "Unknown state of a run."),
        };

    /// <summary><c>everything missing, with fallback</c>, <c>the newest 100, without fallback</c>.</summary>
    public static string Scope(RunOverview run)
    {
        var what = run switch
        {
            { ParentRunId: not null } => "failures of an earlier run",
            { IsOfFailures: true } => "failures of earlier runs",
            { IsOfOne: true } => "one pull request, again",
            { Filter: { } filter } => filter.InWords(),
            { Limit: { } limit } => $"the newest {Figures.Count(limit)}",
            _ => "everything missing",
        };
        var stale = run.IncludeStale ? ", stale ones too" : "";
        return $"{what}{stale}, {(run.WithFallback ? "with" : "without")} fallback";
    }

    /// <summary><c>newest 100</c>, <c>all missing</c>, <c>failures</c>, <c>one, again</c>, <c>chosen</c>: for a cell.</summary>
    public static string ShortScope(RunOverview run) =>
        run switch
        {
            { IsOfFailures: true } => "failures",
            { IsOfOne: true } => "one, again",
            { Filter: not null } => "chosen",
            { Limit: { } limit } => $"newest {Figures.Count(limit)}",
            _ => "all missing",
        };

    /// <summary>Whose counts they are: <c>Groq's</c>, <c>the simulator's</c>.</summary>
    public static string Whose(string provider) =>
        provider switch
        {
            "groq" => "Groq's",
            "simulator" => "the simulator's",
            _ => $"{provider}'s",
        };

    /// <summary><c>Groq</c>, <c>the simulator</c>.</summary>
    public static string Who(string provider) =>
        provider switch
        {
            "groq" => "Groq",
            "simulator" => "the simulator",
            _ => provider,
        };

    /// <summary>At the beginning of a sentence.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary><c>json_validate_failed 4 · max_tokens 1</c>, most first.</summary>
    public static string Codes(IReadOnlyDictionary<FailureCode, int> codes) =>
        string.Join(" · ", codes.OrderByDescending(code => code.Value).Select(code => $"{code.Key.ToWire()} {Figures.Count(code.Value)}"));

    /// <summary>Without its maker: <c>gpt-oss-20b</c> of <c>openai/gpt-oss-20b</c>.</summary>
    public static (string Maker, string Name) Model(string model)
    {
        var slash = model.LastIndexOf('/');
        return slash < 0 ? ("", model) : (model[..(slash + 1)], model[(slash + 1)..]);
    }
}
