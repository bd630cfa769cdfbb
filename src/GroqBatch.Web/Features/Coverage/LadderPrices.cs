using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>What a summary costs on each ladder that teams have, so that what is missing of several teams can be said in dollars.</summary>
public sealed class LadderPrices
{
    private readonly Dictionary<string, SummaryPrice?> _byLadder = new(StringComparer.Ordinal);

    private LadderPrices() { }

    /// <summary>Where the prices come from, in words; null: none is known.</summary>
    public string? Basis => _byLadder.Values.FirstOrDefault(price => price is not null)?.Basis;

    /// <summary>Whether each ladder that was asked for has one.</summary>
    public bool IsWhole => _byLadder.Values.All(price => price is not null);

    /// <summary>Asks once for each ladder.</summary>
    public static async Task<LadderPrices> ReadAsync(
        ISummaryPrice prices,
        string provider,
        IEnumerable<TeamCoverage> teams,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(prices);
        ArgumentNullException.ThrowIfNull(teams);
        var read = new LadderPrices();
        foreach (var team in teams.Select(team => team.Team).DistinctBy(KeyOf))
        {
            read._byLadder[KeyOf(team)] = await prices.ReadAsync(provider, team.OwnLadder, cancellationToken);
        }

        return read;
    }

    /// <summary>Whether it was asked for the ladder of each of these.</summary>
    public bool Covers(IEnumerable<TeamCoverage> teams) => teams.All(team => _byLadder.ContainsKey(KeyOf(team.Team)));

    /// <summary>Dollars for so many summaries of each team; null where the price of one that is missing some is not known.</summary>
    public decimal? CostOf(IEnumerable<TeamCoverage> teams, Func<TeamCoverage, int> missing)
    {
        ArgumentNullException.ThrowIfNull(teams);
        ArgumentNullException.ThrowIfNull(missing);
        var cost = 0m;
        foreach (var team in teams)
        {
            var count = missing(team);
            if (count == 0)
            {
                continue;
            }

            if (_byLadder.GetValueOrDefault(KeyOf(team.Team)) is not { } price)
            {
                return null;
            }

            cost += price.Dollars * count;
        }

        return cost;
    }

    private static string KeyOf(Team team) => team.Ladder is null ? "" : string.Join('\n', team.Ladder);
}
