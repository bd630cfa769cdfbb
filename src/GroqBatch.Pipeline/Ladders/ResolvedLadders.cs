using GroqBatch.Core.Models;
using GroqBatch.Core.Teams;

namespace GroqBatch.Pipeline.Ladders;

/// <summary>The ladders of several teams for one answer: the provider is asked once for all that climb the same.</summary>
internal sealed class ResolvedLadders(ILadderResolver ladders)
{
    private readonly Dictionary<string, Ladder> _byModels = new(StringComparer.Ordinal);

    /// <summary>The team's own ladder, or the installation's, with the models that this key has today.</summary>
    /// <param name="team">Null, for a team that is gone: the installation's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LadderUnavailableException">A rung can't be resolved.</exception>
    public async Task<Ladder> OfAsync(Team? team, CancellationToken cancellationToken)
    {
        var key = string.Join('\n', team?.Ladder ?? []);
        if (!_byModels.TryGetValue(key, out var ladder))
        {
            ladder = await ladders.ResolveAsync(team?.OwnLadder, cancellationToken);
            _byModels.Add(key, ladder);
        }

        return ladder with
        {
            Owner = team?.OwnLadder?.Team,
        };
    }
}
