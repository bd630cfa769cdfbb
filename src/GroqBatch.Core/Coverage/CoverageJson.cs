using System.Buffers;
using System.Text;
using System.Text.Json;

namespace GroqBatch.Core.Coverage;

/// <summary>Coverage as JSON: <c>{"teams":[…],"total":{…}}</c>.</summary>
public static class CoverageJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true };

    /// <summary>The overview as indented text.</summary>
    public static string ToText(CoverageOverview overview)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(writer, overview);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>
    /// Writes the overview as one value. <c>team</c> of the total is null. Shares are rounded down to six places, so that 1 means all of it.
    /// </summary>
    public static void Write(Utf8JsonWriter writer, CoverageOverview overview)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(overview);
        writer.WriteStartObject();
        writer.WriteStartArray("teams");
        foreach (var team in overview.Teams)
        {
            Write(writer, team.Team.Slug, team.Counts, team.Team.Goal, team.MissingToGoal);
        }

        writer.WriteEndArray();
        writer.WritePropertyName("total");
        Write(writer, null, overview.Total, overview.Goal, overview.MissingToGoal);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string? team, CoverageCounts counts, double goal, int missingToGoal)
    {
        writer.WriteStartObject();
        writer.WriteString("team", team);
        writer.WriteNumber("total", counts.Total);
        writer.WriteNumber("excluded", counts.Excluded);
        writer.WriteNumber("eligible", counts.Eligible);
        writer.WriteNumber("summarised", counts.Summarised);
        writer.WriteNumber("stale", counts.Stale);
        writer.WriteNumber("inFlight", counts.InFlight);
        writer.WriteNumber("failed", counts.Failed);
        writer.WriteNumber("parked", counts.Parked);
        writer.WriteNumber("pending", counts.Pending);
        writer.WriteNumber("coverage", Share.RoundedDown(counts.Summarised + counts.Stale, counts.Eligible));
        writer.WriteNumber("coverageOfAll", Share.RoundedDown(counts.Summarised + counts.Stale, counts.Total));
        writer.WriteNumber("goal", Math.Round(goal, 6));
        writer.WriteNumber("missingToGoal", missingToGoal);
        writer.WriteEndObject();
    }
}
