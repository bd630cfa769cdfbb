using System.Text.Encodings.Web;
using System.Text.Json;

namespace GroqBatch.Web.Features.Settings;

/// <summary>JSON on several lines, for people.</summary>
internal static class ReadableJson
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        // Shown as text, which is where it is encoded.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The same document, indented; what is no JSON comes back as it is.</summary>
    public static string Of(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
