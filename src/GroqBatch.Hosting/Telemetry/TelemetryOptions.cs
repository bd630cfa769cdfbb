namespace GroqBatch.Hosting.Telemetry;

/// <summary>Where traces and metrics go. Section <c>Telemetry</c> of the configuration.</summary>
public sealed class TelemetryOptions
{
    public const string SectionName = "Telemetry";

    /// <summary>
    /// The OTLP endpoint of a collector, such as <c>http://collector:4317</c>; null: what <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says, and nothing is
    /// sent where that is not set either.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary><c>grpc</c> or <c>http/protobuf</c>; null: what <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> says, or <c>grpc</c>.</summary>
    public string? OtlpProtocol { get; set; }

    /// <summary>Every mistake, each by its key; empty when all is well.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (
            !string.IsNullOrWhiteSpace(OtlpEndpoint)
            && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https")
        )
        {
            yield return $"{SectionName}:{nameof(OtlpEndpoint)} is \"{OtlpEndpoint}\"; it must be an address such as http://collector:4317.";
        }

        if (!string.IsNullOrWhiteSpace(OtlpProtocol) && OtlpProtocol is not ("grpc" or "http/protobuf"))
        {
            yield return $"{SectionName}:{nameof(OtlpProtocol)} is \"{OtlpProtocol}\"; it must be grpc or http/protobuf.";
        }
    }
}
