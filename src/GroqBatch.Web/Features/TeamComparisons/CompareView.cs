using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.TeamComparisons;

/// <summary>Which teams are compared, as the address holds them: in the order they were chosen in.</summary>
/// <param name="Slugs">Each once, at most <see cref="MostTeams"/>.</param>
public sealed record CompareView(IReadOnlyList<string> Slugs)
{
    /// <summary>More columns than this nobody compares.</summary>
    public const int MostTeams = 6;

    /// <summary>Whether there is no room for another.</summary>
    public bool IsFull => Slugs.Count >= MostTeams;

    /// <summary>From an address; what it doesn't understand, and what is too much, is left out.</summary>
    public static CompareView Read(IReadOnlyList<string>? slugs) =>
        new([.. (slugs ?? []).Where(slug => TeamRules.IsSlug(slug)).Distinct(StringComparer.Ordinal).Take(MostTeams)]);

    /// <summary>The address, relative to the base.</summary>
    public string ToAddress() =>
        Slugs.Count == 0 ? "teams/compare" : $"teams/compare?{string.Join('&', Slugs.Select(slug => $"team={slug}"))}";

    /// <summary>With one more team; the same where it is there already, or there is no room.</summary>
    public CompareView With(string slug) => IsFull || Slugs.Contains(slug, StringComparer.Ordinal) ? this : new([.. Slugs, slug]);

    /// <summary>Those that there are, in its order.</summary>
    public IReadOnlyList<TeamCoverage> Choose(CoverageOverview overview)
    {
        ArgumentNullException.ThrowIfNull(overview);
        var bySlug = overview.Teams.ToDictionary(team => team.Team.Slug, StringComparer.Ordinal);
        return [.. Slugs.Where(bySlug.ContainsKey).Select(slug => bySlug[slug])];
    }

    /// <summary>Without a team.</summary>
    public CompareView Without(string slug) => new([.. Slugs.Where(other => other != slug)]);

    /// <inheritdoc />
    public bool Equals(CompareView? other) => other is not null && Slugs.SequenceEqual(other.Slugs, StringComparer.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() =>
        Slugs.Aggregate(0, (hash, slug) => HashCode.Combine(hash, StringComparer.Ordinal.GetHashCode(slug)));
}
