using GroqBatch.Core.Coverage;
using GroqBatch.Core.Import;
using GroqBatch.Core.Storage;
using GroqBatch.Hosting.Telemetry;
using GroqBatch.Pipeline;
using GroqBatch.Pipeline.Webhooks;
using GroqBatch.Simulator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Hosting.Settings;

/// <summary>Checks every section before anything is started, whatever the host will use of it: one start shows all mistakes.</summary>
internal static class SettingsCheck
{
    /// <summary>Throws unless all is well.</summary>
    /// <exception cref="StartupException">With one message for each mistake, each by its key.</exception>
    public static void Run(IConfiguration configuration)
    {
        List<KeyValuePair<string, string>> unreadable =
        [
            .. UnreadableValues.Find<StorageOptions>(configuration, StorageOptions.SectionName),
            .. UnreadableValues.Find<CoverageOptions>(configuration, CoverageOptions.SectionName),
            .. UnreadableValues.Find<ImportOptions>(configuration, ImportOptions.SectionName),
            .. UnreadableValues.Find<PipelineOptions>(configuration, PipelineOptions.SectionName),
            .. UnreadableValues.Find<WebhookOptions>(configuration, WebhookOptions.SectionName),
            .. UnreadableValues.Find<SchedulerSettings>(configuration, SchedulerSettings.SectionName),
            .. UnreadableValues.Find<TelemetryOptions>(configuration, TelemetryOptions.SectionName),
            .. UnreadableValues.Find<SimulatorOptions>(configuration, SimulatorOptions.SectionName),
        ];

        // What can't be read can't be validated, and would keep the rest of its section from it.
        using var readable = new ConfigurationManager();
        readable.AddInMemoryCollection(
            configuration
                .AsEnumerable()
                .ExceptBy(unreadable.Select(mistake => mistake.Key), pair => pair.Key, StringComparer.OrdinalIgnoreCase)
        );
        List<string> mistakes = [.. unreadable.Select(mistake => mistake.Value), .. Validate(readable)];
        if (mistakes.Count > 0)
        {
            throw new StartupException(mistakes);
        }
    }

    private static List<string> Validate(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(configuration);
        Groundwork.AddRooms(services, configuration, HostParts.Ledger, connectionString: "Host=nowhere.invalid");
        services.AddTelemetry(configuration, "check");
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException wrong)
        {
            return [.. wrong.Failures];
        }
        catch (AggregateException wrong) when (wrong.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return [.. wrong.InnerExceptions.SelectMany(inner => ((OptionsValidationException)inner).Failures)];
        }
        catch (InvalidOperationException wrong)
        {
            // The binder, which names the key.
            return [wrong.Message];
        }
    }

    /// <summary>What section <c>Quartz</c> may hold.</summary>
    private sealed class SchedulerSettings
    {
        public const string SectionName = "Quartz";

        public TimeSpan CheckinInterval { get; set; }
    }
}
