using System.Buffers;
using System.Text.Json;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Webhooks;

namespace GroqBatch.Pipeline.Webhooks;

/// <summary>What is sent: <c>{type, timestamp, data}</c>, as Standard Webhooks says. The same for every try.</summary>
internal static class WebhookBody
{
    public const string TestType = "webhook.test";

    public static byte[] Of(WebhookDelivery delivery)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", delivery.Notification?.Kind.ToWire() ?? TestType);
            json.WriteString("timestamp", (delivery.Notification?.At ?? delivery.At).UtcDateTime);
            json.WriteStartObject("data");
            if (delivery.Notification is { } notification)
            {
                Write(json, notification);
            }
            else
            {
                json.WriteString("sentence", "A test of the webhook: nothing has happened.");
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, Notification notification)
    {
        json.WriteNumber("notification", notification.Id);
        json.WriteString("provider", notification.Provider);
        json.WriteStartObject("team");
        json.WriteString("slug", notification.Team);
        json.WriteString("name", notification.TeamName);
        json.WriteEndObject();
        if (notification.RunId is { } run)
        {
            json.WriteString("run", run);
        }
        else
        {
            json.WriteNull("run");
        }

        json.WriteString("actor", notification.Actor);
        json.WriteString("sentence", notification.Sentence);
        json.WriteString("reason", notification.Reason);
        json.WritePropertyName("figures");
        JsonSerializer.Serialize(json, notification.Figures, NotificationJson.Default.NotificationFigures);
    }
}
