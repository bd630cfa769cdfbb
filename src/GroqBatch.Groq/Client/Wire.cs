using System.Text.Json;
using System.Text.Json.Serialization;

namespace GroqBatch.Groq.Client;

/// <summary>
/// <c>{"id":"file_01m7e79evve8kbcf2tpy8vep2a","object":"file","bytes":966,"created_at":1794700000,"filename":"batch_input.jsonl","purpose":"batch"}</c>
/// </summary>
/// <param name="Id">Every field is optional in Groq's schema; without an id the reply is useless.</param>
internal sealed record WireFile(string? Id);

/// <summary>What <c>POST /batches</c> takes.</summary>
internal sealed record WireNewBatch(
    string InputFileId,
    string Endpoint,
    string CompletionWindow,
    IReadOnlyDictionary<string, string>? Metadata
);

/// <summary>
/// A batch as it came. Providers differ in nearly every field of it, and the ledger keeps it whole, so it stays JSON and <see cref="BatchReader"/>
/// reads it leniently.
/// </summary>
[JsonConverter(typeof(WireBatch.Converter))]
internal sealed record WireBatch(JsonElement Json)
{
    internal sealed class Converter : JsonConverter<WireBatch>
    {
        public override WireBatch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, WireBatch value, JsonSerializerOptions options) => value.Json.WriteTo(writer);
    }
}

/// <summary><c>{"object":"list","data":[…],"paging":{"next_cursor":"cursor_…"}}</c>, at OpenAI with <c>has_more</c> instead of <c>paging</c>.</summary>
internal sealed record WireBatchList(List<WireBatch>? Data, WirePaging? Paging, bool? HasMore);

internal sealed record WirePaging(string? NextCursor);

/// <summary><c>{"object":"list","data":[…]}</c></summary>
internal sealed record WireModelList(List<WireModel>? Data);

/// <summary>
/// A model; Groq adds <c>active</c>, <c>context_window</c> and <c>max_completion_tokens</c> to OpenAI's fields, later also
/// <c>context_length</c> and <c>max_output_length</c>.
/// </summary>
internal sealed record WireModel(
    string? Id,
    bool? Active,
    int? ContextWindow,
    int? ContextLength,
    int? MaxCompletionTokens,
    int? MaxOutputLength
);

/// <summary>Everything on the wire is snake case; what is null is not sent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(WireFile))]
[JsonSerializable(typeof(WireNewBatch))]
[JsonSerializable(typeof(WireBatch))]
[JsonSerializable(typeof(WireBatchList))]
[JsonSerializable(typeof(WireModelList))]
internal sealed partial class WireJson : JsonSerializerContext;
