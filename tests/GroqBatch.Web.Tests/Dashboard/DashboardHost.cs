using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shell;
using GroqBatch.Web.Tests.SignIn;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Dashboard;

/// <summary>The dashboard as it is composed, on a database and a folder of a test's own.</summary>
public sealed class DashboardHost : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private Factory? _factory;

    /// <summary>Settings beside its own; before it is started.</summary>
    internal Dictionary<string, string> Settings { get; } = [];

    /// <summary>
    /// Whether there is a team before its start: to an installation that nobody has used yet it adds sample teams, which takes longer than all that is
    /// tried on it.
    /// </summary>
    internal bool HasTeam { get; init; } = true;

    internal TestDatabase Database { get; } = new();

    /// <summary>The dashboard's services; starts it.</summary>
    internal IServiceProvider Services => _factory!.Services;

    public async ValueTask InitializeAsync()
    {
        await Database.InitializeAsync();
        if (HasTeam)
        {
            await ExecuteAsync(
                "insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (1000000, 'in-use', 'In use', 0.95, false)"
            );
        }

        _factory = new Factory(Database.ConnectionString, _folder.Combine("data"), Settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null)
        {
            await _factory.DisposeAsync();
        }

        await Database.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A client before which nobody has signed in; starts the dashboard.</summary>
    internal HttpClient CreateClient(bool followsRedirects = true) =>
        _factory!.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = followsRedirects });

    /// <summary>Signs somebody in.</summary>
    internal async Task SignInAsync(HttpClient client, string name)
    {
        var token = Services.GetRequiredService<LoginLinks>().Create();
        using var came = await client.GetAsync(new Uri($"/login?t={token}", UriKind.Relative), TestContext.Current.CancellationToken);
        var asked = await client.GetStringAsync(new Uri("/welcome", UriKind.Relative), TestContext.Current.CancellationToken);
        using var named = await client.PostAsync(
            new Uri("/welcome", UriKind.Relative),
            new FormUrlEncodedContent(
                new Dictionary<string, string> { ["name"] = name, ["__RequestVerificationToken"] = SignInTests.AntiforgeryIn(asked) }
            ),
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>Runs SQL, before the dashboard is started or while it runs.</summary>
    internal async Task ExecuteAsync(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Factory(string connectionString, string dataFolder, Dictionary<string, string> settings)
        : WebApplicationFactory<App>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder
                .UseContentRoot(AppContext.BaseDirectory)
                .UseEnvironment("Testing")
                .UseSetting("ConnectionStrings:GroqBatch", connectionString)
                .UseSetting("Storage:DataFolder", dataFolder)
                .UseSetting("Groq:Mode", "Simulator");
            foreach (var (key, value) in settings)
            {
                builder.UseSetting(key, value);
            }
        }
    }
}
