using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Features.Runs;

/// <summary>A part of a run's page that its address names.</summary>
/// <param name="Word">In the address; the first one's is left out.</param>
/// <param name="Label">On the tab.</param>
/// <param name="Count">How many rows it has, from the run's counters; null: that isn't said.</param>
internal sealed record RunTab(string Word, string Label, Func<RunOverview, long>? Count = null)
{
    /// <summary>Whether what it shows comes in panels of its own.</summary>
    public bool HasPanels { get; init; }

    /// <summary>In their order: those that exist.</summary>
    public static IReadOnlyList<RunTab> All { get; } =
    [
        new("batches", "Batches", run => run.Passes.Sum(pass => pass.Batches.Count)),
        new("failures", "Failures", run => run.Passes.Sum(pass => pass.Failed)) { HasPanels = true },
        new("summaries", "Summaries", run => run.Succeeded) { HasPanels = true },
        new("requests", "Requests", run => run.Passes.Sum(pass => pass.Requests)) { HasPanels = true },
        new("timeline", "Timeline"),
        new("settings", "Settings"),
    ];

    /// <summary>The one an address names; the first where it names none.</summary>
    public static RunTab Of(string? word) => All.FirstOrDefault(tab => tab.Word == word) ?? All[0];

    /// <summary>The address of a tab of a run's page, with what else is to be in it; null where there is no such tab.</summary>
    public static string? AddressOf(Guid runId, string word, string more = "")
    {
        if (All.All(tab => tab.Word != word))
        {
            return null;
        }

        var query =
            word == All[0].Word ? more
            : more.Length == 0 ? $"tab={word}"
            : $"tab={word}&{more}";
        return query.Length == 0 ? $"runs/{runId}" : $"runs/{runId}?{query}";
    }
}
