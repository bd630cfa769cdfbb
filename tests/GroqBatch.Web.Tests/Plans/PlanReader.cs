using System.Text.Json;

namespace GroqBatch.Web.Tests.Plans;

/// <summary>One table that a statement read, and how.</summary>
/// <param name="Table">Its name.</param>
/// <param name="How">PostgreSQL's word, such as <c>Seq Scan</c>.</param>
/// <param name="Rows">Rows it looked at, those that it threw away among them, over all loops.</param>
internal sealed record TableRead(string Table, string How, long Rows);

/// <summary>What a plan says of tables.</summary>
internal static class PlanReader
{
    /// <summary>The statement.</summary>
    public static string TextOf(JsonElement plan) => plan.GetProperty("Query Text").GetString()!;

    /// <summary>Every table that it read, wherever in the plan.</summary>
    public static IEnumerable<TableRead> TablesOf(JsonElement plan) => Below(plan.GetProperty("Plan"));

    private static IEnumerable<TableRead> Below(JsonElement node)
    {
        var how = node.GetProperty("Node Type").GetString()!;
        if (node.TryGetProperty("Relation Name", out var table) && how != "ModifyTable")
        {
            var loops = Number(node, "Actual Loops");
            var rows = Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck");
            yield return new TableRead(table.GetString()!, how, (long)Math.Ceiling(rows * loops));
        }

        if (node.TryGetProperty("Plans", out var parts))
        {
            foreach (var read in parts.EnumerateArray().SelectMany(Below))
            {
                yield return read;
            }
        }
    }

    private static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
