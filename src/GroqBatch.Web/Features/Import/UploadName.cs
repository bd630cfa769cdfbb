using System.Globalization;

namespace GroqBatch.Web.Features.Import;

/// <summary>The name of a file as somebody's browser gave it: it ends up in reports, the audit log and the server's log.</summary>
internal static class UploadName
{
    private const int Longest = 200;

    /// <summary>Without folders, without characters that steer a terminal or turn text around, and of a length that can be shown.</summary>
    public static string Of(string? given)
    {
        var name = (given ?? "").Split('/', '\\')[^1];
        var clean = string.Concat(
            name.Where(character =>
                    char.GetUnicodeCategory(character)
                        is not (
                            UnicodeCategory.Control
                            or UnicodeCategory.Format
                            or UnicodeCategory.Surrogate
                            or UnicodeCategory.LineSeparator
                        )
                )
                .Take(Longest)
        );
        return string.IsNullOrWhiteSpace(clean) ? "unnamed file" : clean;
    }
}
