using System.Buffers;

namespace GroqBatch.Core.Prompts;

/// <summary>Trailers of commit messages: <c>Co-authored-by: Ada</c>, <c>Signed-off-by: Bob</c>, <c>Generated-with: a tool</c>.</summary>
internal static class Trailers
{
    private const int LongestKey = 40;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
    );

    /// <summary>
    /// Whether a line is a trailer, wherever in the message it stands: squash commits carry those of their parts in the middle. A key has a
    /// hyphen and begins with a letter, the colon follows at once, and there is a value.
    /// </summary>
    public static bool IsTrailer(ReadOnlySpan<char> line)
    {
        var colon = line.IndexOf(':');
        return colon is > 2 and <= LongestKey
            && colon + 2 < line.Length
            && line[colon + 1] is ' ' or '\t'
            && char.IsAsciiLetter(line[0])
            && char.IsAsciiLetterOrDigit(line[colon - 1])
            && line[..colon].Contains('-')
            && !line[..colon].ContainsAnyExcept(KeyCharacters)
            && !line[(colon + 1)..].IsWhiteSpace();
    }
}
