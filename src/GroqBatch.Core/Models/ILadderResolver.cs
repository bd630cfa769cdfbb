namespace GroqBatch.Core.Models;

/// <summary>The preflight: turns the configured ladder into one whose models the provider has for this key today.</summary>
public interface ILadderResolver
{
    /// <summary>
    /// Asks the provider which models this key has and resolves each configured rung: present → used; absent with a successor that is present
    /// → the successor (<see cref="Rung.Replaced"/> says for what); absent without one → <see cref="LadderUnavailableException"/>.
    /// </summary>
    /// <exception cref="LadderUnavailableException">A rung can't be resolved; the message says which and what to do.</exception>
    /// <exception cref="Batches.ProviderException">The provider could not be asked.</exception>
    Task<Ladder> ResolveAsync(CancellationToken cancellationToken);
}

/// <summary>A run can't start: a rung's model is not to be had and has no successor that is.</summary>
public sealed class LadderUnavailableException(string message) : Exception(message);
