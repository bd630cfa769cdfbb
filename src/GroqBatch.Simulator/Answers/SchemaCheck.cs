using System.Text.Json;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// What Groq asks of a schema in strict mode: only the keywords listed here, every property in <c>required</c>, and
/// <c>additionalProperties: false</c> on every object.
/// </summary>
internal sealed class SchemaCheck
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "enum",
        "items",
        "description",
        "anyOf",
        "$defs",
        "$ref",
    };

    private byte[] _last = [];
    private string? _lastMistake;

    /// <summary>The first mistake in the schema; null when there is none. A file repeats one schema on every line, so the last answer is kept.</summary>
    public string? MistakeIn(byte[] schema)
    {
        if (schema.AsSpan().SequenceEqual(_last))
        {
            return _lastMistake;
        }

        _last = schema;
        using var document = JsonDocument.Parse(schema);
        _lastMistake = Mistake(document.RootElement, "");
        return _lastMistake;
    }

    private static string? Mistake(JsonElement schema, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return $"invalid JSON schema for response_format: '{path}': a schema must be an object";
        }

        foreach (var property in schema.EnumerateObject())
        {
            if (!Keywords.Contains(property.Name))
            {
                return $"invalid JSON schema for response_format: '{path}': keyword '{property.Name}' is not supported";
            }
        }

        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
        {
            if (!schema.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind != JsonValueKind.False)
            {
                return $"invalid JSON schema for response_format: '{path}': `additionalProperties:false` must be set on every object";
            }

            var required =
                schema.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array
                    ? list.EnumerateArray().Select(name => name.GetString()).ToHashSet(StringComparer.Ordinal)
                    : [];
            foreach (var property in properties.EnumerateObject())
            {
                if (!required.Contains(property.Name))
                {
                    return $"invalid JSON schema for response_format: '{path}': `required` is required to be supplied and to be an array including every key in properties; '{property.Name}' is missing";
                }

                if (Mistake(property.Value, $"{path}/properties/{property.Name}") is { } mistake)
                {
                    return mistake;
                }
            }
        }
        else if (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8))
        {
            return $"invalid JSON schema for response_format: '{path}': an object must have properties";
        }

        if (schema.TryGetProperty("items", out var items) && Mistake(items, path + "/items") is { } inItems)
        {
            return inItems;
        }

        if (schema.TryGetProperty("anyOf", out var any) && any.ValueKind == JsonValueKind.Array)
        {
            foreach (var option in any.EnumerateArray())
            {
                if (Mistake(option, path + "/anyOf") is { } inAny)
                {
                    return inAny;
                }
            }
        }

        if (schema.TryGetProperty("$defs", out var definitions) && definitions.ValueKind == JsonValueKind.Object)
        {
            foreach (var definition in definitions.EnumerateObject())
            {
                if (Mistake(definition.Value, $"{path}/$defs/{definition.Name}") is { } inDefinition)
                {
                    return inDefinition;
                }
            }
        }

        return null;
    }
}
