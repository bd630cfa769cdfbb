using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GroqBatch.Core.Summaries;

/// <summary>Writes the document as JSON, snake_case, properties in their order: the form that is stored and exported.</summary>
public static class SummaryJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the document as one value.</summary>
    public static void Write(Utf8JsonWriter writer, SummaryDocument document) => WriteValue(writer, SummaryShape.Document, document);

    /// <summary>The document as UTF-8, on one line, without a line feed.</summary>
    public static byte[] ToUtf8(SummaryDocument document)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(writer, document);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The document as text, on one line.</summary>
    public static string ToText(SummaryDocument document) => Encoding.UTF8.GetString(ToUtf8(document));

    private static void WriteValue(Utf8JsonWriter writer, SummaryShape shape, object value)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Object:
                writer.WriteStartObject();
                foreach (var property in shape.Properties)
                {
                    writer.WritePropertyName(property.JsonName);
                    WriteValue(writer, property.Shape, property.Get(value));
                }

                writer.WriteEndObject();
                break;
            case ShapeKind.List:
                writer.WriteStartArray();
                foreach (var item in (IEnumerable)value)
                {
                    WriteValue(writer, shape.Item!, item!);
                }

                writer.WriteEndArray();
                break;
            case ShapeKind.Text:
                writer.WriteStringValue((string)value);
                break;
            case ShapeKind.Choice:
                writer.WriteStringValue(shape.Choices.First(choice => choice.Value.Equals(value)).JsonWord);
                break;
            case ShapeKind.Number:
                writer.WriteNumberValue((double)value);
                break;
            case ShapeKind.Boolean:
                writer.WriteBooleanValue((bool)value);
                break;
            default:
                throw new InvalidOperationException($"Unknown shape {shape.Kind}.");
        }
    }
}
