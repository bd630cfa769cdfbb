using GroqBatch.Core.Coverage;
using GroqBatch.Core.Import;
using GroqBatch.Core.Storage;
using GroqBatch.Data.PrivatePostgres;
using GroqBatch.Hosting.Telemetry;
using GroqBatch.Pipeline;
using GroqBatch.Pipeline.Webhooks;
using GroqBatch.Simulator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GroqBatch.Hosting.Settings;

/// <summary>Checks every section before anything is started, whatever the host will use of it: one start shows all mistakes.</summary>
internal static class SettingsCheck
{
    /// <summary>Said of a connection string that is none, without a word of it.</summary>
    public const string UnreadableConnection =
        "ConnectionStrings:GroqBatch can't be read; it should look like Host=db.example;Database=groqbatch;Username=groqbatch;Password=…";

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
        List<string> mistakes =
        [
            .. unreadable.Select(mistake => mistake.Value),
            .. Validate(readable),
            .. CheckScheduler(readable),
            .. CheckConnection(configuration),
        ];
        if (mistakes.Count > 0)
        {
            throw new StartupException(mistakes);
        }
    }

    private static IEnumerable<string> CheckScheduler(IConfiguration configuration)
    {
        const string Key = $"{SchedulerSettings.SectionName}:{nameof(SchedulerSettings.CheckinInterval)}";
        var (least, most) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        if (configuration.GetValue<TimeSpan?>(Key) is { } interval && (interval < least || interval > most))
        {
            yield return $"{Key} is {interval}; it must be from {least} to {most}.";
        }
    }

    private static IEnumerable<string> CheckConnection(IConfiguration configuration)
    {
        var text = configuration.GetConnectionString(DatabaseAccess.ConnectionStringName);
        if (!string.IsNullOrWhiteSpace(text) && ReadConnection(text) is null)
        {
            yield return UnreadableConnection;
        }
    }

    /// <summary>The settings in a connection string; null when it is none.</summary>
    internal static NpgsqlConnectionStringBuilder? ReadConnection(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Its own message may repeat the value, and the value may be the password.
            return null;
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
