using System.Text;
using CsCheck;
using GroqBatch.Groq.Tokens;

namespace GroqBatch.Groq.Tests.Requests;

public sealed class TiktokenCounterTests
{
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
}
