using System.Globalization;

namespace GroqBatch.Core.Batches;

/// <summary>The <c>custom_id</c> of a request: <c>pr-{id}</c> with the pull request's key.</summary>
public static class CustomId
{
    private const string Prefix = "pr-";

    /// <summary>For example <c>pr-26313</c>.</summary>
    public static string Format(long pullRequestId) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{pullRequestId}");

    /// <summary>Reads the form of <see cref="Format"/>; anything else (a sign, white space, leading zeros) is not one of ours.</summary>
    public static bool TryParse(string? text, out long pullRequestId)
    {
        pullRequestId = 0;
        return text is not null
            && text.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out pullRequestId)
            && text.Length - Prefix.Length == pullRequestId.ToString(CultureInfo.InvariantCulture).Length;
    }
}
