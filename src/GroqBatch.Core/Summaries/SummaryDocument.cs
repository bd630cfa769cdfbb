namespace GroqBatch.Core.Summaries;

/// <summary>The validated JSON document about one pull request.</summary>
public sealed record SummaryDocument;
