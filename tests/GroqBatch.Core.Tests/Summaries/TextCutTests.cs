using CsCheck;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.Tests.Summaries;

public sealed class TextCutTests
{
    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("one two three", 8, "one two…")]
    [InlineData("one two three", 9, "one two…")]
    [InlineData("one, two three", 6, "one…")]
    [InlineData("onelongword", 6, "onelo…")]
    [InlineData("a onelongword", 8, "a onelo…")]
    [InlineData("x", 1, "x")]
    [InlineData("xy", 1, "…")]
    public void Cuts_at_the_last_word_that_fits_with_its_mark(string text, int limit, string expected)
    {
        Assert.Equal(expected, TextCut.AtWord(text, limit));
    }

    [Theory]
    [InlineData("abc😀😀", 5, "abc…")]
    [InlineData("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 13, "👨‍👩‍👧‍👦…")]
    [InlineData("ééééé", 4, "ééé…")]
    [InlineData("e\u0301e\u0301e\u0301", 4, "e\u0301…")]
    public void Never_cuts_inside_a_character_as_people_see_it(string text, int limit, string expected)
    {
        Assert.Equal(expected, TextCut.AtWord(text, limit));
    }

    [Fact]
    public void Is_never_longer_than_the_limit_and_never_ends_in_half_a_pair()
    {
        Gen.Select(Gen.OneOf("a", " ", "😀", "e\u0301", "word", "👨‍👩‍👧", ",").Array[0, 60], Gen.Int[1, 80])
            .Sample(
                (parts, limit) =>
                {
                    var text = string.Concat(parts);
                    var cut = TextCut.AtWord(text, limit);
                    Assert.True(cut.Length <= limit);
                    Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(cut)));
                    Assert.True(text.Length <= limit ? cut == text : cut.EndsWith('…'));
                },
                iter: 3000
            );
    }
}
