using GroqBatch.Testing.Circuits;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;
using GroqBatch.Testing.Ledgers;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Web.Tests.Plans;

/// <summary>The dashboard over HTTP on a generated ledger, with nobody at work but its pages and their feed; it tells the plan of each statement.</summary>
public sealed class LedgerHost : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestDatabase? _database;
    private Factory? _factory;

    internal PlanRecorder Plans { get; } = new();
    internal TestDatabase Database => _database!;
    internal IServiceProvider Services => _factory!.Services;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(LedgerTemplates.ForPlans, TestContext.Current.CancellationToken);
        var connection = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Options = PlanRecorder.ServerSettings };
        _factory = new Factory(connection.ConnectionString, _folder.Combine("data"), Plans);
        _factory.UseKestrel(0);
        _factory.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        Plans.Dispose();
        _folder.Dispose();
    }

    /// <summary>Somebody who has signed in.</summary>
    internal async Task<Visitor> SignInAsync(string name)
    {
        var address = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var visitor = new Visitor(new Uri(address));
        var link = new Uri($"/login?t={Services.GetRequiredService<LoginLinks>().Create()}", UriKind.Relative);
        await visitor.SignInAsync(link, name, TestContext.Current.CancellationToken);
        return visitor;
    }

    /// <summary>Waits until no statement is under way, twice in a row: between two of one page there is a moment without any.</summary>
    internal async Task WaitUntilQuietAsync(CancellationToken cancellationToken)
    {
        for (var quiet = 0; quiet < 2; )
        {
            await using var ask = Database.DataSource.CreateCommand(
                "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'"
            );
            quiet = (long)(await ask.ExecuteScalarAsync(cancellationToken))! == 0 ? quiet + 1 : 0;
            await Task.Delay(5, cancellationToken);
        }
    }

    private sealed class Factory(string connectionString, string dataFolder, PlanRecorder plans) : WebApplicationFactory<App>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) =>
            builder
                .UseContentRoot(AppContext.BaseDirectory)
                .UseEnvironment("Testing")
                .UseSetting("ConnectionStrings:GroqBatch", connectionString)
                .UseSetting("Storage:DataFolder", dataFolder)
                .UseSetting("Groq:Mode", "Simulator")
                .ConfigureTestServices(services =>
                {
                    foreach (var job in services.Where(IsPipeline).ToList())
                    {
                        services.Remove(job);
                    }

                    services.AddLogging(logging => logging.AddProvider(plans).AddFilter<PlanRecorder>("Npgsql", LogLevel.Debug));
                });

        // What works in the background has statements of its own, which are not a page's.
        private static bool IsPipeline(ServiceDescriptor service) =>
            service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Namespace is { } room
            && (room.StartsWith("GroqBatch.Pipeline", StringComparison.Ordinal) || room.StartsWith("Quartz", StringComparison.Ordinal));
    }
}
