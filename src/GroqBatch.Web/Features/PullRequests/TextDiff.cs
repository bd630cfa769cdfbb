namespace GroqBatch.Web.Features.PullRequests;

/// <summary>A piece of a comparison.</summary>
/// <param name="Kind">0: in both; −1: only before; 1: only after.</param>
/// <param name="Text">As it stands there.</param>
public sealed record DiffPiece(int Kind, string Text);

/// <summary>What is different between two texts, word by word.</summary>
public static class TextDiff
{
    // The table has the product of both lengths: longer texts are shown whole, as one taken out and one put in.
    private const int MostWords = 600;

    /// <summary>The pieces in the order of reading; their texts before are one text, those after the other.</summary>
    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, now) = (Words(before), Words(after));
        if (old.Count > MostWords || now.Count > MostWords)
        {
            return before == after ? [new(0, before)] : [new(-1, before), new(1, after)];
        }

        // Longest common subsequence, from the ends.
        var longest = new int[old.Count + 1, now.Count + 1];
        for (var i = old.Count - 1; i >= 0; i--)
        {
            for (var j = now.Count - 1; j >= 0; j--)
            {
                longest[i, j] = old[i] == now[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
            }
        }

        var pieces = new List<DiffPiece>();
        var (at, to) = (0, 0);
        while (at < old.Count || to < now.Count)
        {
            if (at < old.Count && to < now.Count && old[at] == now[to])
            {
                Add(pieces, 0, old[at]);
                at++;
                to++;
            }
            else if (at < old.Count && (to == now.Count || longest[at + 1, to] >= longest[at, to + 1]))
            {
                Add(pieces, -1, old[at++]);
            }
            else
            {
                Add(pieces, 1, now[to++]);
            }
        }

        return pieces;
    }

    private static void Add(List<DiffPiece> pieces, int kind, string text)
    {
        if (pieces.Count > 0 && pieces[^1].Kind == kind)
        {
            pieces[^1] = new(kind, pieces[^1].Text + text);
        }
        else
        {
            pieces.Add(new(kind, text));
        }
    }

    /// <summary>Words and what is between them, each by itself: a word that is the last of one text and not of the other is the same word.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || char.IsWhiteSpace(text[i - 1]) != char.IsWhiteSpace(text[i]))
            {
                words.Add(text[start..i]);
                start = i;
            }
        }

        return words;
    }
}
