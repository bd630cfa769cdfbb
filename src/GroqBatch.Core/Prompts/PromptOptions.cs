namespace GroqBatch.Core.Prompts;

/// <summary>
/// How many tokens each part of a user prompt may have; what is longer is cut and marked. The defaults let 99 of 100 real pull requests
/// through whole and keep the worst below <see cref="TotalTokens"/>.
/// </summary>
public sealed record PromptOptions
{
    /// <summary>Repository, author, state, size, names of sections and the closing line: bounded by their own lengths, not by a setting.</summary>
    internal const int FrameTokens = 300;

    public int TitleTokens { get; init; } = 90;
    public int LabelTokens { get; init; } = 60;
    public int FileTokens { get; init; } = 900;

    /// <summary>Commit messages without their trailers.</summary>
    public int CommitTokens { get; init; } = 700;

    /// <summary>Trailers of all commits, each once.</summary>
    public int TrailerTokens { get; init; } = 300;

    public int ReviewTokens { get; init; } = 400;
    public int CommentTokens { get; init; } = 400;

    /// <summary>The body's own budget; what files, commits, trailers, reviews and comments leave of theirs comes on top.</summary>
    public int BodyTokens { get; init; } = 2500;

    /// <summary>Lines about AI out of texts that were cut.</summary>
    public int SignalTokens { get; init; } = 350;

    /// <summary>What a whole user prompt may have at most.</summary>
    public int TotalTokens =>
        FrameTokens
        + TitleTokens
        + LabelTokens
        + FileTokens
        + CommitTokens
        + TrailerTokens
        + ReviewTokens
        + CommentTokens
        + BodyTokens
        + SignalTokens;

    /// <summary>These budgets, or smaller ones in the same proportions, so that a whole user prompt has at most so many tokens.</summary>
    /// <param name="tokens">More than the frame takes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not even the frame fits.</exception>
    public PromptOptions Within(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, SmallestTokens);
        if (tokens >= TotalTokens)
        {
            return this;
        }

        var share = (double)(tokens - FrameTokens) / (TotalTokens - FrameTokens);
        return new()
        {
            TitleTokens = (int)(TitleTokens * share),
            LabelTokens = (int)(LabelTokens * share),
            FileTokens = (int)(FileTokens * share),
            CommitTokens = (int)(CommitTokens * share),
            TrailerTokens = (int)(TrailerTokens * share),
            ReviewTokens = (int)(ReviewTokens * share),
            CommentTokens = (int)(CommentTokens * share),
            BodyTokens = (int)(BodyTokens * share),
            SignalTokens = (int)(SignalTokens * share),
        };
    }

    /// <summary>Below this a prompt says too little for a summary: such a context is too small for the request.</summary>
    public const int SmallestTokens = 1000;
}
