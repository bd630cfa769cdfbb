using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using GroqBatch.Data;
using GroqBatch.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Dashboard;

/// <summary>The plain page, health and headers.</summary>
public sealed class DashboardTests(DashboardTests.WithHostileTeam host) : IClassFixture<DashboardTests.WithHostileTeam>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shows_coverage_and_runs_and_says_that_nothing_is_real()
    {
        using var client = host.Dashboard.CreateClient();

        var page = await client.GetStringAsync("/", Cancellation);

        Assert.Contains("Simulated", page, StringComparison.Ordinal);
        Assert.Contains("CompletedWithFailures", page, StringComparison.Ordinal);
        Assert.Contains("<code title=\"aabbccdd-0000-4000-8000-00000000000a\">aabbccdd-0000</code>", page, StringComparison.Ordinal);
        Assert.Contains("$0.0310", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_hostile_text_as_text_and_runs_no_script()
    {
        using var client = host.Dashboard.CreateClient();

        var page = await client.GetStringAsync("/", Cancellation);

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(2)&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serves_its_own_style_sheet()
    {
        using var client = host.Dashboard.CreateClient();
        var page = await client.GetStringAsync("/", Cancellation);

        var address = Regex
            .Match(page, "href=\"(?<address>css/app[^\"]*\\.css)\"", RegexOptions.None, TimeSpan.FromSeconds(1))
            .Groups["address"]
            .Value;
        var css = await client.GetStringAsync("/" + address, Cancellation);

        Assert.Contains("prefers-color-scheme: dark", css, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health/live")]
    [InlineData("/nothing/here")]
    public async Task Tells_the_browser_to_trust_nothing_but_its_own(string path)
    {
        using var client = host.Dashboard.CreateClient();

        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.All(
            [
                "default-src 'self'",
                "script-src 'self'",
                "style-src 'self' 'unsafe-inline'",
                "frame-ancestors 'none'",
                "object-src 'none'",
                "base-uri 'self'",
            ],
            directive => Assert.Contains(directive, policy.Split("; "))
        );
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(path is "/nothing/here" ? HttpStatusCode.NotFound : HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Is_ready_once_database_scheduler_and_provider_answer()
    {
        using var client = host.Dashboard.CreateClient();

        using var report = await WaitUntilReadyAsync(client);

        var checks = report.RootElement.GetProperty("checks");
        Assert.Equal("Healthy", checks.GetProperty("database").GetProperty("status").GetString());
        Assert.Equal("Healthy", checks.GetProperty("scheduler").GetProperty("status").GetString());
        Assert.Equal("Healthy", checks.GetProperty("provider").GetProperty("status").GetString());
        Assert.StartsWith(
            "simulator answers at 127.0.0.1:",
            checks.GetProperty("provider").GetProperty("description").GetString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Is_ready_and_says_so_while_the_provider_cannot_be_reached()
    {
        await using var alone = new DashboardHost();
        alone.Settings["Groq:BaseUrl"] = "http://127.0.0.1:1/openai/v1";
        alone.Settings["Groq:MaxRetries"] = "0";
        await alone.InitializeAsync();
        await alone.ExecuteAsync("insert into groqbatch.teams (slug, name, goal, is_sample) values ('one', 'One', 0.95, false)");
        using var client = alone.CreateClient();

        using var report = await WaitUntilReadyAsync(client);

        Assert.Equal("Degraded", report.RootElement.GetProperty("status").GetString());
        var provider = report.RootElement.GetProperty("checks").GetProperty("provider");
        Assert.Equal("Degraded", provider.GetProperty("status").GetString());
        Assert.Contains("127.0.0.1:1", provider.GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The scheduler starts once the application has: until then it is not ready.</summary>
    private static async Task<JsonDocument> WaitUntilReadyAsync(HttpClient client)
    {
        for (var tries = 0; ; tries++)
        {
            using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            if (answer.StatusCode is HttpStatusCode.OK)
            {
                return JsonDocument.Parse(text);
            }

            Assert.True(tries < 600, text);
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>A team whose name is an attack, and a run whose reason is one.</summary>
    public sealed class WithHostileTeam : IAsyncLifetime
    {
        internal DashboardHost Dashboard { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Dashboard.InitializeAsync();
            // Before it starts: an empty database would get sample teams.
            await Dashboard.ExecuteAsync(
                """
                insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
                values (7001, 'hostile', '<script>alert(1)</script>', 0.95, false)
                """
            );
            var contexts = Dashboard.Services.GetRequiredService<IDbContextFactory<GroqBatchDbContext>>();
            await using var context = await contexts.CreateDbContextAsync(Cancellation);
            var run = Guid.Parse("aabbccdd-0000-4000-8000-00000000000a");
            context.Runs.Add(
                new RunEntity
                {
                    Id = run,
                    TeamId = 7001,
                    Provider = "simulator",
                    State = "CompletedWithFailures",
                    Reason = "<img src=x onerror=alert(2)>",
                    ScopeLimit = 100,
                    WithFallback = true,
                    Ladder = "{}",
                    PromptVersion = "1.0",
                    Settings = "{}",
                    StartedBy = "cli:ada",
                    Selected = 100,
                    Succeeded = 99,
                }
            );
            context.Passes.Add(
                new PassEntity
                {
                    RunId = run,
                    Ordinal = 1,
                    Model = "m",
                    Requests = 100,
                    Succeeded = 99,
                    Failed = 1,
                    Cost = 0.031m,
                }
            );
            await context.SaveChangesAsync(Cancellation);
        }

        public ValueTask DisposeAsync() => Dashboard.DisposeAsync();
    }
}
