using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Simulator.Http;

/// <summary>A refusal in Groq's form: <c>{"error":{"message":..,"type":..,"code":..,"param":..}}</c>.</summary>
internal sealed class ApiError(int status, string message, string? code = null, string? param = null, string type = "invalid_request_error")
    : Exception(message)
{
    public int Status => status;

    public static ApiError InvalidKey() => new(401, "Invalid API Key", "invalid_api_key");

    public static ApiError PlanGate() =>
        new(403, "The Batch API is not available for your plan. Please upgrade to the Developer plan.", "not_available_for_plan");

    public static ApiError NotFound(string what, string id) => new(404, $"No such {what}: {id}", "not_found");

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, type);
        if (code is not null)
        {
            json.WriteString("code"u8, code);
        }

        if (param is not null)
        {
            json.WriteString("param"u8, param);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }
}
