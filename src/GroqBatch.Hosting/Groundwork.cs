using GroqBatch.Core.Import;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Storage;
using GroqBatch.Data;
using GroqBatch.Data.Installation;
using GroqBatch.Data.PrivatePostgres;
using GroqBatch.Data.Storage;
using GroqBatch.Groq;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting.Settings;
using GroqBatch.Hosting.Telemetry;
using GroqBatch.Pipeline;
using GroqBatch.Simulator;
using GroqBatch.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace GroqBatch.Hosting;

/// <summary>
/// What stands before a host is built and after it has ended: settings that were checked, a database that answers, and a simulator where no
/// provider is paid. Web and command line start on it, so that there is one way to start.
/// </summary>
/// <example>
/// <code>
/// await using var groundwork = await Groundwork.LayAsync(configuration, HostParts.Pipeline, "web", loggerFactory, cancellationToken);
/// groundwork.AddTo(builder.Services, builder.Configuration);
/// await using var app = builder.Build();
/// await groundwork.PrepareAsync(app.Services, cancellationToken);
/// await app.RunAsync();
/// </code>
/// </example>
public sealed class Groundwork : IAsyncDisposable
{
    private readonly HostParts _parts;
    private readonly DatabaseAccess _database;
    private readonly string _connectionString;
    private readonly string _name;
    private readonly SimulatorServer? _simulator;

    private Groundwork(
        HostParts parts,
        string name,
        DatabaseAccess database,
        string connectionString,
        SimulatorServer? simulator,
        bool isSimulated
    )
    {
        _parts = parts;
        _name = name;
        _database = database;
        _connectionString = connectionString;
        _simulator = simulator;
        IsSimulated = isSimulated;
    }

    /// <summary>Whether a simulator answers: nothing is spent, and its summaries are kept apart from real ones.</summary>
    public bool IsSimulated { get; }

    /// <summary>Whether the database is the installation's own.</summary>
    public bool IsDatabasePrivate => _database.IsPrivate;

    /// <summary>Checks the settings and starts what is missing.</summary>
    /// <param name="configuration">Of the host; read now.</param>
    /// <param name="parts">What the host is for.</param>
    /// <param name="name">What the host calls itself towards the database, such as <c>web</c>.</param>
    /// <param name="loggerFactory">Where to tell about the private database; null: nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartupException">It can't be had; says why.</exception>
    public static async Task<Groundwork> LayAsync(
        IConfiguration configuration,
        HostParts parts,
        string name,
        ILoggerFactory? loggerFactory,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(configuration);
        SettingsCheck.Run(configuration);
        var database = await OpenDatabaseAsync(configuration, loggerFactory, cancellationToken);
        try
        {
            var connectionString = Describe(database.ConnectionString, InstanceName.Create(name, parts == HostParts.Pipeline));
            if (!database.IsPrivate)
            {
                await ConnectAsync(connectionString, cancellationToken);
            }

            var simulator = parts >= HostParts.Provider ? await StartSimulatorAsync(configuration, cancellationToken) : null;
            return new Groundwork(
                parts,
                name,
                database,
                connectionString,
                simulator,
                GroqEndpoint.ResolveMode(configuration) == ProviderMode.Simulator
            );
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds every room that the host's parts need.</summary>
    public void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        AddRooms(services, configuration, _parts, _connectionString);
        services.AddTelemetry(configuration, _name);
    }

    /// <summary>Brings the database to this version and says where the simulator listens. After the host is built, before it is started.</summary>
    /// <exception cref="StartupException">The database refuses.</exception>
    public async Task PrepareAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        var endpoint = services.GetRequiredService<GroqEndpoint>();
        if (_simulator is not null)
        {
            endpoint.UseSimulator(new Uri(_simulator.BaseUrl));
        }

        var initialiser = services.GetRequiredService<DatabaseInitialiser>();
        try
        {
            await initialiser.MigrateAsync(cancellationToken);
            await initialiser.PrepareProviderAsync(endpoint.ProviderName, PromptVersion.Current.Major, cancellationToken);
        }
        catch (NpgsqlException refused)
        {
            throw new StartupException($"The database can't be brought to this version: {Explain(refused)}", refused);
        }
    }

    /// <summary>The simulator first, for nobody calls it any more; then the database, which is stopped when this is the last to use it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    internal static void AddRooms(IServiceCollection services, IConfiguration configuration, HostParts parts, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCoverageSettings(configuration);
        services.AddStorage(configuration);
        services.AddData(connectionString);
        services.AddGroq(configuration);
        services.TryAddSingleton(provider => new PromptBuilder(provider.GetRequiredService<ITokenCounter>()));
        services.TryAddSingleton<PromptMeasure>(provider => provider.GetRequiredService<PromptBuilder>().Measure);
        services.AddSources(configuration);
        services.AddGroqBatchSimulator(configuration, SimulatorFolder(configuration));
        services.AddPipeline(configuration);
        if (parts == HostParts.Pipeline)
        {
            services.AddPipelineScheduler(
                configuration,
                GroqEndpoint.ResolveMode(configuration) == ProviderMode.Simulator ? "simulator" : "groq"
            );
        }
    }

    private static async Task<DatabaseAccess> OpenDatabaseAsync(
        IConfiguration configuration,
        ILoggerFactory? loggerFactory,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await DatabaseAccess.OpenAsync(configuration, loggerFactory, cancellationToken);
        }
        catch (PrivatePostgresUnavailableException unavailable)
        {
            throw new StartupException(unavailable.Message, unavailable);
        }
        catch (OptionsValidationException wrong)
        {
            throw new StartupException([.. wrong.Failures], wrong);
        }
    }

    /// <summary>The connection string under which the database is used.</summary>
    private static string Describe(string connectionString, string name)
    {
        var builder = SettingsCheck.ReadConnection(connectionString) ?? throw new StartupException(SettingsCheck.UnreadableConnection);

        // A row that a statement failed on is a pull request's text.
        builder.IncludeErrorDetail = false;
        builder.ApplicationName = name;
        return builder.ConnectionString;
    }

    private static async Task ConnectAsync(string connectionString, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        try
        {
            await using var connection = new NpgsqlConnection(builder.ConnectionString);
            await connection.OpenAsync(cancellationToken);
        }
        catch (Exception unreachable)
            when (unreachable is NpgsqlException or TimeoutException or ArgumentException or InvalidOperationException)
        {
            throw new StartupException(
                $"The database {builder.Database ?? builder.Username} on {builder.Host}:{builder.Port} can't be used: {Explain(unreachable)} "
                    + "It is named by ConnectionStrings:GroqBatch; without that, GroqBatch runs a database of its own.",
                unreachable
            );
        }
    }

    private static async Task<SimulatorServer?> StartSimulatorAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        if (!GroqEndpoint.NeedsSimulator(configuration))
        {
            return null;
        }

        try
        {
            var options = SimulatorOptions.FromConfiguration(configuration, SimulatorFolder(configuration));
            Task<SimulatorServer> starting;
            // Whoever runs the program to get hold of its host (test factories, migration tools) takes the first one that is built in its flow.
            using (ExecutionContext.SuppressFlow())
            {
                starting = Task.Run(() => SimulatorServer.StartAsync(options, cancellationToken: cancellationToken), cancellationToken);
            }

            return await starting;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The simulator can't be started: {refused.Message}", refused);
        }
    }

    private static string SimulatorFolder(IConfiguration configuration)
    {
        var storage = new StorageOptions
        {
            DataFolder = configuration[$"{StorageOptions.SectionName}:{nameof(StorageOptions.DataFolder)}"]!,
        };
        return Path.Combine(storage.DataFolder, "simulator");
    }

    private static string Explain(Exception exception)
    {
        var message = exception switch
        {
            PostgresException refused => refused.MessageText,
            { InnerException: { } inner } => inner.Message,
            _ => exception.Message,
        };
        return message.EndsWith('.') ? message : message + ".";
    }
}
