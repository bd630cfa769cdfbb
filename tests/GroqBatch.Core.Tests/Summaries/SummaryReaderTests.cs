using System.Text;
using CsCheck;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.Tests.Summaries;

public sealed class SummaryReaderTests
{
    private const string Valid = """
        {"ai":{"is_assisted":true,"tools":["Claude Code"],"usage_type":"assisted","confidence":0.9},"tech":{"languages":["C#","SQL"],"frameworks":["Blazor"],"categories":["backend","data"]},"summary":{"title":"Keep batches after a restart","description":"Stores the batch id before polling, so that a restart finds it.","type":"bugfix"},"health":{"review_friction":"low","scope":"small","risk_level":"medium","insights":["No test covers the lost reply."]}}
        """;

    [Fact]
    public void Reads_every_property_of_a_valid_document()
    {
        var document = SummaryReader.Read(Valid).Document;

        Assert.NotNull(document);
        Assert.True(document.Ai.IsAssisted);
        Assert.Equal(["Claude Code"], document.Ai.Tools);
        Assert.Equal(AiUsageType.Assisted, document.Ai.UsageType);
        Assert.Equal(0.9, document.Ai.Confidence);
        Assert.Equal(["C#", "SQL"], document.Tech.Languages);
        Assert.Equal(["Blazor"], document.Tech.Frameworks);
        Assert.Equal([TechnologyCategory.Backend, TechnologyCategory.Data], document.Tech.Categories);
        Assert.Equal("Keep batches after a restart", document.Summary.Title);
        Assert.Equal("Stores the batch id before polling, so that a restart finds it.", document.Summary.Description);
        Assert.Equal(ChangeType.Bugfix, document.Summary.Type);
        Assert.Equal(Level.Low, document.Health.ReviewFriction);
        Assert.Equal(ChangeScope.Small, document.Health.Scope);
        Assert.Equal(Level.Medium, document.Health.RiskLevel);
        Assert.Equal(["No test covers the lost reply."], document.Health.Insights);
    }

    [Fact]
    public void Writes_back_exactly_what_it_read()
    {
        var document = SummaryReader.Read(Valid).Document!;

        Assert.Equal(Valid.Trim(), SummaryJson.ToText(document));
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("\uFEFF\r\n {0} \t\n")]
    [InlineData("```json\n{0}\n```")]
    [InlineData("```JSON\r\n{0}\r\n```\n")]
    [InlineData("\n```\n{0}```")]
    public void Accepts_white_space_and_one_code_fence_around_the_document(string around)
    {
        Assert.True(SummaryReader.Read(around.Replace("{0}", Valid.Trim())).IsValid);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("```json\n```")]
    [InlineData("I can't summarise this pull request.")]
    [InlineData("Here it is: {0}")]
    [InlineData("{0} Hope that helps!")]
    [InlineData("{0}{0}")]
    [InlineData("```json\n{0}\n```\nDone.")]
    [InlineData("{0},")]
    [InlineData("// a comment\n{0}")]
    [InlineData("{")]
    [InlineData("[")]
    public void Text_that_is_not_one_whole_JSON_value_is_invalid_json(string text)
    {
        var reading = SummaryReader.Read(text.Replace("{0}", Valid.Trim()));

        Assert.Equal(FailureCode.InvalidJson, reading.Code);
        Assert.False(string.IsNullOrEmpty(reading.Message));
    }

    [Fact]
    public void A_document_cut_short_anywhere_is_invalid_json()
    {
        var whole = Encoding.UTF8.GetBytes(Valid.Trim());

        Assert.All(
            Enumerable.Range(0, whole.Length),
            length => Assert.Equal(FailureCode.InvalidJson, SummaryReader.Read(whole.AsSpan(0, length)).Code)
        );
    }

    [Fact]
    public void A_violation_before_broken_syntax_is_still_invalid_json()
    {
        Assert.Equal(FailureCode.InvalidJson, SummaryReader.Read("""{"ai":1,"tech":{""").Code);
    }

    [Theory]
    [InlineData("[]", "the document: a list instead of an object")]
    [InlineData("null", "the document: null instead of an object")]
    [InlineData("42", "the document: a number instead of an object")]
    [InlineData("{}", "ai: missing")]
    [InlineData("""{"ai":null}""", "ai: null instead of an object")]
    public void JSON_of_another_shape_is_a_schema_violation(string text, string message)
    {
        var reading = SummaryReader.Read(text);

        Assert.Equal(FailureCode.SchemaViolation, reading.Code);
        Assert.Equal(message, reading.Message);
    }

    [Theory]
    [InlineData("\"is_assisted\":true", "\"is_assisted\":\"true\"", "ai.is_assisted: a text instead of true or false")]
    [InlineData("\"is_assisted\":true,", "", "ai.is_assisted: missing")]
    [InlineData("\"is_assisted\":true", "\"is_assisted\":true,\"is_assisted\":true", "ai.is_assisted: given twice")]
    [InlineData("\"is_assisted\":true", "\"is_assisted\":true,\"is_\\u0061ssisted\":true", "ai.is_assisted: given twice")]
    [InlineData("\"is_assisted\":true", "\"Is_Assisted\":true", "ai.Is_Assisted: not part of the document")]
    [InlineData("\"is_assisted\":true", "\"is_assisted\":true,\"note\":{\"a\":[1,2]}", "ai.note: not part of the document")]
    [InlineData("{\"ai\"", "{\"x\":[{}],\"ai\"", "x: not part of the document")]
    [InlineData("\"scope\":\"small\"", "\"scope\":\"huge\"", "health.scope: \"huge\" is none of small, medium, large, xlarge")]
    [InlineData("\"scope\":\"small\"", "\"scope\":\"Small\"", "health.scope: \"Small\" is none of small, medium, large, xlarge")]
    [InlineData("\"scope\":\"small\"", "\"scope\":1", "health.scope: a number instead of a text")]
    [InlineData(
        "\"backend\",\"data\"",
        "\"backend\",\"infra\"",
        "tech.categories[1]: \"infra\" is none of backend, frontend, devops, mobile, data"
    )]
    [InlineData("[\"C#\",\"SQL\"]", "[\"C#\",null]", "tech.languages[1]: null instead of a text")]
    [InlineData("[\"C#\",\"SQL\"]", "\"C#\"", "tech.languages: a text instead of a list")]
    [InlineData("\"confidence\":0.9", "\"confidence\":1.1", "ai.confidence: 1.1 is not from 0 to 1")]
    [InlineData("\"confidence\":0.9", "\"confidence\":-1", "ai.confidence: -1 is not from 0 to 1")]
    [InlineData("\"confidence\":0.9", "\"confidence\":1e999", "ai.confidence: 1e999 is not from 0 to 1")]
    [InlineData("\"title\":\"Keep batches after a restart\"", "\"title\":\" \\n\"", "summary.title: empty")]
    [InlineData(
        "\"description\":\"Stores the batch id before polling, so that a restart finds it.\"",
        "\"description\":\"\"",
        "summary.description: empty"
    )]
    [InlineData("\"is_assisted\":true", "\"is_assisted\":false", "ai.tools: tools are named although ai.is_assisted is false")]
    [InlineData("true,\"tools\":[\"Claude Code\"]", "false,\"tools\":[]", "ai.usage_type: must be none when ai.is_assisted is false")]
    [InlineData("\"usage_type\":\"assisted\"", "\"usage_type\":\"none\"", "ai.usage_type: must not be none when ai.is_assisted is true")]
    public void Names_the_path_of_a_violation(string valid, string changed, string message)
    {
        Assert.Contains(valid, Valid);

        var reading = SummaryReader.Read(Valid.Replace(valid, changed));

        Assert.Null(reading.Document);
        Assert.Equal(FailureCode.SchemaViolation, reading.Code);
        Assert.Equal(message, reading.Message);
    }

    [Fact]
    public void Quotes_at_most_forty_characters_of_the_answer()
    {
        var reading = SummaryReader.Read(Valid.Replace("\"scope\":\"small\"", $"\"scope\":\"{new string('x', 5000)}\""));

        Assert.StartsWith("health.scope: \"xxx", reading.Message);
        Assert.True(reading.Message!.Length < 120);
    }

    [Fact]
    public void Order_of_properties_is_free()
    {
        var reading = SummaryReader.Read(
            """
            {"health":{"insights":[],"risk_level":"low","scope":"small","review_friction":"low"},"summary":{"type":"docs","description":"d","title":"t"},
             "tech":{"categories":[],"frameworks":[],"languages":[]},"ai":{"confidence":1,"usage_type":"none","tools":[],"is_assisted":false}}
            """
        );

        Assert.Equal(ChangeType.Docs, reading.Document?.Summary.Type);
    }

    [Fact]
    public void A_long_title_is_cut_at_a_word_and_marked()
    {
        var title = string.Join(' ', Enumerable.Repeat("seven77", 20));

        var document = SummaryReader.Read(Valid.Replace("Keep batches after a restart", title)).Document!;

        Assert.Equal(string.Join(' ', Enumerable.Repeat("seven77", 12)) + "…", document.Summary.Title);
    }

    [Fact]
    public void A_long_description_is_cut_at_500()
    {
        var document = SummaryReader.Read(Valid.Replace("Stores the", new string('a', 496) + " b c d")).Document!;

        Assert.Equal(new string('a', 496) + " b…", document.Summary.Description);
    }

    [Fact]
    public void Nul_and_lone_surrogates_become_replacement_characters()
    {
        var document = SummaryReader
            .Read(Valid.Replace("Keep batches", @"Keep\u0000 \ud800 \udc00\ud83d\ude00 \"" \\u0000 \/ batches"))
            .Document!;

        Assert.Equal("Keep\uFFFD \uFFFD \uFFFD😀 \" \\u0000 / batches after a restart", document.Summary.Title);
    }

    [Fact]
    public void Lone_surrogates_and_broken_bytes_in_the_text_itself_become_replacement_characters()
    {
        var fromText = SummaryReader.Read(Valid.Replace("Keep batches", "Keep \ud800batches")).Document!;
        byte[] broken = [.. Encoding.UTF8.GetBytes(Valid.Trim())];
        broken[Encoding.UTF8.GetString(broken).IndexOf("batches", StringComparison.Ordinal)] = 0xFF;
        var fromBytes = SummaryReader.Read(broken).Document!;

        Assert.Equal("Keep \uFFFDbatches after a restart", fromText.Summary.Title);
        Assert.Equal("Keep \uFFFDatches after a restart", fromBytes.Summary.Title);
    }

    [Fact]
    public void Blank_and_repeated_items_are_dropped_and_line_breaks_in_a_title_become_blanks()
    {
        var document = SummaryReader
            .Read(Valid.Replace("[\"Claude Code\"]", "[\" Claude Code\",\"\",\"claude code\"]").Replace("Keep batches", "Keep\\nbatches"))
            .Document!;

        Assert.Equal(["Claude Code"], document.Ai.Tools);
        Assert.Equal("Keep batches after a restart", document.Summary.Title);
    }

    [Fact]
    public void A_list_that_never_ends_is_a_violation()
    {
        var insights = string.Join(',', Enumerable.Range(0, 60).Select(i => $"\"insight {i}\""));

        var reading = SummaryReader.Read(Valid.Replace("\"No test covers the lost reply.\"", insights));

        Assert.Equal("health.insights: more than 50 items", reading.Message);
    }

    [Fact]
    public void Never_throws_whatever_comes()
    {
        // Pieces of valid documents and of hostile text in any order reach far deeper than random characters do.
        string[] pieces =
        [
            .. Valid.Trim().Split('"', StringSplitOptions.RemoveEmptyEntries).Distinct(),
            "\"",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\\ud800",
            "\\u0000",
            "\\",
            "\ud83d",
            "\0",
            "```",
            "null",
            "1e400",
            "😀",
        ];
        Gen.OneOf(pieces)
            .Array[0, 40]
            .Sample(
                parts =>
                {
                    var text = string.Concat(parts);
                    var reading = SummaryReader.Read(text);
                    var replaced = SummaryReader.Read(Valid.Replace("small", text));
                    return reading.IsValid == (reading.Code is null) && replaced.IsValid == (replaced.Message is null);
                },
                iter: 3000
            );
    }

    [Fact]
    public void Never_throws_on_any_bytes_put_into_a_document()
    {
        var whole = Encoding.UTF8.GetBytes(Valid.Trim());
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte.Array[1, 6])
            .Sample(
                (at, bytes) =>
                {
                    byte[] text = [.. whole.AsSpan(0, at), .. bytes, .. whole.AsSpan(at)];
                    var reading = SummaryReader.Read(text);
                    if (reading.IsValid)
                    {
                        Assert.True(SummaryReader.Read(SummaryJson.ToUtf8(reading.Document)).IsValid);
                    }
                },
                iter: 3000
            );
    }
}
