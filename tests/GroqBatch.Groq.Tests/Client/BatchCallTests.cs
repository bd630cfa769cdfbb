using GroqBatch.Core.Batches;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Groq.Tests.Client;

public sealed class BatchCallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creating_a_batch_sends_what_is_documented_and_nothing_else()
    {
        var body = "";
        await using var api = await FakeApi.StartAsync(async context =>
        {
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await FakeApi.Reply(BatchSamples.Batch)(context);
        });
        await using var groq = TestGroq.At(api.BaseUrl);

        var batch = await groq.Provider.CreateBatchAsync(
            new NewBatch("file_1", "24h", new Dictionary<string, string> { ["groqbatch_nonce"] = "Nonce-1" }),
            Token
        );

        Assert.Equal("batch_01m7e79rtyfx5vsa9mkvef9ews", batch.Id);
        Assert.Equal(
            """{"input_file_id":"file_1","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"groqbatch_nonce":"Nonce-1"}}""",
            body
        );
        var call = Assert.Single(api.Calls);
        Assert.Equal(("POST", "/batches", ""), (call.Method, call.Path, call.Query));
        Assert.StartsWith("application/json", call.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("***", $"{groq.Endpoint.Key}");
    }

    [Fact]
    public async Task A_batch_for_which_it_is_too_late_at_the_last_moment_is_not_sent()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(BatchSamples.Batch));
        await using var groq = TestGroq.At(api.BaseUrl);
        var asked = 0;
        var batch = new NewBatch("file_1", "24h", new Dictionary<string, string>()) { IsTooLate = () => ++asked > 0 };

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.CreateBatchAsync(batch, Token));

        Assert.Equal((ProviderFault.TooLate, false, false), (exception.Fault, exception.MayHaveHappened, exception.NeedsPerson));
        Assert.Equal(1, asked);
        Assert.Empty(api.Calls);
    }

    [Fact]
    public async Task Many_batches_are_read_together_in_as_few_calls_as_the_provider_allows()
    {
        await using var api = await FakeApi.StartAsync(AnswerIds);
        await using var groq = TestGroq.At(api.BaseUrl);
        var ids = Enumerable.Range(1, 450).Select(i => $"batch_{i}").ToList();

        var batches = await groq.Provider.GetBatchesAsync(ids, Token);

        Assert.Equal(ids, batches.Select(batch => batch.Id));
        Assert.Equal([200, 200, 50], api.Calls.Select(call => call.Query.Split("id=").Length - 1));
        Assert.All(api.Calls, call => Assert.Equal("/batches", call.Path));
    }

    [Fact]
    public async Task Without_common_calls_each_batch_is_read_by_itself()
    {
        await using var api = await FakeApi.StartAsync(AnswerIds);
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:MaxIdsPerStatusCall", "0"));

        var batches = await groq.Provider.GetBatchesAsync(["batch_1", "lost", "batch_2"], Token);

        Assert.Equal(["batch_1", "batch_2"], batches.Select(batch => batch.Id));
        Assert.Equal(["/batches/batch_1", "/batches/lost", "/batches/batch_2"], api.Calls.Select(call => call.Path));
    }

    [Fact]
    public async Task A_batch_is_absent_only_when_the_provider_says_so_about_it_alone()
    {
        await using var api = await FakeApi.StartAsync(AnswerIds);
        await using var groq = TestGroq.At(api.BaseUrl);

        var batches = await groq.Provider.GetBatchesAsync(["batch_1", "lost", "batch_2"], Token);

        Assert.Equal(["batch_1", "batch_2"], batches.Select(batch => batch.Id));
        Assert.Equal(["/batches", "/batches/lost"], api.Calls.Select(call => call.Path));
    }

    [Fact]
    public async Task A_provider_that_ignores_ids_and_answers_with_a_page_of_its_list_hides_no_batch()
    {
        await using var api = await FakeApi.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/batches", StringComparison.Ordinal)
                ? FakeApi.Reply(List([BatchSamples.Minimal("batch_9"), BatchSamples.Minimal("batch_1")]))(context)
                : AnswerIds(context)
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        var batches = await groq.Provider.GetBatchesAsync(["batch_1", "batch_2"], Token);

        Assert.Equal(["batch_1", "batch_2"], batches.Select(batch => batch.Id));
    }

    [Fact]
    public async Task A_wrong_address_is_not_taken_for_a_vanished_batch()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(404, "<html>Not Found</html>"));
        await using var groq = TestGroq.At(api.BaseUrl);

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.GetBatchesAsync(["batch_1"], Token));

        Assert.Equal(ProviderFault.Rejected, exception.Fault);
    }

    [Fact]
    public async Task No_batches_make_no_call()
    {
        await using var api = await FakeApi.StartAsync(AnswerIds);
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Empty(await groq.Provider.GetBatchesAsync([], Token));
        Assert.Empty(api.Calls);
    }

    [Fact]
    public async Task A_list_is_walked_by_its_cursor_to_the_end()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(List([BatchSamples.Minimal("b1"), BatchSamples.Minimal("b2")], ""","paging":{"next_cursor":"cursor_a+/="}""")),
            FakeApi.Reply(List([BatchSamples.Minimal("b3")], ""","paging":{"next_cursor":"cursor_b"}""")),
            FakeApi.Reply(List([], ""","paging":{"next_cursor":"cursor_c"}""")),
            FakeApi.Reply(List([BatchSamples.Minimal("b4")], ""","paging":{"next_cursor":null}"""))
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(["b1", "b2", "b3", "b4"], await WalkAsync(groq));
        Assert.Equal(["", "?cursor=cursor_a%2B%2F%3D", "?cursor=cursor_b", "?cursor=cursor_c"], api.Calls.Select(call => call.Query));
    }

    [Theory]
    [InlineData("""{"object":"list","data":[]}""")]
    [InlineData("""{"object":"list","data":[],"paging":{}}""")]
    [InlineData("""{"object":"list","data":[],"paging":null,"new":1}""")]
    public async Task An_empty_list_ends(string list)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(list));
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Empty(await WalkAsync(groq));
        Assert.Single(api.Calls);
    }

    [Fact]
    public async Task A_list_is_walked_by_its_last_id_where_the_provider_pages_so()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(List([BatchSamples.Minimal("b1"), BatchSamples.Minimal("b2")], ""","has_more":true,"last_id":"b2" """)),
            FakeApi.Reply(List([BatchSamples.Minimal("b3")], ""","has_more":false"""))
        );
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:PagingStyle", "After"), ("Groq:PageSize", "2"));

        Assert.Equal(["b1", "b2", "b3"], await WalkAsync(groq));
        Assert.Equal(["?limit=2", "?after=b2&limit=2"], api.Calls.Select(call => call.Query));
    }

    // Absence from a list is what a second POST rests on: a list that can't be trusted must never end as if it could.
    [Theory]
    [InlineData("""{"object":"list"}""")]
    [InlineData("""{"object":"list","data":null}""")]
    [InlineData("""{"object":"list","data":[{"status":"completed"}]}""")]
    [InlineData("""{"object":"list","data":[null]}""")]
    [InlineData("""{"object":"list","data":[],"has_more":true}""")]
    [InlineData("""{"object":"list","data":[],"paging":{"next_cursor":"again"}}""")]
    [InlineData("[]")]
    [InlineData("<html></html>")]
    public async Task A_list_that_cannot_be_read_to_its_end_is_an_error(string list)
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(list));
        await using var groq = TestGroq.At(api.BaseUrl);

        await Assert.ThrowsAsync<ProviderException>(() => WalkAsync(groq));
    }

    [Fact]
    public async Task A_list_that_breaks_off_after_its_first_page_is_an_error()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(List([BatchSamples.Minimal("b1")], ""","paging":{"next_cursor":"c"}""")),
            FakeApi.Reply(401, "{}")
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        await Assert.ThrowsAsync<ProviderException>(() => WalkAsync(groq));
    }

    [Fact]
    public async Task Cancelling_gives_the_batch_as_it_is_then()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(BatchSamples.Minimal("batch_1", "cancelling")));
        await using var groq = TestGroq.At(api.BaseUrl);

        var batch = await groq.Provider.CancelBatchAsync("batch_1", Token);

        Assert.Equal(ProviderBatchStatus.Cancelling, batch!.Status);
        var call = Assert.Single(api.Calls);
        Assert.Equal(("POST", "/batches/batch_1/cancel", "0"), (call.Method, call.Path, call.Headers["Content-Length"]));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    public async Task Cancelling_what_has_ended_is_no_error(int status)
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(status, """{"error":{"message":"Cannot cancel a batch that is completed"}}"""),
            FakeApi.Reply(BatchSamples.Batch)
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(ProviderBatchStatus.Completed, (await groq.Provider.CancelBatchAsync("batch_1", Token))!.Status);
        Assert.Equal(["POST", "GET"], api.Calls.Select(call => call.Method));
    }

    [Fact]
    public async Task Cancelling_what_the_provider_does_not_know_gives_nothing()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(404, """{"error":{"message":"No such batch"}}"""));
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Null(await groq.Provider.CancelBatchAsync("batch_1", Token));
    }

    [Fact]
    public async Task An_unknown_status_is_told_once()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(BatchSamples.Minimal("batch_1", "paused")));
        await using var groq = TestGroq.At(api.BaseUrl);

        for (var i = 0; i < 3; i++)
        {
            var batch = Assert.Single(await groq.Provider.GetBatchesAsync(["batch_1"], Token));
            Assert.Equal((ProviderBatchStatus.Unknown, "paused", false), (batch.Status, batch.StatusText, batch.HasEnded));
        }

        Assert.Single(groq.Log.Lines, line => line.Contains("'paused'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Models_are_read_with_whatever_limits_the_provider_tells()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(
                """
                {"object":"list","data":[
                  {"id":"openai/gpt-oss-20b","object":"model","created":1,"owned_by":"OpenAI","active":true,"context_window":131072,"public_apps":null,"max_completion_tokens":65536},
                  {"id":"newer","context_length":1000,"max_output_length":100,"pricing":{"prompt":"0.0000001"}},
                  {"id":"retired","active":false},
                  {"object":"model"}
                ]}
                """
            )
        );
        await using var groq = TestGroq.At(api.BaseUrl);

        Assert.Equal(
            [
                new ProviderModel("openai/gpt-oss-20b", true, 131_072, 65_536),
                new ProviderModel("newer", true, 1_000, 100),
                new ProviderModel("retired", false, null, null),
            ],
            await groq.Provider.ListModelsAsync(Token)
        );
    }

    [Fact]
    public async Task Another_provider_takes_its_key_headers_and_version_its_own_way()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(BatchSamples.Batch));
        await using var groq = TestGroq.At(
            api.BaseUrl,
            ("Groq:AuthHeader", "api-key"),
            ("Groq:AuthScheme", ""),
            ("Groq:Headers:X-Team", "metrics"),
            ("Groq:Query:api-version", "2026-10-01"),
            ("Groq:MaxIdsPerStatusCall", "0"),
            ("Groq:MaxRetries", "1")
        );

        await groq.Provider.GetBatchesAsync(["batch/1 ü"], Token);

        var call = Assert.Single(api.Calls);
        Assert.Equal(TestGroq.Key, call.Headers["api-key"]);
        Assert.False(call.Headers.ContainsKey("Authorization"));
        Assert.Equal("metrics", call.Headers["X-Team"]);
        Assert.Equal("?api-version=2026-10-01", call.Query);
        Assert.StartsWith("GroqBatch/", call.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.StartsWith("/batches/batch%2F1", call.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hosts_own_simulator_is_never_given_a_real_key()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply("""{"data":[]}"""));
        await using var groq = TestGroq.With([("Groq:Mode", "Simulator"), ("Groq:ApiKey", TestGroq.Key)]);
        groq.Endpoint.UseSimulator(api.BaseUrl);

        await groq.Provider.ListModelsAsync(Token);

        Assert.Equal("Bearer simulated", Assert.Single(api.Calls).Headers["Authorization"]);
    }

    private static Task AnswerIds(HttpContext context)
    {
        var ids = context.Request.Query["id"];
        if (ids.Count > 0)
        {
            return FakeApi.Reply(List([.. ids.Where(id => id != "lost").Reverse().Select(id => BatchSamples.Minimal(id!))]))(context);
        }

        var single = context.Request.Path.Value!.Split('/')[^1];
        return single == "lost"
            ? FakeApi.Reply(404, """{"error":{"message":"No such batch: lost","type":"invalid_request_error"}}""")(context)
            : FakeApi.Reply(BatchSamples.Minimal(single))(context);
    }

    private static string List(string[] batches, string more = "") =>
        $$"""{"object":"list","data":[{{string.Join(',', batches)}}]{{more}}}""";

    private static async Task<List<string>> WalkAsync(TestGroq groq)
    {
        var ids = new List<string>();
        await foreach (var batch in groq.Provider.ListBatchesAsync(Token))
        {
            ids.Add(batch.Id);
        }

        return ids;
    }
}
