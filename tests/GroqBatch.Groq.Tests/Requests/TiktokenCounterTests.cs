using System.Text;
using CsCheck;
using GroqBatch.Core.Prompts;
using GroqBatch.Groq.Tokens;
using Microsoft.ML.Tokenizers;

namespace GroqBatch.Groq.Tests.Requests;

public sealed class TiktokenCounterTests
{
    /// <summary>What meets in real texts, at every border between letters, digits, punctuation, blanks, line ends and what is beyond ASCII.</summary>
    private static readonly string[] Parts =
    [
        "word",
        "HTTPServer",
        "ALLCAPS",
        "camelCase",
        "'s",
        "'LL",
        "'re",
        "'\u017f",
        "'",
        " ",
        "  ",
        "    ",
        "\t",
        "\v",
        "\n",
        "\r\n",
        "\n\n  ",
        " \n ",
        "7",
        "1234567",
        "...",
        " ->",
        "//",
        "/\n/",
        "(",
        "`x`",
        "_",
        "---------------------",
        "src/GroqBatch.Core/Prompts/PromptBuilder.cs",
        "<|",
        "<|endoftext|>",
        "\0",
        "\u001b[0m",
        "é",
        "e\u0301",
        "\u0301",
        "Straße",
        "お誕生日",
        "٣",
        "\u00a0",
        "\u2028",
        "“",
        "…",
        "😀",
        "\ud800",
        "ϊ",
    ];

    private static readonly TiktokenTokenizer Tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");

    private readonly TiktokenCounter _counter = new();

    [Theory]
    [InlineData("", 0)]
    [InlineData("hello world", 2)]
    [InlineData("antidisestablishmentarianism", 6)]
    [InlineData("2 + 2 = 4", 7)]
    [InlineData("お誕生日おめでとう", 8)]
    public void Counts_in_o200k(string text, int tokens)
    {
        Assert.Equal(tokens, _counter.Count(text));
    }

    [Fact]
    public void A_beginning_that_fits_has_no_more_tokens_than_asked_for_and_never_more_tokens_than_bytes()
    {
        Gen.Select(Gen.OneOf("word ", "😀", "お誕生日", "\n", "aaaa", "{}", "12345", "\ud800").Array[0, 60], Gen.Int[0, 60])
            .Sample(
                (parts, most) =>
                {
                    var text = string.Concat(parts);
                    var fits = _counter.Fit(text, most);
                    Assert.InRange(fits, 0, text.Length);
                    Assert.True(_counter.Count(text.AsSpan(0, fits)) <= most);
                    Assert.True(_counter.Count(text) <= Encoding.UTF8.GetByteCount(text));
                    Assert.True(_counter.Count(text) > most || fits == text.Length);
                },
                iter: 1000
            );
    }

    [Fact]
    public void Counts_and_cuts_any_text_as_the_tokenizer_does()
    {
        Gen.Select(Gen.OneOf(Parts).Array[0, 40], Gen.Int[0, 60]).Sample((parts, most) => Agrees(string.Concat(parts), most), iter: 20_000);
    }

    [Fact]
    public void Counts_and_cuts_prompts_as_the_tokenizer_does()
    {
        var prompts = new PromptBuilder(_counter);
        foreach (var pullRequest in GoldenPullRequests.All.Values)
        {
            var prompt = prompts.Build(pullRequest);
            foreach (var most in (int[])[0, 1, 10, 100, 900, 2_500])
            {
                Agrees(prompt, most);
            }

            // From anywhere: a text may begin within a word.
            for (var start = 0; start < Math.Min(prompt.Length, 2_000); start += 13)
            {
                Agrees(prompt.Substring(start, Math.Min(500, prompt.Length - start)), most: 40);
            }
        }
    }

    private void Agrees(string text, int most)
    {
        Assert.Equal(Tokenizer.CountTokens(text, considerNormalization: false), _counter.Count(text));
        var fits = most == 0 ? 0 : Tokenizer.GetIndexByTokenCount(text, most, out _, out _, considerNormalization: false);
        Assert.Equal(fits, _counter.Fit(text, most));
    }
}
