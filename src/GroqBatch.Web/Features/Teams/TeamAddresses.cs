using GroqBatch.Core.Outcomes;
using GroqBatch.Web.Features.FailureGroups;

namespace GroqBatch.Web.Features.Teams;

/// <summary>Addresses of what is behind a team's figures, relative to the base.</summary>
internal static class TeamAddresses
{
    /// <summary>The team beside others.</summary>
    public static string Compare(string slug) => new TeamComparisons.CompareView([slug]).ToAddress();

    /// <summary>The team on paper.</summary>
    public static string Report(string slug) => $"teams/{slug}/report";

    /// <summary>Its failures of the last 90 days.</summary>
    /// <param name="slug">Whose.</param>
    /// <param name="code">Only with this; null: with any.</param>
    public static string Failures(string slug, FailureCode? code = null)
    {
        var query = new FailureView
        {
            Team = slug,
            Code = code,
            Since = "90d",
        }.ToQuery();
        return $"failures?{string.Join('&', query.Where(part => part.Value is not null).Select(part => $"{part.Key}={part.Value}"))}";
    }
}
