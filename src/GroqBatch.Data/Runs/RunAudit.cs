using System.Text.Json.Nodes;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;

namespace GroqBatch.Data.Runs;

/// <summary>What the audit log says of a run before and after a verb: its state with the reason, and whatever else the verb changed.</summary>
internal static class RunAudit
{
    /// <summary>What was started; what was not asked for is absent.</summary>
    public static string OfStart(NewRun run, string reason)
    {
        var (selection, settings) = (run.Selection, run.Settings);
        var audit = new JsonObject
        {
            ["state"] = nameof(RunState.Queued),
            ["reason"] = reason,
            ["teamId"] = selection.TeamId,
            ["provider"] = selection.Provider,
            ["withFallback"] = run.WithFallback,
            ["models"] = ModelsOf(run.Ladder),
            ["promptVersion"] = run.PromptVersion,
        };
        Add("limit", selection.Limit);
        Add("includeStale", selection.IncludeStale ? true : null);
        Add("retryOf", selection.RetryOf?.ToString());
        Add(
            "codes",
            selection.Codes.Count == 0
                ? null
                : new JsonArray([.. selection.Codes.Select(code => (JsonNode?)JsonValue.Create(code.ToWire()))])
        );
        Add("failures", selection.Failures is { } filter ? FailureFilterJson.Of(filter, teamId: null) : null);
        Add("pullRequestId", selection.PullRequestId);
        Add("maxCost", settings.MaxCost);
        Add("canary", settings.Canary);
        Add("canaryMaxFailure", settings.Canary is null ? null : settings.CanaryMaxFailure);
        Add("canaryWait", settings.CanaryWait ? true : null);
        Add("holdAfterPass", run.HoldAfterPass);
        return audit.ToJsonString();

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                audit[name] = value;
            }
        }
    }

    /// <param name="state">Its state.</param>
    /// <param name="reason">Why it is in it; null: nothing was said.</param>
    /// <param name="ladder">Its ladder, where the verb changed it; null: it did not.</param>
    public static string Of(RunState state, string? reason, Ladder? ladder)
    {
        var audit = new JsonObject { ["state"] = state.ToString(), ["reason"] = reason };
        if (ladder is not null)
        {
            audit["models"] = ModelsOf(ladder);
        }

        return audit.ToJsonString();
    }

    /// <param name="state">Its state, which the wish does not change.</param>
    /// <param name="holdAfterPass">Counted from 1; null: after none.</param>
    public static string OfHold(RunState state, int? holdAfterPass) =>
        new JsonObject { ["state"] = state.ToString(), ["holdAfterPass"] = holdAfterPass }.ToJsonString();

    private static JsonArray ModelsOf(Ladder ladder) => new([.. ladder.Rungs.Select(rung => (JsonNode?)JsonValue.Create(rung.Model))]);
}
