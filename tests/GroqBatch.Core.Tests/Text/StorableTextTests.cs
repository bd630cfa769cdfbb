using System.Text;
using System.Text.Json;
using CsCheck;
using GroqBatch.Core.Text;

namespace GroqBatch.Core.Tests.Text;

public sealed class StorableTextTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("plain, Größe, 日本", "plain, Größe, 日本", 0)]
    [InlineData("a\0b\0", "a\uFFFDb\uFFFD", 2)]
    [InlineData("whole \U0001F600 pair", "whole \U0001F600 pair", 0)]
    [InlineData("\\u0000 is six characters of plain text", "\\u0000 is six characters of plain text", 0)]
    public void Raw_text_keeps_everything_but_what_cannot_be_stored(string text, string expected, int replacements)
    {
        var clean = StorableText.Clean(text, out var replaced);

        Assert.Equal(expected, clean);
        Assert.Equal(replacements, replaced);
    }

    [Fact]
    public void Lone_surrogates_are_replaced_whichever_half_and_place()
    {
        // Not inline data: attribute arguments are UTF-8 and cannot hold them.
        Assert.Equal("\uFFFDx", StorableText.Clean("\uD83Dx", out var first));
        Assert.Equal("x\uFFFD", StorableText.Clean("x\uDE00", out var second));
        Assert.Equal("\uFFFD\U0001F600\uFFFD", StorableText.Clean("\uDE00\uD83D\uDE00\uD83D", out var third));
        Assert.Equal((1, 1, 2), (first, second, third));
    }

    [Theory]
    [InlineData("""{"a":"x\u0000y"}""", """{"a":"x\ufffdy"}""", 1)]
    [InlineData("""{"a":"x\\u0000y"}""", """{"a":"x\\u0000y"}""", 0)]
    [InlineData("""{"a":"x\\\u0000y"}""", """{"a":"x\\\ufffdy"}""", 1)]
    [InlineData("""{"a":"\ud83d\ude00"}""", """{"a":"\ud83d\ude00"}""", 0)]
    [InlineData("""{"a":"\uD83D\uDE00"}""", """{"a":"\uD83D\uDE00"}""", 0)]
    [InlineData("""{"a":"\ud83d"}""", """{"a":"\ufffd"}""", 1)]
    [InlineData("""{"a":"\ude00\ud83d"}""", """{"a":"\ufffd\ufffd"}""", 2)]
    [InlineData("""{"a":"\ud83dx\ude00"}""", """{"a":"\ufffdx\ufffd"}""", 2)]
    [InlineData("""{"a":"\ud83d\\ude00"}""", """{"a":"\ufffd\\ude00"}""", 1)]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", """{"a":"\ufffd\ud83d\ude00"}""", 1)]
    [InlineData("""{"a":"cut off \u00""", """{"a":"cut off \u00""", 0)]
    [InlineData("""{"a":"ends with \""", """{"a":"ends with \""", 0)]
    [InlineData("""{"a":"no hex \u00zz \u 000"}""", """{"a":"no hex \u00zz \u 000"}""", 0)]
    public void Escapes_in_json_are_replaced_unless_their_backslash_is_escaped(string json, string expected, int replacements)
    {
        var clean = StorableText.CleanJson(json, out var replaced);

        Assert.Equal(expected, clean);
        Assert.Equal(replacements, replaced);
    }

    [Fact]
    public void Raw_characters_in_json_are_replaced_too()
    {
        Assert.Equal("{\"a\":\"\uFFFD\\u00e9\uFFFD\"}", StorableText.CleanJson("{\"a\":\"\0\\u00e9\uDE00\"}", out var replaced));
        Assert.Equal(2, replaced);
    }

    [Fact]
    public void Text_without_a_fault_is_the_same_instance()
    {
        var text = """{"a":"é \ud83d\ude00 \\u0000"}""";

        Assert.Same(text, StorableText.CleanJson(text, out _));
        Assert.Same(text, StorableText.Clean(text, out _));
    }

    [Fact]
    public void Any_text_can_be_encoded_afterwards_and_cleaning_twice_changes_nothing_more()
    {
        var pieces = Gen.OneOf("\0", "\uD83D", "\uDE00", "\\", "\\\\", "\\u0000", "\\ud83d", "\\ude00", "\\n", "u0000", "x", "é");
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        pieces
            .Array[0, 12]
            .Sample(
                parts =>
                {
                    var text = string.Concat(parts);
                    foreach (var clean in new[] { StorableText.Clean(text, out _), StorableText.CleanJson(text, out _) })
                    {
                        Assert.DoesNotContain('\0', clean);
                        strict.GetByteCount(clean); // throws on a lone surrogate
                    }

                    var once = StorableText.CleanJson(text, out _);
                    Assert.Equal(once, StorableText.CleanJson(once, out var again));
                    Assert.Equal(0, again);
                },
                iter: 3_000
            );
    }

    [Fact]
    public void Any_valid_json_string_reads_back_without_what_cannot_be_stored()
    {
        var pieces = Gen.OneOf("\\u0000", "\\ud83d", "\\ude00", "\\\\", "\\n", "\\\"", "u0000", "x", "é");

        pieces
            .Array[0, 12]
            .Sample(
                parts =>
                {
                    var clean = StorableText.CleanJson("\"" + string.Concat(parts) + "\"", out _);

                    // The framework refuses a lone surrogate here, as PostgreSQL's jsonb does.
                    Assert.DoesNotContain('\0', JsonSerializer.Deserialize<string>(clean)!);
                },
                iter: 3_000
            );
    }

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab\ud83d\ude00", 4, "ab\ud83d\ude00")]
    [InlineData("ab\ud83d\ude00", 3, "ab")]
    [InlineData("", 1, "")]
    public void A_text_is_cut_between_characters(string text, int length, string expected) =>
        Assert.Equal(expected, StorableText.Cut(text, length));
}
