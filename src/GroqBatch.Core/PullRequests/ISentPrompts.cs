using GroqBatch.Core.Access;

namespace GroqBatch.Core.PullRequests;

/// <summary>What was sent to the provider for an attempt.</summary>
public interface ISentPrompts
{
    /// <summary>
    /// The user's message of an attempt: from the raw request file, or, when that is gone, built again from the pull request. Takes
    /// <see cref="Right.View"/>.
    /// </summary>
    /// <returns>Null when there is no such attempt.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<SentPrompt?> FindAsync(long attemptId, Actor actor, CancellationToken cancellationToken);
}

/// <summary>What a prompt was read from.</summary>
public enum SentPromptSource
{
    /// <summary>The line of the raw request file: as it was sent.</summary>
    RequestFile,

    /// <summary>Built again from the same content by the same version of the prompt: the same, unless the program's budgets have changed.</summary>
    Rebuilt,

    /// <summary>Built again, but content or prompt version have changed since: not what was sent.</summary>
    RebuiltOtherwise,
}

/// <summary>A prompt.</summary>
/// <param name="Text">The user's message.</param>
/// <param name="Source">Where it is from.</param>
/// <param name="PromptVersion">Of the batch it was sent in.</param>
public sealed record SentPrompt(string Text, SentPromptSource Source, string PromptVersion);

/// <summary>Where an attempt was sent, for finding it again.</summary>
public interface IAttemptFinder
{
    /// <summary>The attempt, or null.</summary>
    Task<SentAttempt?> FindAsync(long attemptId, CancellationToken cancellationToken);
}

/// <summary>An attempt's place.</summary>
public sealed record SentAttempt
{
    public required Guid RunId { get; init; }
    public required Guid BatchId { get; init; }

    /// <summary>The line of the request file, from 1.</summary>
    public required int Line { get; init; }

    public required long PullRequestId { get; init; }
    public required string PromptVersion { get; init; }

    /// <summary>What the line was written for.</summary>
    public required Models.Rung Rung { get; init; }

    /// <summary>Whether the pull request is still what was sent.</summary>
    public required bool IsOfThisContent { get; init; }

    /// <summary>As it is now.</summary>
    public required PullRequest PullRequest { get; init; }
}
