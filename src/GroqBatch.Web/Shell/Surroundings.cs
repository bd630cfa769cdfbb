namespace GroqBatch.Web.Shell;

/// <summary>What a page has to say of the whole, always.</summary>
/// <param name="IsSimulated">Whether a simulator answers in the provider's place.</param>
public sealed record Surroundings(bool IsSimulated)
{
    /// <summary>Of the product, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } = typeof(Surroundings).Assembly.GetName().Version?.ToString(3) ?? "";
}
