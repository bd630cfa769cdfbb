using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Summaries;

/// <summary>
/// Reads what a model answered. Strict: every property is required and no other allowed, none twice, words exact, numbers in range, nothing
/// around the JSON but white space or one Markdown code fence (models put one there; the document inside is whole all the same). Over-long
/// texts are cut at a word and marked, texts are trimmed, blank and repeated items of a list dropped, U+0000 and lone surrogates become U+FFFD.
/// </summary>
public static class SummaryReader
{
    private const int QuotedLength = 40;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    /// <summary>Reads an answer. Never throws.</summary>
    public static SummaryReading Read(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return SummaryReading.Invalid(FailureCode.InvalidJson, "the answer is empty");
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(json, buffer);
            return Read(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads an answer in UTF-8. Never throws.</summary>
    public static SummaryReading Read(ReadOnlySpan<byte> utf8)
    {
        var json = WithoutFence(utf8);
        if (json.IsEmpty)
        {
            return SummaryReading.Invalid(FailureCode.InvalidJson, "the answer is empty");
        }

        var reader = new Utf8JsonReader(json, Options);
        try
        {
            reader.Read();
            string? violation = null;
            var value = ReadValue(ref reader, SummaryShape.Document, ref violation, index: -1);

            // Also after a violation: text that is no JSON to its end is invalid JSON, whatever its beginning says.
            while (reader.Read()) { }

            var document = (SummaryDocument?)value;
            violation ??= document!.FindContradiction();
            return violation is null ? SummaryReading.Valid(document!) : SummaryReading.Invalid(FailureCode.SchemaViolation, violation);
        }
        catch (JsonException)
        {
            // Its message quotes the text.
            return SummaryReading.Invalid(FailureCode.InvalidJson, WhereJsonEnds(json, reader.BytesConsumed));
        }
    }

    private static string WhereJsonEnds(ReadOnlySpan<byte> json, long consumed)
    {
        if (json[0] is not ((byte)'{' or (byte)'['))
        {
            return "the answer is text, not JSON";
        }

        return consumed == 0
            ? "the answer is no JSON from its first byte on"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the answer is no JSON, or no more of it, after {consumed} of {json.Length} bytes"
            );
    }

    private static ReadOnlySpan<byte> WithoutFence(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        text = text.Trim(" \t\r\n"u8);
        if (text.Length < 6 || !text.StartsWith("```"u8) || !text.EndsWith("```"u8))
        {
            return text;
        }

        text = text[3..^3];
        if (text.Length >= 4 && Ascii.EqualsIgnoreCase(text[..4], "json"u8))
        {
            text = text[4..];
        }

        return text.Trim(" \t\r\n"u8);
    }

    /// <summary>The value at the reader, which stands on its first token and is left on its last; null once there is a violation.</summary>
    private static object? ReadValue(ref Utf8JsonReader reader, SummaryShape shape, ref string? violation, int index)
    {
        switch (shape.Kind, reader.TokenType)
        {
            case (ShapeKind.Object, JsonTokenType.StartObject):
                return ReadObject(ref reader, shape, ref violation);
            case (ShapeKind.List, JsonTokenType.StartArray):
                return ReadList(ref reader, shape, ref violation);
            case (ShapeKind.Text, JsonTokenType.String):
                return ReadText(ref reader, shape, ref violation, isItem: index >= 0);
            case (ShapeKind.Choice, JsonTokenType.String):
                foreach (var choice in shape.Choices)
                {
                    // Compared as written where nothing is escaped: ValueTextEquals throws on lone surrogates.
                    if (
                        reader.ValueIsEscaped
                            ? string.Equals(JsonText.Unescape(reader.ValueSpan), choice.Word, StringComparison.Ordinal)
                            : reader.ValueSpan.SequenceEqual(choice.Utf8Word)
                    )
                    {
                        return choice.Value;
                    }
                }

                violation =
                    $"{At(shape, index)}: {Quote(ref reader)} is none of {string.Join(", ", shape.Choices.Select(choice => choice.Word))}";
                return null;
            case (ShapeKind.Boolean, JsonTokenType.True or JsonTokenType.False):
                return reader.TokenType == JsonTokenType.True;
            case (ShapeKind.Number, JsonTokenType.Number):
                if (reader.TryGetDouble(out var number) && number >= shape.Field!.Minimum && number <= shape.Field.Maximum)
                {
                    return number;
                }

                violation = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{At(shape, index)}: {Quote(ref reader)} is not from {shape.Field!.Minimum} to {shape.Field.Maximum}"
                );
                return null;
            default:
                violation = $"{At(shape, index)}: {Word(reader.TokenType)} instead of {Word(shape.Kind)}";
                reader.Skip();
                return null;
        }
    }

    private static object? ReadObject(ref Utf8JsonReader reader, SummaryShape shape, ref string? violation)
    {
        var values = new object?[shape.Properties.Count];
        var expected = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var found = Find(ref reader, shape, expected);
            if (found < 0 || values[found] is not null)
            {
                violation ??=
                    found < 0
                        ? $"{Join(shape.Path, Quote(ref reader))}: not part of the document"
                        : $"{shape.Properties[found].Shape.Path}: given twice";
                reader.Read();
                reader.Skip();
                continue;
            }

            reader.Read();
            string? own = null;
            values[found] = ReadValue(ref reader, shape.Properties[found].Shape, ref own, index: -1) ?? Missing;
            violation ??= own;
            expected = found + 1;
        }

        if (violation is null && Array.IndexOf(values, null) is var missing and >= 0)
        {
            violation = $"{shape.Properties[missing].Shape.Path}: missing";
        }

        return violation is null ? shape.Create(values) : null;
    }

    /// <summary>Holds the place of a property that was there but wrong, so that a repetition is still seen.</summary>
    private static readonly object Missing = new();

    /// <summary>Which property the reader stands on, or -1. Models keep the schema's order, so the expected one is tried first.</summary>
    private static int Find(ref Utf8JsonReader reader, SummaryShape shape, int expected)
    {
        var count = shape.Properties.Count;
        if (reader.ValueIsEscaped)
        {
            var name = JsonText.Unescape(reader.ValueSpan);
            for (var i = 0; i < count; i++)
            {
                if (string.Equals(shape.Properties[i].Name, name, StringComparison.Ordinal))
                {
                    return i;
                }
            }

            return -1;
        }

        for (var i = 0; i < count; i++)
        {
            var candidate = (expected + i) % count;
            if (reader.ValueSpan.SequenceEqual(shape.Properties[candidate].Utf8Name))
            {
                return candidate;
            }
        }

        return -1;
    }

    private static object? ReadList(ref Utf8JsonReader reader, SummaryShape shape, ref string? violation)
    {
        var item = shape.Item!;
        List<object>? items = null;
        var index = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string? own = null;
            var value = ReadValue(ref reader, item, ref own, index);
            violation ??= own;
            if (value is not null && (value is not string text || text.Length > 0) && items?.Exists(other => Same(other, value)) != true)
            {
                (items ??= []).Add(value);
            }

            if (++index > SummaryShape.MaxItems)
            {
                violation ??= $"{shape.Path}: more than {SummaryShape.MaxItems} items";
                items = null;
            }
        }

        if (violation is not null)
        {
            return null;
        }

        if (item.Kind == ShapeKind.Text)
        {
            return items is null ? Array.Empty<string>() : items.ConvertAll(value => (string)value).ToArray();
        }

        var list = Array.CreateInstance(item.Type, items?.Count ?? 0);
        for (var i = 0; i < list.Length; i++)
        {
            list.SetValue(items![i], i);
        }

        return list;
    }

    private static bool Same(object one, object other) =>
        one is string text && other is string otherText
            ? string.Equals(text, otherText, StringComparison.OrdinalIgnoreCase)
            : one.Equals(other);

    private static string? ReadText(ref Utf8JsonReader reader, SummaryShape shape, ref string? violation, bool isItem)
    {
        var text = TextOf(ref reader);
        if (shape.Field!.IsLine || isItem)
        {
            text = text.ReplaceLineEndings(" ");
        }

        text = text.Trim();
        if (text.Length == 0 && !isItem)
        {
            violation = $"{shape.Path}: empty";
            return null;
        }

        return shape.Field.MaxLength > 0 ? TextCut.AtWord(text, shape.Field.MaxLength) : text;
    }

    private static string TextOf(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? JsonText.Unescape(reader.ValueSpan) : Encoding.UTF8.GetString(reader.ValueSpan);

    private static string At(SummaryShape shape, int index) =>
        index < 0
            ? (shape.Path.Length == 0 ? "the document" : shape.Path)
            : string.Create(CultureInfo.InvariantCulture, $"{shape.Path}[{index}]");

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Quote(ref Utf8JsonReader reader)
    {
        var text = TextCut.AtWord(TextOf(ref reader).ReplaceLineEndings(" "), QuotedLength);
        return reader.TokenType switch
        {
            JsonTokenType.String => $"\"{text}\"",
            _ => text,
        };
    }

    private static string Word(JsonTokenType type) =>
        type switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "a list",
            JsonTokenType.String => "a text",
            JsonTokenType.Number => "a number",
            JsonTokenType.True or JsonTokenType.False => "true or false",
            _ => "null",
        };

    private static string Word(ShapeKind kind) =>
        kind switch
        {
            ShapeKind.Object => "an object",
            ShapeKind.List => "a list",
            ShapeKind.Text or ShapeKind.Choice => "a text",
            ShapeKind.Number => "a number",
            _ => "true or false",
        };
}
