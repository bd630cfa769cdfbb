using System.Runtime.InteropServices;
using System.Text;

namespace GroqBatch.Core.Prompts;

/// <summary>Holds parts of a prompt to their budgets. Counts only where a text's bytes do not settle it: a token is at least one byte.</summary>
internal sealed class TokenBudget(ITokenCounter counter)
{
    /// <summary>What a mark with its line breaks takes.</summary>
    private const int MarkTokens = 16;

    /// <summary>
    /// How much text is looked at for a token. Real text has four characters to a token, and no more than five by far; where there are more,
    /// a cut is a little shorter than it had to be, and a text of any length costs the same.
    /// </summary>
    private const int LookedAtPerToken = 6;

    private const int BytesPerCharacter = 3;
    private const int PieceLength = 1024;

    public bool Fits(ReadOnlySpan<char> text, int budget) =>
        text.Length * (long)BytesPerCharacter <= budget
        || Encoding.UTF8.GetByteCount(text) <= budget
        || (text.Length <= budget * (long)LookedAtPerToken && counter.Fit(text, budget) >= text.Length);

    /// <summary>How much of a budget a text leaves for others, counted by its bytes: never more than there is.</summary>
    public static int SurelyLeft(ReadOnlySpan<char> text, int budget) =>
        text.Length >= budget ? 0 : Math.Max(0, budget - Encoding.UTF8.GetByteCount(text));

    /// <summary>Cuts what stands after an index to a budget, keeping its beginning and its end.</summary>
    /// <param name="to">The prompt.</param>
    /// <param name="start">Where the text begins in it.</param>
    /// <param name="budget">Tokens, the mark included.</param>
    /// <param name="headShare">Of the budget for the beginning; the rest is for the end.</param>
    /// <param name="signals">Gets the lines about AI of what is cut.</param>
    /// <param name="seam">Where something was left out before; it counts in the mark when it falls into the cut.</param>
    public void CutMiddle(PromptBuffer to, int start, int budget, double headShare, SignalLines signals, CutSeam seam = default)
    {
        var text = to.Text[start..];
        var room = Math.Max(0, budget - MarkTokens);
        var head = Head(text, (int)(room * headShare));
        var tail = text.Length - Tail(text[head..], room - (int)(room * headShare));
        AiSignals.Collect(text[head..tail], signals);

        var end = text[tail..].ToString();
        var cut = tail - head + (seam.Cut > 0 && seam.At >= head && seam.At < tail ? seam.Cut : 0);
        to.Truncate(start + head);
        to.Append(head > 0 ? "\n" : "");
        PromptText.AppendMark(to, cut, "characters");
        to.Append(end.Length > 0 ? "\n" : "").Append(end);
    }

    /// <summary>Cuts what stands after an index to a budget, keeping its beginning.</summary>
    public void CutEnd(PromptBuffer to, int start, int budget)
    {
        var text = to.Text[start..];
        var head = Head(text, Math.Max(0, budget - MarkTokens));
        var cut = text.Length - head;
        to.Truncate(start + head);
        to.Append(head > 0 ? " " : "");
        PromptText.AppendMark(to, cut, "characters");
    }

    /// <summary>The length of a beginning that fits, ending at a line where one ends near, else at a word, else at a character.</summary>
    private int Head(ReadOnlySpan<char> text, int budget)
    {
        var window = text[..(int)Math.Min(text.Length, budget * (long)LookedAtPerToken)];
        var fits = PromptText.Floor(text, counter.Fit(window, budget));
        if (fits == text.Length)
        {
            return fits;
        }

        var near = text[(fits - (fits / 4))..fits];
        var line = near.LastIndexOf('\n');
        if (line >= 0)
        {
            return fits - near.Length + line;
        }

        var word = near.LastIndexOf(' ');
        return word >= 0 ? fits - near.Length + word : fits;
    }

    /// <summary>The length of an end that fits, beginning at a line where one begins near, else at a word, else at a character.</summary>
    private int Tail(ReadOnlySpan<char> text, int budget)
    {
        // By pieces from the end: what a tokenizer offers for this reads the whole window for each piece.
        var start = text.Length;
        while (start > 0)
        {
            var pieceStart = PromptText.Floor(text, Math.Max(0, start - PieceLength));
            var tokens = counter.Count(text[pieceStart..start]);
            if (tokens > budget)
            {
                start = LastPieceStart(text, pieceStart, start, budget, tokens);
                break;
            }

            budget -= tokens;
            start = pieceStart;
        }

        if (start == 0 || start == text.Length)
        {
            return text.Length - start;
        }

        var near = text.Slice(start, (text.Length - start) / 4);
        var line = near.IndexOf('\n');
        if (line >= 0)
        {
            return text.Length - start - line - 1;
        }

        var word = near.IndexOf(' ');
        return text.Length - start - Math.Max(word + 1, 0);
    }

    /// <summary>Where the part of a piece that still fits begins: by proportion, then shorter until it does.</summary>
    private int LastPieceStart(ReadOnlySpan<char> text, int pieceStart, int end, int budget, int tokens)
    {
        var length = (int)((end - pieceStart) * (long)budget / tokens);
        while (length > 0)
        {
            var start = end - length;
            start += char.IsLowSurrogate(text[start]) ? 1 : 0;
            if (counter.Count(text[start..end]) <= budget)
            {
                return start;
            }

            length = length * 7 / 8;
        }

        return end;
    }
}

/// <summary>A place in a text where characters were left out.</summary>
/// <param name="At">From the text's beginning.</param>
/// <param name="Cut">How many.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CutSeam(int At, int Cut);
