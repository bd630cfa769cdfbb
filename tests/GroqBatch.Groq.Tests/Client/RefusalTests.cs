using GroqBatch.Core.Batches;
using GroqBatch.Groq.Tests.Answers;

namespace GroqBatch.Groq.Tests.Client;

/// <summary>What each refusal becomes: a fault, a sentence, and what a person can do.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(401, Samples.WrongKeyBody, ProviderFault.WrongKey, "Set Groq:ApiKey or GROQ_API_KEY")]
    [InlineData(401, "", ProviderFault.WrongKey, "Set Groq:ApiKey or GROQ_API_KEY")]
    [InlineData(
        403,
        """{"error":{"message":"Batch is not available for your plan","type":"permissions_error","code":"not_available_for_plan"}}""",
        ProviderFault.NotAllowed,
        "needs the Developer plan"
    )]
    [InlineData(
        403,
        """{"error":{"message":"m","code":"model_permission_blocked_project"}}""",
        ProviderFault.NotAllowed,
        "blocked for this key's project"
    )]
    [InlineData(
        403,
        """{"error":{"message":"m","code":"model_permission_blocked_org"}}""",
        ProviderFault.NotAllowed,
        "blocked for this key's organisation"
    )]
    [InlineData(403, """{"error":{"message":"Forbidden for you"}}""", ProviderFault.NotAllowed, "Forbidden for you")]
    [InlineData(403, "error code: 1010", ProviderFault.BlockedAtEdge, "error code 1010")]
    [InlineData(403, "<!DOCTYPE html><html><title>Attention Required!</title></html>", ProviderFault.BlockedAtEdge, "network edge")]
    [InlineData(404, Samples.ModelNotFoundBody, ProviderFault.ModelNotFound, "Set Ladder")]
    [InlineData(400, """{"error":{"message":"decommissioned","code":"model_decommissioned"}}""", ProviderFault.ModelNotFound, "Set Ladder")]
    [InlineData(
        404,
        """{"error":{"message":"Unknown request URL: POST /v1/batches. Please check the URL for typos.","type":"invalid_request_error","code":"unknown_url"}}""",
        ProviderFault.Rejected,
        "Check Groq:BaseUrl"
    )]
    [InlineData(404, "<html>nginx</html>", ProviderFault.Rejected, "Check Groq:BaseUrl")]
    [InlineData(404, """{"error":{"message":"No such file","type":"invalid_request_error"}}""", ProviderFault.NotFound, "No such file")]
    [InlineData(413, "<html>Request Entity Too Large</html>", ProviderFault.TooLarge, "Lower Pipeline:MaxBatchBytes")]
    [InlineData(429, Samples.RateLimitBody, ProviderFault.RateLimited, "asks to wait 2.5 s")]
    [InlineData(
        400,
        """{"error":{"message":"Invalid completion window","param":"completion_window","type":"invalid_request_error"}}""",
        ProviderFault.Rejected,
        "completion_window"
    )]
    [InlineData(422, """{"error":{"message":"Semantic error"}}""", ProviderFault.Rejected, "Semantic error")]
    [InlineData(400, """{"error":"a text"}""", ProviderFault.Rejected, "a text")]
    [InlineData(400, "{\"error\":", ProviderFault.Rejected, "rejected the call")]
    [InlineData(500, """{"error":{"message":"Internal Server Error"}}""", ProviderFault.ServerFault, "Internal Server Error")]
    [InlineData(502, "<html><body>Bad gateway</body></html>", ProviderFault.ServerFault, "usually passes")]
    [InlineData(503, "", ProviderFault.ServerFault, "usually passes")]
    [InlineData(498, """{"error":{"message":"m","code":"capacity_exceeded"}}""", ProviderFault.ServerFault, "capacity_exceeded")]
    [InlineData(408, "", ProviderFault.Unreachable, "timed out")]
    public async Task Each_refusal_says_what_happened_and_what_to_do(int status, string body, ProviderFault fault, string says)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(status, body));
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await CreateAsync(groq);

        Assert.Equal(fault, exception.Fault);
        Assert.Equal(status, exception.HttpStatus);
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{status}", exception.Message, StringComparison.Ordinal);
        Assert.Equal(body.Length == 0 ? null : body, exception.ReplyExcerpt);
        Assert.DoesNotContain('<', exception.Message);
        Assert.Single(api.Calls);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    [InlineData(408, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(429, false)]
    public async Task Only_a_fault_of_the_provider_leaves_open_whether_a_batch_was_created(int status, bool mayHaveHappened)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(status, """{"error":{"message":"m"}}"""));
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(mayHaveHappened, (await CreateAsync(groq)).MayHaveHappened);
    }

    [Theory]
    [InlineData("<html>Welcome to the hotel's network</html>")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"id":null,"status":"validating"}""")]
    [InlineData("""{"id":"batch_1","status":"valid""")]
    public async Task A_batch_whose_reply_cannot_be_read_may_have_been_created(string body)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(body));
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Unreachable, true), (exception.Fault, exception.MayHaveHappened));
        Assert.Contains("can't be read", exception.Message, StringComparison.Ordinal);
        Assert.Single(api.Calls);
    }

    [Fact]
    public async Task A_batch_whose_reply_is_lost_may_have_been_created()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.HangUp);
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Unreachable, true), (exception.Fault, exception.MayHaveHappened));
        Assert.Contains("Whether it happened is not known", exception.Message, StringComparison.Ordinal);
        Assert.Single(api.Calls);
    }

    [Fact]
    public async Task A_batch_whose_reply_is_cut_off_may_have_been_created()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.CutShort(BatchSamples.Batch[..50], missing: 900));
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Unreachable, true), (exception.Fault, exception.MayHaveHappened));
        Assert.Single(api.Calls);
    }

    [Fact]
    public async Task A_batch_whose_reply_takes_too_long_may_have_been_created()
    {
        await using var api = await FakeApi.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:CallTimeout", "00:00:03"));

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Unreachable, true), (exception.Fault, exception.MayHaveHappened));
        Assert.Contains("did not answer in time", exception.Message, StringComparison.Ordinal);
        Assert.Single(api.Calls);
    }

    [Fact]
    public async Task A_host_that_does_not_listen_has_created_nothing()
    {
        await using var groq = TestGroq.At(new Uri("http://127.0.0.1:9/openai/v1"));

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Unreachable, false), (exception.Fault, exception.MayHaveHappened));
        Assert.Contains("No connection to 127.0.0.1:9", exception.Message, StringComparison.Ordinal);
        Assert.Null(exception.HttpStatus);
    }

    [Fact]
    public async Task A_host_that_cannot_be_found_is_named()
    {
        await using var groq = TestGroq.At(new Uri("https://no-such-host.invalid/v1"), ("Groq:MaxRetries", "0"));

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Unreachable, false), (exception.Fault, exception.MayHaveHappened));
        Assert.Contains("no-such-host.invalid", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_says_where_it_leads()
    {
        await using var thief = await FakeApi.StartAsync(FakeApi.Reply(BatchSamples.Batch));
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(307, "", ("Location", $"{thief.BaseUrl}/batches?key=x")));
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await CreateAsync(groq);

        Assert.Equal((ProviderFault.Rejected, 307), (exception.Fault, exception.HttpStatus));
        Assert.Contains($"to {thief.BaseUrl.GetLeftPart(UriPartial.Authority)}", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("key=x", exception.Message, StringComparison.Ordinal);
        Assert.Empty(thief.Calls);
    }

    [Theory]
    [InlineData("retry-after", "7", 7_000)]
    [InlineData("retry-after", "1.5", 1_500)]
    [InlineData("retry-after-ms", "250", 250)]
    [InlineData("retry-after", "-4", 0)]
    [InlineData("retry-after", "1e300", 86_400_000)]
    [InlineData("retry-after", "soon", 2_500)] // from the message instead
    public async Task The_wait_a_provider_asks_for_is_handed_on(string header, string value, int milliseconds)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(429, Samples.RateLimitBody, (header, value)));
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), (await CreateAsync(groq)).RetryAfter);
    }

    [Fact]
    public async Task A_wait_given_as_a_date_is_counted_by_the_providers_own_clock()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(429, "{}", ("Date", "Tue, 24 Nov 2026 06:00:00 GMT"), ("Retry-After", "Tue, 24 Nov 2026 06:01:30 GMT"))
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(TimeSpan.FromSeconds(90), (await CreateAsync(groq)).RetryAfter);
    }

    [Theory]
    [InlineData("in 1h2m3.5s.", 3_723_500)]
    [InlineData("in 172ms.", 172)]
    [InlineData("in 4m12s.", 252_000)]
    [InlineData("later.", null)]
    public async Task A_wait_that_stands_only_in_the_message_is_found(string text, int? milliseconds)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(429, $$$"""{"error":{"message":"Please try again {{{text}}}"}}"""));
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(milliseconds, (int?)(await CreateAsync(groq)).RetryAfter?.TotalMilliseconds);
    }

    [Fact]
    public async Task The_key_appears_nowhere_even_when_the_provider_repeats_it()
    {
        var echo =
            $$$"""{"error":{"message":"Incorrect API key provided: {{{TestGroq.Key}}} ({{{TestGroq.Key[..20]}}}*****)","code":"{{{TestGroq.Key}}}","param":"{{{TestGroq.Key}}}"}}""";
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(401, echo),
            FakeApi.Reply(400, echo),
            FakeApi.Reply(403, TestGroq.Key),
            FakeApi.Reply(200, TestGroq.Key),
            FakeApi.HangUp
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        for (var i = 0; i < 5; i++)
        {
            var exception = await CreateAsync(groq);

            for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
            {
                Assert.DoesNotContain("Refit", cause.GetType().FullName!, StringComparison.Ordinal);
                Assert.DoesNotContain("MARKER", cause.ToString(), StringComparison.Ordinal);
            }

            Assert.DoesNotContain("MARKER", $"{exception.ReplyExcerpt}{exception.Code}", StringComparison.Ordinal);
        }

        Assert.Equal(5, api.Calls.Count);
        Assert.All(api.Calls, call => Assert.Equal($"Bearer {TestGroq.Key}", call.Headers["Authorization"]));
        Assert.NotEmpty(groq.Log.Lines);
        Assert.DoesNotContain("MARKER", groq.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_or_dirty_error_is_kept_short_and_on_one_line()
    {
        var dirty = $$$"""{"error":{"message":"first\n\u001b[31msecond\u0000 \ud800 {{{new string('x', 100_000)}}}"}}""";
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(400, dirty), FakeApi.Reply(502, "<p>" + new string('y', 5_000_000)));
        await using var groq = TestGroq.At(api.BaseUrl);

        var first = await CreateAsync(groq);
        var second = await CreateAsync(groq);

        Assert.True(first.Message.Length < 700, first.Message);
        Assert.DoesNotContain(first.Message, char.IsControl);
        Assert.DoesNotContain(first.Message, char.IsSurrogate);
        Assert.Equal(500, first.ReplyExcerpt!.Length);
        Assert.Equal(500, second.ReplyExcerpt!.Length);
        Assert.Equal(ProviderFault.ServerFault, second.Fault);
    }

    private static Task<ProviderException> CreateAsync(TestGroq groq) =>
        Assert.ThrowsAsync<ProviderException>(() =>
            groq.Provider.CreateBatchAsync(new NewBatch("file_1", "24h", new Dictionary<string, string>()), Token)
        );
}
