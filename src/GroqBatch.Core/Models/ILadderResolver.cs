namespace GroqBatch.Core.Models;

/// <summary>The preflight: turns a ladder of models into one whose models the provider has for this key today.</summary>
public interface ILadderResolver
{
    /// <summary>
    /// Asks the provider which models this key has and resolves each rung: present → used; absent with a successor that is present → the successor
    /// (<see cref="Rung.Replaced"/> says for what); absent without one → <see cref="LadderUnavailableException"/>.
    /// </summary>
    /// <param name="own">A team's own ladder; null: the installation's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LadderUnavailableException">A rung can't be resolved; the message says which, whose it is, and what to do.</exception>
    /// <exception cref="Batches.ProviderException">The provider could not be asked.</exception>
    Task<Ladder> ResolveAsync(TeamLadder? own, CancellationToken cancellationToken);
}

/// <summary>A run can't start: a rung's model is not to be had and has no successor that is.</summary>
public sealed class LadderUnavailableException(string message) : Exception(message);
