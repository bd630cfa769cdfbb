using GroqBatch.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GroqBatch.Hosting.Telemetry;

/// <summary>OpenTelemetry, where a collector is configured; without one nothing is added and nothing is measured for nobody.</summary>
public static class TelemetryServiceCollectionExtensions
{
    /// <summary>A trigger is named for its run: as a tag, each run would be a series of its own for ever.</summary>
    private static readonly MetricStreamConfiguration OfScheduler = new()
    {
        TagKeys = ["quartz.scheduler.name", "quartz.job.group", "quartz.job.name", "quartz.job.type", "quartz.trigger.group", "error.type"],
    };

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Sends traces and metrics of the product, of HTTP both ways, of the database and of the scheduler to the collector that
    /// <see cref="TelemetryOptions"/> or the <c>OTEL_</c> variables name.
    /// </summary>
    /// <param name="services">Of the host.</param>
    /// <param name="configuration">Of the host.</param>
    /// <param name="name">What the host calls itself, such as <c>web</c>.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptionsWithValidateOnStart<TelemetryOptions>().Bind(configuration.GetSection(TelemetryOptions.SectionName));
        services.AddSingleton<IValidateOptions<TelemetryOptions>, Validator>();
        var options = configuration.GetSection(TelemetryOptions.SectionName).Get<TelemetryOptions>() ?? new TelemetryOptions();
        if (
            options.Mistakes().Any()
            || (string.IsNullOrWhiteSpace(options.OtlpEndpoint) && string.IsNullOrWhiteSpace(configuration[Endpoint]))
        )
        {
            return services;
        }

        services
            .AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource
                    .AddService(
                        "groqbatch",
                        serviceVersion: typeof(TelemetryOptions).Assembly.GetName().Version?.ToString(3),
                        serviceInstanceId: $"{name}:{Environment.MachineName}:{Environment.ProcessId}"
                    )
                    .AddEnvironmentVariableDetector()
            )
            .WithTracing(tracing =>
                tracing
                    .AddSource(TelemetryNames.Source, "Quartz")
                    .AddNpgsql()
                    .AddHttpClientInstrumentation()
                    .AddAspNetCoreInstrumentation()
                    .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces"))
            )
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(TelemetryNames.Source, "Quartz", "Npgsql")
                    .AddView(instrument => instrument.Meter.Name == "Quartz" ? OfScheduler : null)
                    .AddHttpClientInstrumentation()
                    .AddAspNetCoreInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddOtlpExporter(exporter => Configure(exporter, options, "v1/metrics"))
            );
        return services;
    }

    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        if (!string.IsNullOrWhiteSpace(options.OtlpProtocol))
        {
            exporter.Protocol = options.OtlpProtocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        }

        if (!string.IsNullOrWhiteSpace(options.OtlpEndpoint))
        {
            // An endpoint that is set here is taken as it is: over HTTP, the path of the signal is ours to add.
            var address = options.OtlpEndpoint.TrimEnd('/');
            exporter.Endpoint = new Uri(exporter.Protocol == OtlpExportProtocol.Grpc ? address : $"{address}/{path}");
        }
    }

    private sealed class Validator : IValidateOptions<TelemetryOptions>
    {
        public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
        {
            var mistakes = options.Mistakes().ToList();
            return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
        }
    }
}
