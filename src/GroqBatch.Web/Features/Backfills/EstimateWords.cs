using System.Globalization;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Models;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Backfills;

/// <summary>Estimates as people read them.</summary>
internal static class EstimateWords
{
    /// <summary>A count: <c>4,147</c>.</summary>
    public static string Count(double value) => Figures.Count((long)Math.Round(value));

    /// <summary>Tokens: <c>950</c>, <c>12.4 k</c>, <c>16.5 M</c>.</summary>
    public static string Tokens(double value) =>
        value < 1_000 ? Count(value)
        : value < 999_950 ? string.Create(CultureInfo.InvariantCulture, $"{value / 1_000:0.0} k")
        : string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000:N1} M");

    /// <summary>Coverage that is expected, by the pull requests that would have a summary.</summary>
    public static string CoverageAfter(TeamOffer team) => Figures.Percent(CoveredAfter(team), team.Outlook.Counts.Eligible);

    /// <summary>Pull requests with a summary at the end, expected.</summary>
    public static int CoveredAfter(TeamOffer team)
    {
        var counts = team.Outlook.Counts;
        var now = counts.Summarised + counts.Stale;
        return team.Estimate.CoverageAfter is { } after
            ? Math.Clamp((int)Math.Round(after.Expected * counts.Eligible), now, counts.Eligible)
            : now;
    }

    /// <summary>Why a rung has another model than the ladder says; null: it hasn't.</summary>
    public static string? Replacement(Rung rung, IModelCatalogue catalogue) =>
        rung.Replaced is not { } replaced ? null
        : catalogue.Find(replaced)?.RetiresOn is { } day ? $"was retired on {day:yyyy-MM-dd};"
        : "is not to be had with this key;";

    /// <summary>Whose ladder it is that some teams climb.</summary>
    /// <param name="group">Teams with the same ladder.</param>
    /// <param name="isOneOfSeveral">Whether other teams have another: then it says which these are.</param>
    public static string Whose(IReadOnlyList<TeamOutlook> group, bool isOneOfSeveral)
    {
        var isOwn = group[0].Ladder.Owner is not null;
        var names =
            string.Join(", ", group.Take(3).Select(team => team.Team.Name)) + (group.Count > 3 ? $" and {group.Count - 3} more" : "");
        var whose =
            !isOwn ? "the installation's ladder"
            : group.Count == 1 ? "the team's own ladder"
            : "the teams' own ladder";
        return isOneOfSeveral ? $"{names}: {whose}" : char.ToUpperInvariant(whose[0]) + whose[1..];
    }

    /// <summary>When the prices were read and what is in them.</summary>
    public static string Prices(BackfillOutlook outlook, IModelCatalogue catalogue)
    {
        var read = outlook.Teams.SelectMany(team => team.Ladder.Rungs).Select(rung => rung.PricesReadOn).Min();
        var discount = string.Create(CultureInfo.InvariantCulture, $"batch discount {catalogue.BatchDiscount * 100:0.#} % included");
        return read is { } day ? $"Prices read {day:yyyy-MM-dd}, {discount}" : $"Prices not known for every rung, {discount}";
    }
}
