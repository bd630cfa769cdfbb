using System.Net;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Files;
using GroqBatch.Simulator.Http;
using GroqBatch.Simulator.Ledger;
using GroqBatch.Simulator.Models;
using GroqBatch.Simulator.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Simulator;

/// <summary>
/// A Groq Files and Batches API of our own, over HTTP on the loopback address. Any number of servers, in any number of processes, may serve one
/// folder; each may be killed at any moment.
/// </summary>
public sealed class SimulatorServer : IAsyncDisposable
{
    private const string BasePath = "/openai/v1";

    private readonly WebApplication _application;

    private SimulatorServer(WebApplication application, string origin, string folder)
    {
        _application = application;
        Origin = origin;
        Folder = folder;
    }

    /// <summary>What goes into <c>Groq:BaseUrl</c>, such as <c>http://127.0.0.1:4010/openai/v1</c>.</summary>
    public string BaseUrl => Origin + BasePath;

    /// <summary>Scheme, address and port; the official Groq client takes it as its base, and <c>/_simulator</c> lies below it.</summary>
    public string Origin { get; }

    /// <summary>The folder it serves, absolute.</summary>
    public string Folder { get; }

    /// <summary>Starts a server; it stops when it is disposed.</summary>
    /// <param name="options">Settings; read once.</param>
    /// <param name="port">TCP port on 127.0.0.1; 0: any free one.</param>
    /// <param name="clock">The time from which statuses follow; null: the system's.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The settings are wrong.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SimulatorServer> StartAsync(
        SimulatorOptions options,
        int port = 0,
        TimeProvider? clock = null,
        CancellationToken cancellationToken = default
    )
    {
        options.ThrowIfInvalid();
        var folder = new SimulatorFolder(options.Folder);
        folder.Create();
        folder.Sweep(TimeProvider.System.GetUtcNow());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddFilter(null, LogLevel.Error);
        // A body shorter than announced is an error to Kestrel, and a fault switch here.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None);
        // A port that somebody has is told by whoever asked for it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        // Standard output belongs to whoever hosts the server.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            // The file cap is the simulator's own, so that it can answer as Groq does.
            kestrel.Limits.MaxRequestBodySize = null;
            // A caller under a debugger or a test of slow networks is nobody's attacker here.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddRoutingCore();
        builder
            .Services.AddSingleton(options)
            .AddSingleton(folder)
            .AddSingleton(clock ?? TimeProvider.System)
            .AddSingleton<FileStore>()
            .AddSingleton<BatchStore>()
            .AddSingleton<BatchReader>()
            .AddSingleton<FaultStore>()
            .AddSingleton<AnswerProduction>()
            .AddSingleton<LedgerWriter>()
            .AddSingleton<FileEndpoints>()
            .AddSingleton<BatchEndpoints>()
            .AddSingleton<ModelEndpoints>()
            .AddSingleton<ControlEndpoints>()
            .AddSingleton<Gate>();
        var application = builder.Build();
        try
        {
            var services = application.Services;
            services.GetRequiredService<FaultStore>().AddFromOptions(options.Faults);
            application.Use((context, next) => services.GetRequiredService<Gate>().PassAsync(context, next));
            application.UseRouting();
            Map(application, services);
            await application.StartAsync(cancellationToken);
            var origin = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new SimulatorServer(application, origin, folder.Root);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Switches a fault on, as <c>POST /_simulator/faults</c> does.</summary>
    /// <returns>The fault with its id.</returns>
    /// <exception cref="ArgumentException">The fault contradicts itself; the message says how.</exception>
    public Fault AddFault(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Mistakes().FirstOrDefault() is { } mistake
            ? throw new ArgumentException(mistake, nameof(fault))
            : _application.Services.GetRequiredService<FaultStore>().Add(fault);
    }

    /// <summary>Switches all faults off, those of the options too.</summary>
    public void ClearFaults() => _application.Services.GetRequiredService<FaultStore>().Clear();

    /// <summary>What happened in the folder so far.</summary>
    public SimulatorLedger ReadLedger() => SimulatorLedger.Read(Folder);

    /// <summary>Serves until the token is cancelled or the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken = default) =>
        ((IHost)_application).WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Nobody is owed a slow goodbye: clients see a closed connection and ask again.
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _application.StopAsync(impatience.Token);
        await _application.DisposeAsync();
    }

    private static void Map(WebApplication application, IServiceProvider services)
    {
        var files = services.GetRequiredService<FileEndpoints>();
        var batches = services.GetRequiredService<BatchEndpoints>();
        var models = services.GetRequiredService<ModelEndpoints>();
        var control = services.GetRequiredService<ControlEndpoints>();
        On("POST", BasePath + "/files", files.UploadAsync);
        On("GET", BasePath + "/files", files.ListAsync);
        On("GET", BasePath + "/files/{id}", context => files.GetAsync(context, Id(context)));
        On("DELETE", BasePath + "/files/{id}", context => files.DeleteAsync(context, Id(context)));
        On("GET", BasePath + "/files/{id}/content", context => files.ContentAsync(context, Id(context)));
        On("POST", BasePath + "/batches", batches.CreateAsync);
        On("GET", BasePath + "/batches", batches.ListAsync);
        On("GET", BasePath + "/batches/{id}", context => batches.GetAsync(context, Id(context)));
        On("POST", BasePath + "/batches/{id}/cancel", context => batches.CancelAsync(context, Id(context), by: "api"));
        On("GET", BasePath + "/models", models.ListAsync);
        On("GET", BasePath + "/models/{**id}", context => models.GetAsync(context, Uri.UnescapeDataString(Id(context)))); // clients escape the slash in an id
        On("POST", Gate.ControlPath + "/faults", control.AddFaultsAsync);
        On("GET", Gate.ControlPath + "/faults", control.ListFaultsAsync);
        On("DELETE", Gate.ControlPath + "/faults", control.ClearFaultsAsync);
        On("DELETE", Gate.ControlPath + "/faults/{id}", context => control.RemoveFaultAsync(context, Id(context)));
        On("GET", Gate.ControlPath + "/ledger", control.LedgerAsync);
        On("POST", Gate.ControlPath + "/batches/{id}/cancel", context => control.CancelElsewhereAsync(context, Id(context)));
        application.MapFallback(context =>
            throw new ApiError(
                404,
                $"Unknown request URL: {context.Request.Method} {context.Request.Path}. Please check the URL for typos.",
                "unknown_url"
            )
        );

        void On(string method, string pattern, RequestDelegate handle) => application.MapMethods(pattern, [method], handle);

        static string Id(HttpContext context) => (string)context.Request.RouteValues["id"]!;
    }
}
