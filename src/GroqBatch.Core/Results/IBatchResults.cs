using GroqBatch.Core.Access;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Results;

/// <summary>
/// Saves a finished batch that this process did not send: one that another process of this installation sent, or, with a map that says which
/// custom id is which pull request, anybody's.
/// </summary>
public interface IBatchResults
{
    /// <summary>
    /// Saves a batch of this installation at once. Any other is previewed, and saved only when asked to. What is saved stays saved: twice is once.
    /// Takes <see cref="Right.Operate"/>.
    /// </summary>
    /// <exception cref="Batches.ProviderException">The provider could not be asked, or its files could not be fetched.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<ResultsReport> SaveAsync(SaveResults request, Actor actor, CancellationToken cancellationToken);
}

/// <summary>Which batch, and what its lines mean.</summary>
public sealed record SaveResults
{
    /// <summary>As the provider's console shows it.</summary>
    public required string BatchId { get; init; }

    /// <summary>Which custom id is which pull request; null: the batch is this installation's own.</summary>
    public IReadOnlyList<ResultMapLine>? Map { get; init; }

    /// <summary>With a map: false only tells what would be saved.</summary>
    public bool Apply { get; init; }

    /// <summary>
    /// Whether a summary of it takes the place of a fresh one. Otherwise a pull request keeps its fresh summary, and this one goes into its history.
    /// </summary>
    public bool Overwrite { get; init; }
}

/// <summary>What became of it.</summary>
public enum ResultsVerdict
{
    /// <summary>Nothing was changed; <see cref="ResultsReport.Explanation"/> says why and what would help.</summary>
    Refused,

    /// <summary>It is in the ledger; nothing was changed.</summary>
    InLedger,

    /// <summary>Nothing was changed; the figures say what saving it would do.</summary>
    Previewed,

    /// <summary>It is in the ledger now.</summary>
    Saved,
}

/// <summary>The answer.</summary>
public sealed record ResultsReport
{
    public required ResultsVerdict Verdict { get; init; }

    /// <summary>Fit to show.</summary>
    public required string Explanation { get; init; }

    /// <summary>The run that has it; null: none yet.</summary>
    public Guid? RunId { get; init; }

    /// <summary>What is in its files; null where they were not looked at.</summary>
    public ResultsContent? Content { get; init; }
}

/// <summary>What the files of a batch have for this installation.</summary>
public sealed record ResultsContent
{
    /// <summary>The slug of the team whose pull requests it is about; null when none of them is known.</summary>
    public string? Team { get; init; }

    /// <summary>The model that answered; null where no line says.</summary>
    public string? Model { get; init; }

    /// <summary>Lines in both files.</summary>
    public required int Lines { get; init; }

    /// <summary>Pull requests that get their first summary by it.</summary>
    public required int New { get; init; }

    /// <summary>Pull requests whose stale summary it takes the place of.</summary>
    public required int Refreshed { get; init; }

    /// <summary>Pull requests with a fresh summary: replaced when asked to, otherwise they keep it.</summary>
    public required int Fresh { get; init; }

    /// <summary>Pull requests that have no valid summary in it, by code; codes without one are absent.</summary>
    public required IReadOnlyDictionary<FailureCode, int> Failures { get; init; }

    /// <summary>Custom ids in it that mean no pull request here, in order; they are not saved.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }

    /// <summary>Lines of the map that name a pull request which is not here, or whose body is empty.</summary>
    public required IReadOnlyList<string> NotHere { get; init; }

    /// <summary>Custom ids of the map that are in neither file.</summary>
    public required IReadOnlyList<string> Unanswered { get; init; }

    /// <summary>Whether what it says is of another prompt than this version's, so that its summaries count as stale.</summary>
    public bool IsOfAnotherPrompt { get; init; }

    /// <summary>Pull requests that it has an answer about.</summary>
    public int PullRequests => New + Refreshed + Fresh + Failures.Values.Sum();
}
