using GroqBatch.Core.Summaries;

namespace GroqBatch.Web.Features.PullRequests;

/// <summary>The words of a summary: those that the document itself has.</summary>
internal static class SummaryWords
{
    /// <summary>A word of one of the document's lists, as it stands there.</summary>
    public static string Of<T>(T word)
        where T : struct, Enum => word.ToString().ToLowerInvariant();

    /// <summary><c>TypeScript; React Native, Expo; mobile</c>; what there is none of is left out.</summary>
    public static string Of(Technology technology)
    {
        string[] parts =
        [
            string.Join(", ", technology.Languages),
            string.Join(", ", technology.Frameworks),
            string.Join(", ", technology.Categories.Select(Of)),
        ];
        var words = string.Join("; ", parts.Where(part => part.Length > 0));
        return words.Length == 0 ? "none found" : words;
    }
}
