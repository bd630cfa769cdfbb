namespace GroqBatch.Core.Prompts;

/// <summary>
/// Lines about AI out of text that was cut. A flood of them can't push each other out entirely: statements about how the change was made go
/// before mere mentions, and of each kind the first and the last are kept.
/// </summary>
internal sealed class SignalLines : IDisposable
{
    private const int KeptFromEachEnd = 60;

    private readonly Kind _statements = new();
    private readonly Kind _mentions = new();
    private readonly PromptBuffer _cleaned = new();

    /// <summary>Adds a line, and the one below it where it is a heading.</summary>
    public void Add(ReadOnlySpan<char> line, ReadOnlySpan<char> below)
    {
        _cleaned.Clear();
        PromptText.Append(_cleaned, line, isLine: true);
        if (!below.IsWhiteSpace())
        {
            _cleaned.Append(" / ");
            PromptText.Append(_cleaned, below, isLine: true);
        }

        var text = _cleaned.ToString().Trim();
        if (text.Length > 0)
        {
            (AiSignals.IsStatement(text) ? _statements : _mentions).Add(text);
        }
    }

    /// <summary>Statements, then mentions, each from both ends inwards, none twice.</summary>
    public IEnumerable<string> MostTellingFirst() => _statements.FromBothEnds().Concat(_mentions.FromBothEnds());

    public void Dispose() => _cleaned.Dispose();

    private sealed class Kind
    {
        private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<string> _first = [];
        private readonly Queue<string> _last = new();

        public void Add(string line)
        {
            if (_first.Count < KeptFromEachEnd)
            {
                if (_seen.Add(line))
                {
                    _first.Add(line);
                }

                return;
            }

            if (_seen.Contains(line) || _last.Contains(line, StringComparer.OrdinalIgnoreCase))
            {
                return;
            }

            _last.Enqueue(line);
            if (_last.Count > KeptFromEachEnd)
            {
                _last.Dequeue();
            }
        }

        public IEnumerable<string> FromBothEnds()
        {
            string[] lines = [.. _first, .. _last];
            for (var i = 0; i < (lines.Length + 1) / 2; i++)
            {
                yield return lines[^(i + 1)];
                if (i < lines.Length - 1 - i)
                {
                    yield return lines[i];
                }
            }
        }
    }
}
