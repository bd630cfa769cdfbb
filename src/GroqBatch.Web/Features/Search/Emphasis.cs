namespace GroqBatch.Web.Features.Search;

/// <summary>A text cut where words of a search stand in it. Its parts together are the text: nothing is markup.</summary>
internal static class Emphasis
{
    /// <summary>The parts in order, and which of them are a word that was looked for.</summary>
    public static IReadOnlyList<(string Text, bool IsMatch)> Of(string text, IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(words);
        var parts = new List<(string, bool)>();
        var plainFrom = 0;
        for (var at = 0; at < text.Length; )
        {
            // The longest, so that "sessions" wins over "session" at the same place.
            var length = words
                .Where(word => word.Length > 0 && string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0)
                .Select(word => word.Length)
                .DefaultIfEmpty(0)
                .Max();
            if (length == 0)
            {
                at++;
                continue;
            }

            Add(plainFrom, at, isMatch: false);
            Add(at, at + length, isMatch: true);
            at += length;
            plainFrom = at;
        }

        Add(plainFrom, text.Length, isMatch: false);
        return parts;

        void Add(int from, int to, bool isMatch)
        {
            if (to > from)
            {
                parts.Add((text[from..to], isMatch));
            }
        }
    }
}
