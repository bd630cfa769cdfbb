using System.Text.Json;
using GroqBatch.Simulator.Http;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Simulator.Models;

/// <summary>The models that the key has; retired ones are not among them.</summary>
internal sealed class ModelEndpoints(SimulatorOptions options)
{
    // Any date in the past does; Groq's own differ from model to model.
    private const long Created = 1_754_407_957;

    public Task ListAsync(HttpContext context) =>
        JsonReply.WriteAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("object"u8, "list"u8);
                json.WriteStartArray("data"u8);
                foreach (var model in options.EffectiveModels().Where(model => !model.IsRetired))
                {
                    Write(json, model);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }
        );

    public Task GetAsync(HttpContext context, string id)
    {
        var model =
            options.EffectiveModels().FirstOrDefault(model => string.Equals(model.Id, id, StringComparison.Ordinal) && !model.IsRetired)
            ?? throw new ApiError(404, $"The model `{id}` does not exist or you do not have access to it.", "model_not_found");
        return JsonReply.WriteAsync(context, json => Write(json, model));
    }

    private static void Write(Utf8JsonWriter json, SimulatedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, model.Id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, Created);
        json.WriteString("owned_by"u8, model.OwnedBy ?? "Simulated");
        json.WriteBoolean("active"u8, true);
        json.WriteNumber("context_window"u8, model.Context);
        json.WriteNull("public_apps"u8);
        json.WriteNumber("max_completion_tokens"u8, model.MaxOutput);
        json.WriteEndObject();
    }
}
