using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Hosting;

/// <summary>GroqBatch running in a process that is no web application, for as long as this is not disposed.</summary>
public sealed class GroqBatchHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Groundwork _groundwork;
    private readonly bool _isStarted;

    private GroqBatchHost(IHost host, Groundwork groundwork, bool isStarted)
    {
        _host = host;
        _groundwork = groundwork;
        _isStarted = isStarted;
    }

    /// <summary>Every service of the rooms.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Whether a simulator answers.</summary>
    public bool IsSimulated => _groundwork.IsSimulated;

    /// <summary>Lays the groundwork, builds a host on it and, with <see cref="HostParts.Pipeline"/>, starts what carries runs on.</summary>
    /// <param name="configuration">From <see cref="Settings.SettingsReader"/>.</param>
    /// <param name="parts">What the host is for.</param>
    /// <param name="name">What it calls itself towards the database, such as <c>cli</c>.</param>
    /// <param name="logLevel">The least that its logs tell.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartupException">It can't be started; says why.</exception>
    public static async Task<GroqBatchHost> StartAsync(
        ConfigurationManager configuration,
        HostParts parts,
        string name,
        LogLevel logLevel,
        CancellationToken cancellationToken
    )
    {
        using var early = LoggerFactory.Create(logging => logging.AddGroqBatchConsole(logLevel));
        var groundwork = await Groundwork.LayAsync(configuration, parts, name, early, cancellationToken);
        IHost? host = null;
        try
        {
            host = Build(configuration, groundwork, logLevel);
            await groundwork.PrepareAsync(host.Services, cancellationToken);
            if (parts == HostParts.Pipeline)
            {
                await host.StartAsync(cancellationToken);
            }

            return new GroqBatchHost(host, groundwork, parts == HostParts.Pipeline);
        }
        catch
        {
            await DisposeHostAsync(host);
            await groundwork.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops what runs, in the order that lets each still reach what it needs: host, simulator, database.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_isStarted)
            {
                await _host.StopAsync(CancellationToken.None);
            }
        }
        finally
        {
            await DisposeHostAsync(_host);
            await _groundwork.DisposeAsync();
        }
    }

    private static IHost Build(ConfigurationManager configuration, Groundwork groundwork, LogLevel logLevel)
    {
        var builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings
            {
                Configuration = configuration,
                DisableDefaults = true,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        builder.Logging.AddGroqBatchConsole(logLevel);
        // A process that comes and goes is news to the scheduler each time, and what it retries by itself is none to a person.
        builder.Logging.AddFilter("Quartz", LogLevel.Error);
        // Told by the command that asked.
        builder.Logging.AddFilter("GroqBatch.Groq.Models", LogLevel.Error);
        groundwork.AddTo(builder.Services, configuration);
        // Signals are the program's to hear: at Ctrl-C it stops watching, which is not the same as stopping.
        builder.Services.AddSingleton<IHostLifetime, ProgramLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(15));
        return builder.Build();
    }

    private static async ValueTask DisposeHostAsync(IHost? host)
    {
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            host?.Dispose();
        }
    }

    private sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
