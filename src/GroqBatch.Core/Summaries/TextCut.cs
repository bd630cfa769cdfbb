using System.Globalization;

namespace GroqBatch.Core.Summaries;

/// <summary>Cuts text that is longer than its limit: at a word, marked with an ellipsis, never inside a character as people see it.</summary>
public static class TextCut
{
    /// <summary>Stands where the rest was.</summary>
    public const char Mark = '…';

    /// <summary>The text itself when it fits, else its beginning and <see cref="Mark"/>, together at most <paramref name="limit"/> long.</summary>
    /// <param name="text">Without lone surrogates.</param>
    /// <param name="limit">UTF-16 code units, at least 1: however a reader counts characters, there are no more.</param>
    public static string AtWord(string text, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (text.Length <= limit)
        {
            return text;
        }

        // The mark takes one; a word that ends exactly there stays whole.
        var room = limit - 1;
        var end = room;
        while (end > 0 && !char.IsWhiteSpace(text[end]))
        {
            end--;
        }

        // A single word that fills most of the room is cut in itself: better than losing the most of it.
        if (end <= room / 2)
        {
            end = EndOfLastWholeCharacter(text, room);
        }

        var kept = text.AsSpan(0, end).TrimEnd();
        return string.Concat(kept.TrimEnd(",;:-–—("), [Mark]);
    }

    private static int EndOfLastWholeCharacter(string text, int room)
    {
        var end = 0;
        while (end < room)
        {
            var next = end + StringInfo.GetNextTextElementLength(text, end);
            if (next > room)
            {
                break;
            }

            end = next;
        }

        // One character as people see it may be longer than the room (a stack of combining marks): then only a pair is kept whole.
        return end > 0 ? end
            : room > 0 && char.IsHighSurrogate(text[room - 1]) ? room - 1
            : room;
    }
}
