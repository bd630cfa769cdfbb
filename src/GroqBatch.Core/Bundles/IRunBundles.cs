using GroqBatch.Core.Access;

namespace GroqBatch.Core.Bundles;

/// <summary>A run in one file, from which another installation can rebuild it and check it.</summary>
public interface IRunBundles
{
    /// <summary>
    /// Writes the bundle of a run that has ended: frozen settings, ledger, the content of its pull requests, raw files, and a manifest with the
    /// digest of each. It holds no key: nothing that is kept of a run does. Takes <see cref="Right.View"/>.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="path">The file, written whole or not at all; one that is there is replaced.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is no such run.</returns>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<BundleExport?> ExportAsync(Guid runId, string path, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Rebuilds a run from its bundle, as a final one that says where it comes from. Every member is checked against its digest, and the run
    /// against the sums and figures of the bundle; it is there whole afterwards, or nothing is. A run that is here already is left as it is.
    /// Takes <see cref="Right.Operate"/>, and <see cref="Right.Administer"/> where the team has to be added.
    /// </summary>
    /// <param name="path">The bundle.</param>
    /// <param name="team">The slug of the team that gets it; null: the one it had. Added where it is missing.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Gives up; nothing is changed then.</param>
    /// <exception cref="BundleException">It is damaged, or does not add up; names the member.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<BundleImport> ImportAsync(string path, string? team, Actor actor, CancellationToken cancellationToken);
}

/// <summary>The answer to an export.</summary>
/// <param name="Manifest">What the bundle holds; null when it was not written.</param>
/// <param name="Refusal">Why it was not written; null when it was.</param>
public sealed record BundleExport(BundleManifest? Manifest, string? Refusal);

/// <summary>The answer to an import.</summary>
/// <param name="RunId">The run's id, the same in every installation.</param>
/// <param name="IsNew">False when it was here already: nothing was changed.</param>
/// <param name="Team">The slug of the team that has it.</param>
/// <param name="PullRequestsAdded">Pull requests that were not here.</param>
/// <param name="Manifest">What the bundle says of itself.</param>
public sealed record BundleImport(Guid RunId, bool IsNew, string Team, int PullRequestsAdded, BundleManifest Manifest);

/// <summary>A bundle can't be taken.</summary>
/// <param name="member">The member concerned; null: the archive as a whole.</param>
/// <param name="reason">What is wrong with it.</param>
/// <param name="innerException">What was caught.</param>
public sealed class BundleException(string? member, string reason, Exception? innerException = null)
    : Exception(member is null ? reason : $"{member}: {reason}", innerException)
{
    /// <summary>The member concerned; null: the archive as a whole.</summary>
    public string? Member { get; } = member;
}
