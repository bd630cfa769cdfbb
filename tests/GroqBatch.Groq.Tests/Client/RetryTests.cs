using System.Diagnostics;
using GroqBatch.Core.Batches;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Groq.Tests.Client;

/// <summary>What is asked again, and what never is.</summary>
public sealed class RetryTests
{
    private static readonly Func<HttpContext, Task> Models = FakeApi.Reply("""{"object":"list","data":[{"id":"m"}]}""");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_passing_fault_of_a_get_is_asked_again(int status)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(status, ""), FakeApi.Reply(status, "<html>"), Models);
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal("m", Assert.Single(await groq.Provider.ListModelsAsync(Token)).Id);
        Assert.Equal(3, api.Calls.Count);
    }

    [Fact]
    public async Task A_dropped_connection_and_a_slow_reply_are_asked_again()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.HangUp,
            context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default),
            Models
        );
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:CallTimeout", "00:00:03"));

        Assert.Single(await groq.Provider.ListModelsAsync(Token));
        Assert.Equal(3, api.Calls.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task A_lasting_refusal_of_a_get_is_not(int status)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(status, "{}"), Models);
        await using var groq = TestGroq.At(api.BaseUrl);

        await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.ListModelsAsync(Token));
        Assert.Single(api.Calls);
    }

    [Fact]
    public async Task After_the_last_try_the_fault_is_told()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(503, ""));
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:MaxRetries", "2"));

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.ListModelsAsync(Token));

        Assert.Equal((ProviderFault.ServerFault, 503), (exception.Fault, exception.HttpStatus));
        Assert.Equal(3, api.Calls.Count);
    }

    [Fact]
    public async Task The_provider_may_say_itself_whether_to_ask_again()
    {
        await using var yes = await FakeApi.StartAsync(FakeApi.Reply(400, "{}", ("x-should-retry", "true")), Models);
        await using var no = await FakeApi.StartAsync(FakeApi.Reply(503, "{}", ("x-should-retry", "false")), Models);
        await using var asked = TestGroq.At(yes.BaseUrl);
        await using var unasked = TestGroq.At(no.BaseUrl);

        Assert.Single(await asked.Provider.ListModelsAsync(Token));
        await Assert.ThrowsAsync<ProviderException>(() => unasked.Provider.ListModelsAsync(Token));
        Assert.Equal((2, 1), (yes.Calls.Count, no.Calls.Count));
    }

    [Theory]
    [InlineData("retry-after", "1")]
    [InlineData("retry-after-ms", "1000")]
    public async Task The_wait_the_provider_asks_for_is_waited(string header, string value)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(429, "", (header, value)), Models);
        await using var groq = TestGroq.At(api.BaseUrl);
        var clock = Stopwatch.StartNew();

        Assert.Single(await groq.Provider.ListModelsAsync(Token));
        Assert.True(clock.Elapsed > TimeSpan.FromMilliseconds(950), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_wait_too_long_to_sit_out_is_handed_on_at_once()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(429, "", ("retry-after", "3600")), Models);
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.ListModelsAsync(Token));

        Assert.Equal((ProviderFault.RateLimited, TimeSpan.FromHours(1)), (exception.Fault, exception.RetryAfter));
        Assert.Contains("asks to wait 60 min", exception.Message, StringComparison.Ordinal);
        Assert.Single(api.Calls);
    }

    public static TheoryData<string> PassingFaults { get; } = ["408", "409", "429", "500", "503", "should-retry", "retry-after", "hang-up"];

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task Nothing_that_may_have_an_effect_is_ever_sent_twice(string fault)
    {
        await using var api = await FakeApi.StartAsync(FaultOf(fault));
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile("{}\n");

        await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.CreateBatchAsync(NewBatch, Token));
        await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.UploadAsync(file.Path, "a.jsonl", Token));
        await Assert.ThrowsAsync<ProviderException>(() => CancelAsync(groq));
        await DeleteAsync(groq, api);

        Assert.Equal(
            ["DELETE /files/file_1", "POST /batches", "POST /batches/batch_1/cancel", "POST /files"],
            api.Calls.Where(call => call.Method != "GET").Select(call => $"{call.Method} {call.Path}").Order(StringComparer.Ordinal)
        );
    }

    // The connection pool sends a request again when a kept-alive connection turns out closed, unless a body has been begun.
    [Fact]
    public async Task A_connection_that_dies_after_it_was_kept_alive_repeats_no_post()
    {
        await using var api = await FakeApi.StartAsync(context =>
            context.Request.Method == "GET" ? Models(context) : FakeApi.HangUp(context)
        );
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile("{}\n");

        foreach (
            var post in new Func<Task>[]
            {
                () => groq.Provider.CreateBatchAsync(NewBatch, Token),
                () => groq.Provider.UploadAsync(file.Path, "a.jsonl", Token),
                () => groq.Provider.CancelBatchAsync("batch_1", Token),
            }
        )
        {
            await groq.Provider.ListModelsAsync(Token); // leaves a connection behind
            await Assert.ThrowsAsync<ProviderException>(post);
        }

        Assert.Equal(3, api.Calls.Count(call => call.Method == "POST"));
    }

    private static NewBatch NewBatch => new("file_1", "24h", new Dictionary<string, string>());

    private static Func<HttpContext, Task> FaultOf(string fault) =>
        fault switch
        {
            "should-retry" => FakeApi.Reply(503, "{}", ("x-should-retry", "true")),
            "retry-after" => FakeApi.Reply(429, "{}", ("retry-after", "0")),
            "hang-up" => FakeApi.HangUp,
            _ => FakeApi.Reply(int.Parse(fault), "{}"),
        };

    /// <summary>409 means "ended already" here, and the batch is read again; that must fail as well to be one.</summary>
    private static Task CancelAsync(TestGroq groq) => groq.Provider.CancelBatchAsync("batch_1", Token);

    /// <summary>No part of the product deletes; the client that it would use does not repeat it either.</summary>
    private static async Task DeleteAsync(TestGroq groq, FakeApi api)
    {
        using var client = groq.Get<IHttpClientFactory>().CreateClient(GroqServiceCollectionExtensions.ClientName);
        try
        {
            using var _ = await client.DeleteAsync(new Uri($"{api.BaseUrl}/files/file_1"), Token);
        }
        catch (HttpRequestException)
        {
            // the connection was dropped
        }
    }
}
