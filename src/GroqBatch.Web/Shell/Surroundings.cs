namespace GroqBatch.Web.Shell;

/// <summary>What a page has to say of the whole, always.</summary>
/// <param name="IsSimulated">Whether a simulator answers in the provider's place.</param>
public sealed record Surroundings(bool IsSimulated);
