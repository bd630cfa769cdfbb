using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace GroqBatch.Core.Prompts;

/// <summary>
/// The version of system prompt, user prompt and schema together. A new minor version may only sharpen words; a new major version changes
/// what a summary means, and every summary made with an older one becomes stale.
/// </summary>
/// <param name="Major">From 1.</param>
/// <param name="Minor">From 0.</param>
public sealed record PromptVersion(int Major, int Minor)
{
    /// <summary>The version that this build of the product writes.</summary>
    public static PromptVersion Current { get; } = new(1, 0);

    /// <summary>Whether a summary made with this version is stale beside one made with another.</summary>
    public bool IsStaleBeside(PromptVersion other) => Major != other.Major;

    /// <summary>Reads the form of <see cref="ToString"/>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PromptVersion? version)
    {
        version = null;
        if (
            text?.Split('.') is not [var major, var minor]
            || !int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var parsedMajor)
            || !int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var parsedMinor)
        )
        {
            return false;
        }

        version = new PromptVersion(parsedMajor, parsedMinor);
        return true;
    }

    /// <summary>For example <c>1.0</c>: the form in the ledger and in exports.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
