using System.Text.Json.Nodes;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.FailureGroups;

/// <summary>A filter as the audit log keeps it; parts that narrow nothing are left out.</summary>
public static class FailureFilterJson
{
    /// <param name="filter">Which failures.</param>
    /// <param name="teamId">Only of this team; null: of all.</param>
    /// <param name="fromLastRung">Whether they are sent to the last rung at once.</param>
    public static JsonObject Of(FailureFilter filter, int? teamId, bool fromLastRung = false)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var json = new JsonObject();
        if (teamId is { } team)
        {
            json["teamId"] = team;
        }

        if (filter.Codes.Count > 0)
        {
            json["codes"] = new JsonArray([.. filter.Codes.Select(code => JsonValue.Create(code.ToWire()))]);
        }

        if (filter.Message is { } message)
        {
            json["message"] = message;
        }

        if (filter.Pass is { } pass)
        {
            json["pass"] = pass;
        }

        if (filter.Model is { } model)
        {
            json["model"] = model;
        }

        if (filter.Since is { } since)
        {
            json["since"] = since;
        }

        if (fromLastRung)
        {
            json["fromLastRung"] = true;
        }

        return json;
    }
}
