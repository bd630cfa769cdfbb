using GroqBatch.Groq.Settings;

namespace GroqBatch.Groq.Tests.Client;

public sealed class KeyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Authorization", "Bearer")]
    [InlineData("api-key", "")]
    public async Task The_key_goes_to_the_configured_host_and_port_and_nowhere_else(string header, string scheme)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply("{}"));
        await using var other = await FakeApi.StartAsync(FakeApi.Reply("{}"));
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:AuthHeader", header), ("Groq:AuthScheme", scheme));
        using var client = groq.Get<IHttpClientFactory>().CreateClient(GroqServiceCollectionExtensions.ClientName);

        foreach (var address in new[] { api.BaseUrl, other.BaseUrl })
        {
            using var response = await client.GetAsync(new Uri($"{address}/models"), Token);
        }

        Assert.EndsWith(TestGroq.Key, Assert.Single(api.Calls).Headers[header], StringComparison.Ordinal);
        Assert.DoesNotContain(Assert.Single(other.Calls).Headers.Values, value => value.Contains("MARKER", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_call_says_who_calls()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply("""{"data":[]}"""));
        await using var groq = TestGroq.At(api.BaseUrl);

        await groq.Provider.ListModelsAsync(Token);

        Assert.Matches(@"^GroqBatch/\d+\.\d+\.\d+ \(\+.+\)$", Assert.Single(api.Calls).Headers["User-Agent"]);
    }

    [Fact]
    public void A_key_is_trimmed_of_the_line_end_it_was_copied_with() => Assert.Equal("gsk_x", new SecretText(" gsk_x\r\n").Reveal());
}
