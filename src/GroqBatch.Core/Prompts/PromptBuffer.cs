using System.Buffers;
using System.Globalization;
using System.Text;

namespace GroqBatch.Core.Prompts;

/// <summary>Text that grows in a rented buffer. Dispose it to give the buffer back; its text is then gone.</summary>
public sealed class PromptBuffer : IDisposable
{
    private char[] _chars = ArrayPool<char>.Shared.Rent(8192);

    /// <summary>UTF-16 code units written.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlySpan<char> Text => _chars.AsSpan(0, Length);

    /// <summary>Bytes of the text in UTF-8.</summary>
    public int Utf8Length => Encoding.UTF8.GetByteCount(Text);

    /// <summary>Empties it; the buffer stays.</summary>
    public void Clear() => Length = 0;

    /// <inheritdoc/>
    public override string ToString() => new(Text);

    /// <inheritdoc/>
    public void Dispose()
    {
        Length = 0;
        if (_chars.Length > 0)
        {
            ArrayPool<char>.Shared.Return(_chars);
            _chars = [];
        }
    }

    internal ref char this[int index] => ref _chars[index];

    internal void Append(char character)
    {
        if (Length == _chars.Length)
        {
            Grow(1);
        }

        _chars[Length++] = character;
    }

    internal PromptBuffer Append(ReadOnlySpan<char> text)
    {
        if (_chars.Length - Length < text.Length)
        {
            Grow(text.Length);
        }

        text.CopyTo(_chars.AsSpan(Length));
        Length += text.Length;
        return this;
    }

    /// <summary>Digits alone for short counts.</summary>
    internal PromptBuffer AppendNumber(long number) => AppendNumber(number, default);

    /// <summary>With separators of thousands, as people and models read sums.</summary>
    internal PromptBuffer AppendCount(long number) => AppendNumber(number, "N0");

    /// <summary>Takes back what was written after a length.</summary>
    internal void Truncate(int length) => Length = length;

    private PromptBuffer AppendNumber(long number, ReadOnlySpan<char> format)
    {
        const int Longest = 32;
        if (_chars.Length - Length < Longest)
        {
            Grow(Longest);
        }

        number.TryFormat(_chars.AsSpan(Length), out var written, format, CultureInfo.InvariantCulture);
        Length += written;
        return this;
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(_chars.Length * 2, Length + more));
        Text.CopyTo(larger);
        ArrayPool<char>.Shared.Return(_chars);
        _chars = larger;
    }
}
