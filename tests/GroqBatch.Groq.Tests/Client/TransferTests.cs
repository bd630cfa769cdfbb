using System.Diagnostics;
using System.Text;
using GroqBatch.Core.Batches;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Groq.Tests.Client;

public sealed class TransferTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_a_form_that_the_strictest_parser_takes()
    {
        var body = "";
        await using var api = await FakeApi.StartAsync(async context =>
        {
            body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            await FakeApi.Reply(BatchSamples.File)(context);
        });
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile("{\"custom_id\":\"pr-1\"}\n");

        var id = await groq.Provider.UploadAsync(file.Path, "run-1.jsonl", Token);

        Assert.Equal("file_01m7e79evve8kbcf2tpy8vep2a", id);
        var call = Assert.Single(api.Calls);
        Assert.Equal(("POST", "/files"), (call.Method, call.Path));
        var type = call.Headers["Content-Type"];
        Assert.Matches("^multipart/form-data; boundary=[a-z0-9-]+$", type);
        var boundary = type[(type.IndexOf('=', StringComparison.Ordinal) + 1)..];
        Assert.Equal(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + $"--{boundary}\r\nContent-Type: application/jsonl\r\nContent-Disposition: form-data; name=\"file\"; filename=\"run-1.jsonl\"\r\n\r\n"
                + $"{{\"custom_id\":\"pr-1\"}}\n\r\n--{boundary}--\r\n",
            body
        );
        Assert.Equal($"{Encoding.UTF8.GetByteCount(body)}", call.Headers["Content-Length"]);
        Assert.Equal($"Bearer {TestGroq.Key}", call.Headers["Authorization"]);
        Assert.StartsWith("GroqBatch/", call.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("input.json")]
    [InlineData("größe.jsonl")]
    [InlineData("a\"b.jsonl")]
    [InlineData("../a.jsonl")]
    public async Task A_name_the_provider_would_refuse_is_refused_here(string name)
    {
        await using var groq = TestGroq.At(new Uri("http://127.0.0.1:9/v1"));
        using var file = new TemporaryFile("");

        await Assert.ThrowsAsync<ArgumentException>(() => groq.Provider.UploadAsync(file.Path, name, Token));
    }

    [Fact]
    public async Task A_refusal_comes_before_a_large_file_is_sent()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply(413, """{"error":{"message":"File too large"}}"""));
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile();
        MakeSparse(file.Path, 300_000_000);

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.UploadAsync(file.Path, "a.jsonl", Token));

        Assert.Equal((ProviderFault.TooLarge, 413, false), (exception.Fault, exception.HttpStatus, exception.MayHaveHappened));
    }

    [Fact]
    public async Task An_upload_whose_reply_is_lost_or_useless_may_have_happened()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.HangUp, FakeApi.Reply("{}"));
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile("{}");

        for (var i = 0; i < 2; i++)
        {
            var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.UploadAsync(file.Path, "a.jsonl", Token));
            Assert.Equal((ProviderFault.Unreachable, true), (exception.Fault, exception.MayHaveHappened));
        }
    }

    [Fact]
    public async Task A_download_replaces_the_file_and_leaves_nothing_beside_it()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.Reply("first line\nsecond\n"));
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile("older and longer than what comes now");

        var bytes = await groq.Provider.DownloadAsync("file_1", file.Path, Token);

        Assert.Equal(18, bytes);
        Assert.Equal("first line\nsecond\n", await File.ReadAllTextAsync(file.Path, Token));
        Assert.Equal([file.Path], Directory.GetFileSystemEntries(file.Folder));
        Assert.Equal("/files/file_1/content", Assert.Single(api.Calls).Path);
    }

    [Fact]
    public async Task A_download_that_breaks_off_begins_again()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.CutShort("first li", missing: 10), FakeApi.Reply("first line\nsecond\n"));
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile();

        Assert.Equal(18, await groq.Provider.DownloadAsync("file_1", file.Path, Token));
        Assert.Equal(2, api.Calls.Count);
        Assert.Equal([file.Path], Directory.GetFileSystemEntries(file.Folder));
    }

    [Fact]
    public async Task A_download_that_is_never_whole_leaves_the_old_file_alone()
    {
        await using var api = await FakeApi.StartAsync(FakeApi.CutShort("first li", missing: 10));
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:MaxRetries", "1"));
        using var file = new TemporaryFile("old");

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.DownloadAsync("file_1", file.Path, Token));

        Assert.Equal(ProviderFault.Unreachable, exception.Fault);
        Assert.Contains("broke off before its", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, api.Calls.Count);
        Assert.Equal("old", await File.ReadAllTextAsync(file.Path, Token));
        Assert.Equal([file.Path], Directory.GetFileSystemEntries(file.Folder));
    }

    [Fact]
    public async Task A_download_without_a_length_is_whole_when_its_last_chunk_came()
    {
        await using var api = await FakeApi.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("first ");
                await context.Response.Body.FlushAsync();
                context.Abort();
            },
            async context =>
            {
                await context.Response.WriteAsync("first ");
                await context.Response.Body.FlushAsync();
                await context.Response.WriteAsync("second");
            }
        );
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile();

        Assert.Equal(12, await groq.Provider.DownloadAsync("file_1", file.Path, Token));
        Assert.Equal(2, api.Calls.Count);
    }

    [Fact]
    public async Task A_file_that_is_gone_says_so()
    {
        await using var api = await FakeApi.StartAsync(
            FakeApi.Reply(404, """{"error":{"message":"No such File object: file_1","type":"invalid_request_error"}}""")
        );
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile();

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.DownloadAsync("file_1", file.Path, Token));

        Assert.Equal((ProviderFault.NotFound, 404), (exception.Fault, exception.HttpStatus));
        Assert.Empty(Directory.GetFileSystemEntries(file.Folder));
    }

    [Fact]
    public async Task A_download_that_stalls_ends_by_its_own_time_limit()
    {
        await using var api = await FakeApi.StartAsync(async context =>
        {
            context.Response.ContentLength = 1_000;
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var groq = TestGroq.At(api.BaseUrl, ("Groq:TransferTimeout", "00:00:03"));
        using var file = new TemporaryFile();
        var clock = Stopwatch.StartNew();

        var exception = await Assert.ThrowsAsync<ProviderException>(() => groq.Provider.DownloadAsync("file_1", file.Path, Token));

        Assert.Equal(ProviderFault.Unreachable, exception.Fault);
        Assert.Contains("Groq:TransferTimeout", exception.Message, StringComparison.Ordinal);
        Assert.Single(api.Calls);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
        Assert.Empty(Directory.GetFileSystemEntries(file.Folder));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_not_a_fault()
    {
        await using var api = await FakeApi.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile();
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => groq.Provider.DownloadAsync("file_1", file.Path, soon.Token));
        Assert.Empty(Directory.GetFileSystemEntries(file.Folder));

        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => groq.Provider.ListModelsAsync(now.Token));
    }

    private static void MakeSparse(string path, long length)
    {
        using var stream = File.Create(path);
        stream.SetLength(length);
    }
}
