using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GroqBatch.Web.Tests.Dashboard;

/// <summary>Health, headers, and what is served before anybody has signed in.</summary>
public sealed class DashboardTests(DashboardHost host) : IClassFixture<DashboardHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_its_own_style_sheets_and_scripts_to_anybody()
    {
        using var client = host.CreateClient();
        var page = await client.GetStringAsync("/login", Cancellation);

        var addresses = Regex
            .Matches(page, "(?:href|src)=\"(?<address>(?:css|js)/[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1))
            .Select(found => found.Groups["address"].Value)
            .ToList();

        Assert.Contains(addresses, address => address.StartsWith("css/tokens", StringComparison.Ordinal));
        foreach (var address in addresses)
        {
            using var answer = await client.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Says_to_who_is_signed_in_that_there_is_nothing_at_an_address()
    {
        using var client = host.CreateClient();
        await host.SignInAsync(client, "mira");

        using var answer = await client.GetAsync(new Uri("/nothing/here", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health/live")]
    [InlineData("/nothing/here")]
    public async Task Tells_the_browser_to_trust_nothing_but_its_own(string path)
    {
        using var client = host.CreateClient();

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
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Is_ready_once_database_scheduler_and_provider_answer()
    {
        using var client = host.CreateClient();

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
}
