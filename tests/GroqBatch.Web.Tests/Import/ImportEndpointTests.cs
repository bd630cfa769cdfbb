using System.IO.Compression;
using System.Net;
using System.Text;
using GroqBatch.Core.Access;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Tests.Dashboard;
using GroqBatch.Web.Tests.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Import;

/// <summary>Sending files over HTTP: only by those who may, only from a page of ours, and whatever is in them.</summary>
public sealed class ImportEndpointTests(DashboardHost host) : IClassFixture<DashboardHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_lines_plain_or_gzip_and_says_which_were_rejected_and_why()
    {
        var (client, token) = await SignInAsync("mira", "plain-or-gzip");
        using var _ = client;
        var lines = $"{Line(1)}\n{{\"number\": \"x\"}}\nno json\n{Line(2)}\n";

        var plain = await SendAsync(client, token, "plain-or-gzip", Encoding.UTF8.GetBytes(lines));
        var gzip = await SendAsync(client, token, "plain-or-gzip", Gzip(lines));

        Assert.Contains("\"added\": 2", plain.Text, StringComparison.Ordinal);
        Assert.Contains("\"rejected\": 2", plain.Text, StringComparison.Ordinal);
        Assert.Contains("\"line\": 3", plain.Text, StringComparison.Ordinal);
        Assert.Contains("\"unchanged\": 2", gzip.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_nothing_from_who_is_not_signed_in_or_from_another_page()
    {
        using var stranger = host.CreateClient(followsRedirects: false);
        var (client, token) = await SignInAsync("mira", "not-ours");
        using var _ = client;

        Assert.NotEqual(HttpStatusCode.OK, (await SendAsync(stranger, token, "not-ours", Encoding.UTF8.GetBytes(Line(1)))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(client, "", "not-ours", Encoding.UTF8.GetBytes(Line(1)))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, token, "no-such-team", Encoding.UTF8.GetBytes(Line(1)))).Status);
    }

    [Theory]
    [InlineData((byte)'\n')]
    [InlineData((byte)'x')]
    [InlineData((byte)0)]
    public async Task Megabytes_of_nothing_do_no_harm(byte filling)
    {
        var (client, token) = await SignInAsync("mira", "nothing");
        using var _ = client;
        var content = new byte[8_000_000];
        Array.Fill(content, filling);

        var answer = await SendAsync(client, token, "nothing", content);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("\"added\": 0", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_breaks_off_can_be_sent_again()
    {
        var (client, token) = await SignInAsync("mira", "broken");
        using var _ = client;
        var whole = Gzip(string.Join('\n', Enumerable.Range(1, 3_000).Select(Line)));

        var first = await SendAsync(client, token, "broken", whole[..(whole.Length / 2)]);
        var again = await SendAsync(client, token, "broken", whole);

        Assert.Contains("damaged or cut short", first.Text, StringComparison.Ordinal);
        Assert.Contains("\"lines\": 3000", again.Text, StringComparison.Ordinal);
        Assert.Contains("\"rejected\": 0", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_repository_is_none()
    {
        var (client, token) = await SignInAsync("mira", "repository");
        using var _ = client;

        var answer = await SendAsync(client, token, "repository", Encoding.UTF8.GetBytes(Line(1)), "&repository=nonsense");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("owner/name", answer.Text, StringComparison.Ordinal);
    }

    private async Task<(HttpClient Client, string Token)> SignInAsync(string name, string team)
    {
        var client = host.CreateClient();
        await host.SignInAsync(client, name);
        var teams = host.Services.GetRequiredService<ITeamStore>();
        if (await teams.FindAsync(team, Cancellation) is null)
        {
            await teams.AddAsync(new NewTeam(team, team, 0.95), new Actor("test", Right.All), Cancellation);
        }

        return (client, SignInTests.AntiforgeryIn(await client.GetStringAsync(new Uri("/welcome", UriKind.Relative), Cancellation)));
    }

    private static async Task<(HttpStatusCode Status, string Text)> SendAsync(
        HttpClient client,
        string token,
        string team,
        byte[] content,
        string more = ""
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/import/upload?team={team}&name=a.jsonl{more}")
        {
            Content = new ByteArrayContent(content),
        };
        request.Content.Headers.ContentType = new("application/octet-stream");
        if (token.Length > 0)
        {
            request.Headers.Add("RequestVerificationToken", token);
        }

        using var answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static byte[] Gzip(string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return memory.ToArray();
    }

    private static string Line(int number) =>
        $$"""{"base":{"repo":{"full_name":"acme/web"} },"number":{{number}},"title":"Say what {{number}} is for","body":"It says so.","state":"open","created_at":"2026-11-01T00:00:00Z"}""";
}
