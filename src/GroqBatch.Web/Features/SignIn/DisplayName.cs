using System.Globalization;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>The name under which somebody acts: in timelines and in the audit log.</summary>
internal static class DisplayName
{
    /// <summary>Longest, in characters.</summary>
    public const int MaxLength = 60;

    // Colons mark where somebody acts from, such as cli:ada; these two are the product's own.
    private static readonly string[] Reserved = ["pipeline", "web"];

    /// <summary>The name as it is kept, and what is wrong with it; exactly one of them is null.</summary>
    public static (string? Name, string? Mistake) Read(string? typed)
    {
        var name = (typed ?? "").Trim();
        return name.Length == 0 ? (null, "Type the name that others should see beside what you do.")
            : name.Length > MaxLength ? (null, $"At most {MaxLength} characters, please.")
            : name.Contains(':', StringComparison.Ordinal) || name.EnumerateRunes().Any(IsUnfit)
                ? (null, "Letters, digits, blanks and hyphens, please.")
            : Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? (null, $"{name} is what the product calls itself. Another one, please.")
            : (name, null);
    }

    // Control and format characters can turn a line around, or look like nothing.
    private static bool IsUnfit(System.Text.Rune rune) =>
        System.Text.Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned;
}
