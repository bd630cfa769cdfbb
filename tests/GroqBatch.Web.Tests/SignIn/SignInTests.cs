using System.Net;
using System.Text.RegularExpressions;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Tests.Dashboard;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.SignIn;

/// <summary>Coming in over HTTP: closed, one link, a cookie, a name.</summary>
public sealed class SignInTests(DashboardHost host) : IClassFixture<DashboardHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/?sort=name")]
    [InlineData("/not-found")]
    [InlineData("/welcome")]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    public async Task Shows_nothing_to_who_is_not_signed_in(string path)
    {
        using var client = host.CreateClient(followsRedirects: false);

        using var answer = await client.SendAsync(
            new HttpRequestMessage(path.StartsWith("/_blazor", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get, path),
            Cancellation
        );

        Assert.True(answer.StatusCode is HttpStatusCode.Found or HttpStatusCode.Unauthorized, $"{answer.StatusCode}");
        if (answer.Headers.Location is { } location)
        {
            Assert.StartsWith("/login", location.PathAndQuery, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Lets_a_link_in_once_takes_the_token_from_the_address_and_asks_for_a_name_once()
    {
        using var client = host.CreateClient(followsRedirects: false);
        var token = host.Services.GetRequiredService<LoginLinks>().Create();

        using var came = await client.GetAsync(new Uri($"/login?t={token}", UriKind.Relative), Cancellation);
        Assert.Equal((HttpStatusCode.Found, "/welcome"), (came.StatusCode, came.Headers.Location?.OriginalString));
        var cookie = Assert.Single(came.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);

        // Without a name there is only the question for it.
        using var nameless = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        Assert.StartsWith("/welcome", nameless.Headers.Location?.PathAndQuery, StringComparison.Ordinal);

        var asked = await client.GetStringAsync(new Uri("/welcome", UriKind.Relative), Cancellation);
        using var named = await client.PostAsync(
            new Uri("/welcome", UriKind.Relative),
            new FormUrlEncodedContent(
                new Dictionary<string, string> { ["name"] = "mira", ["__RequestVerificationToken"] = AntiforgeryIn(asked) }
            ),
            Cancellation
        );
        Assert.Equal((HttpStatusCode.Found, "/"), (named.StatusCode, named.Headers.Location?.OriginalString));
        using var page = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        using var stranger = host.CreateClient(followsRedirects: false);
        using var again = await stranger.GetAsync(new Uri($"/login?t={token}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, again.StatusCode);
        Assert.False(again.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Takes_no_form_that_another_page_could_have_sent()
    {
        using var client = await SignedInAsync();

        using var named = await client.PostAsync(
            new Uri("/welcome", UriKind.Relative),
            new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "eve" }),
            Cancellation
        );
        using var gone = await client.PostAsync(new Uri("/logout", UriKind.Relative), new FormUrlEncodedContent([]), Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (named.StatusCode, gone.StatusCode));
    }

    [Fact]
    public async Task Writes_a_name_into_the_audit_log()
    {
        using var client = await SignedInAsync("audited name");

        await using var command = host.Database.DataSource.CreateCommand(
            "select count(*) from groqbatch.audit_events where actor = 'audited name'"
        );

        Assert.Equal(1L, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task Keeps_the_keys_of_its_cookies_in_the_database()
    {
        using var client = await SignedInAsync();

        await using var command = host.Database.DataSource.CreateCommand("select count(*) from groqbatch.data_protection_keys");

        Assert.True((long)(await command.ExecuteScalarAsync(Cancellation))! >= 1);
    }

    [Fact]
    public async Task Carries_theme_and_skeleton_in_the_document_and_no_script_but_its_own()
    {
        using var client = await SignedInAsync();

        var page = await client.GetStringAsync(new Uri("/", UriKind.Relative), Cancellation);

        var scripts = Regex.Matches(page, "<script(?<attributes>[^>]*)>(?<inline>[^<]*)", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.NotEmpty(scripts);
        Assert.All(
            scripts,
            script =>
            {
                Assert.Contains("src=", script.Groups["attributes"].Value, StringComparison.Ordinal);
                Assert.DoesNotContain("//", script.Groups["attributes"].Value, StringComparison.Ordinal);
                Assert.Equal("", script.Groups["inline"].Value.Trim());
            }
        );
        Assert.Contains("Simulated", page, StringComparison.Ordinal);
        Assert.Contains("class=\"boot\"", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("js/theme", StringComparison.Ordinal) < page.IndexOf("stylesheet", StringComparison.Ordinal));
    }

    /// <summary>The antiforgery field of a form.</summary>
    internal static string AntiforgeryIn(string page) =>
        Regex
            .Match(page, "name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.None, TimeSpan.FromSeconds(1))
            .Groups["token"]
            .Value;

    private async Task<HttpClient> SignedInAsync(string name = "mira")
    {
        var client = host.CreateClient(followsRedirects: false);
        await host.SignInAsync(client, name);
        return client;
    }
}
