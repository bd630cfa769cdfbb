using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GroqBatch.Core.Summaries;

/// <summary>
/// The two forms in which a model is told what to answer, both derived from <see cref="SummaryDocument"/>: a JSON Schema for models that are
/// held to one, a description in words for the others.
/// </summary>
public static class SummarySchema
{
    /// <summary>Its name in a request; Groq allows at most 64 of <c>[A-Za-z0-9_-]</c>.</summary>
    public const string Name = "pull_request_summary";

    /// <summary>
    /// The JSON Schema, UTF-8, on one line. It uses only <c>type</c>, <c>properties</c>, <c>required</c>, <c>additionalProperties</c>,
    /// <c>enum</c>, <c>items</c> and <c>description</c>: all that strict mode is sure to take. Lengths stand in descriptions.
    /// </summary>
    public static ReadOnlyMemory<byte> Utf8 { get; } = WriteSchema();

    /// <summary>The same as <see cref="Utf8"/>, as text.</summary>
    public static string Text { get; } = Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>
    /// The document in words, for models that only know JSON mode: one line for each section, as JSON with types and allowed words in the
    /// place of values, and what each property means.
    /// </summary>
    public static string Description { get; } = WriteDescription();

    private static byte[] WriteSchema()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            WriteSchema(writer, SummaryShape.Document, withDescription: true);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteSchema(Utf8JsonWriter writer, SummaryShape shape, bool withDescription)
    {
        writer.WriteStartObject();
        writer.WriteString(
            "type"u8,
            shape.Kind switch
            {
                ShapeKind.Object => "object",
                ShapeKind.List => "array",
                ShapeKind.Number => "number",
                ShapeKind.Boolean => "boolean",
                _ => "string",
            }
        );
        if (withDescription && shape.Field is { Description.Length: > 0 } field)
        {
            writer.WriteString("description"u8, field.Description);
        }

        if (shape.Kind == ShapeKind.Choice)
        {
            WriteNames(writer, "enum"u8, shape.Choices.Select(choice => choice.JsonWord));
        }

        if (shape.Item is { } item)
        {
            writer.WritePropertyName("items"u8);
            WriteSchema(writer, item, withDescription: false);
        }

        if (shape.Kind == ShapeKind.Object)
        {
            writer.WriteStartObject("properties"u8);
            foreach (var property in shape.Properties)
            {
                writer.WritePropertyName(property.JsonName);
                WriteSchema(writer, property.Shape, withDescription: true);
            }

            writer.WriteEndObject();
            WriteNames(writer, "required"u8, shape.Properties.Select(property => property.JsonName));
            writer.WriteBoolean("additionalProperties"u8, value: false);
        }

        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, ReadOnlySpan<byte> key, IEnumerable<JsonEncodedText> names)
    {
        writer.WriteStartArray(key);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static string WriteDescription()
    {
        var text = new StringBuilder();
        AppendForm(text, SummaryShape.Document, depth: 0);
        foreach (var leaf in SummaryShape.Document.Properties.SelectMany(section => section.Shape.Properties))
        {
            if (leaf.Shape.Field!.Description.Length > 0)
            {
                text.Append('\n').Append(leaf.Shape.Path).Append(": ").Append(leaf.Shape.Field.Description);
            }
        }

        return text.ToString();
    }

    private static void AppendForm(StringBuilder text, SummaryShape shape, int depth)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Object:
                text.Append('{');
                for (var i = 0; i < shape.Properties.Count; i++)
                {
                    var property = shape.Properties[i];
                    text.Append(
                            i == 0 ? ""
                            : depth == 0 ? ",\n"
                            : ","
                        )
                        .Append('"')
                        .Append(property.Name)
                        .Append("\":");
                    AppendForm(text, property.Shape, depth + 1);
                }

                text.Append('}');
                break;
            case ShapeKind.List:
                text.Append('[');
                AppendForm(text, shape.Item!, depth + 1);
                text.Append(",…]");
                break;
            case ShapeKind.Choice:
                text.AppendJoin('|', shape.Choices.Select(choice => $"\"{choice.Word}\""));
                break;
            case ShapeKind.Boolean:
                text.Append("true|false");
                break;
            case ShapeKind.Number:
                text.Append("number");
                break;
            default:
                text.Append("string");
                break;
        }
    }
}
