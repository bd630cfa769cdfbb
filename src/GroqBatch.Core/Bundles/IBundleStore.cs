using System.Text.Json;
using GroqBatch.Core.Access;

namespace GroqBatch.Core.Bundles;

/// <summary>The ledger's part of bundles.</summary>
public interface IBundleStore
{
    /// <summary>Opens a run's rows as they are at one instant.</summary>
    Task<IBundleSource> OpenAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>The slug of the team that has a run; null when there is no such run.</summary>
    Task<string?> FindTeamOfRunAsync(Guid runId, CancellationToken cancellationToken);

    /// <summary>Writes a run with everything that is its own, checks its sums and figures, and keeps it only if they hold: one transaction.</summary>
    /// <param name="manifest">The bundle's.</param>
    /// <param name="open">Opens a member by its name; each is read once.</param>
    /// <param name="team">The slug of the team that gets it.</param>
    /// <param name="actor">Who asks; named on the timeline and in the audit log.</param>
    /// <param name="cancellationToken">Gives up; nothing is written then.</param>
    /// <returns>How many pull requests were not here.</returns>
    /// <exception cref="BundleException">Something does not hold; nothing is written.</exception>
    Task<int> ImportAsync(
        BundleManifest manifest,
        Func<string, Stream> open,
        string team,
        Actor actor,
        CancellationToken cancellationToken
    );
}

/// <summary>A run's rows at one instant.</summary>
public interface IBundleSource : IAsyncDisposable
{
    /// <summary>The names of the members that hold rows, in the order in which they are written.</summary>
    IReadOnlyList<string> Members { get; }

    /// <summary>Writes the rows of a member, one JSON object a line, as they come from the database.</summary>
    Task WriteAsync(string member, Stream target, CancellationToken cancellationToken);

    /// <summary>See <see cref="BundleManifest.Figures"/>.</summary>
    Task<JsonElement> ReadFiguresAsync(CancellationToken cancellationToken);
}
