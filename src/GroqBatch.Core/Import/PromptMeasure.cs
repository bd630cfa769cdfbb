using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Import;

/// <summary>UTF-8 bytes of a pull request's user prompt: stored with it, so that an estimate sums a column. Called from several threads.</summary>
public delegate int PromptMeasure(PullRequest pullRequest);
