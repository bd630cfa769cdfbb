using System.IO.Compression;
using System.Net;
using GroqBatch.Core.Storage;
using GroqBatch.Web.Tests.Dashboard;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Web.Tests.Runs;

/// <summary>Raw files over HTTP: who gets them, and what is said where there is none.</summary>
public sealed class RawFileEndpointTests(DashboardHost host) : IClassFixture<DashboardHost>
{
    private static readonly Guid Run = Guid.Parse("0199a3f2-0000-4000-8000-000000000001");
    private static readonly Guid Batch = Guid.Parse("0199a3f2-0000-4000-8000-000000000002");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_a_file_as_it_is_kept_and_notes_who_took_it()
    {
        using var client = host.CreateClient();
        await host.SignInAsync(client, "mira");
        await WriteRunAsync();

        using var answer = await client.GetAsync(new Uri($"/runs/{Run}/raw/{Batch}/output", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/gzip", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("pass1-batch001.output.jsonl.gz", answer.Content.Headers.ContentDisposition?.FileName);
        await using var content = new GZipStream(await answer.Content.ReadAsStreamAsync(Cancellation), CompressionMode.Decompress);
        using var reader = new StreamReader(content);
        Assert.Equal("""{"custom_id":"pr-1"}""", await reader.ReadLineAsync(Cancellation));
        await using var audited = host.Database.DataSource.CreateCommand(
            "select count(*) from groqbatch.audit_events where actor = 'mira' and action = 'run.raw' and target = $1"
        );
        audited.Parameters.Add(new() { Value = Run.ToString() });
        Assert.True((long)(await audited.ExecuteScalarAsync(Cancellation))! > 0);
    }

    [Fact]
    public async Task Says_why_a_file_that_should_be_there_can_not_be_had()
    {
        using var client = host.CreateClient();
        await host.SignInAsync(client, "mira");
        await WriteRunAsync();

        using var answer = await client.GetAsync(new Uri($"/runs/{Run}/raw/{Batch}/request", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Contains("gone from the disk", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0199a3f2-0000-4000-8000-000000000001", "0199a3f2-0000-4000-8000-000000000002", "error")]
    [InlineData("0199a3f2-0000-4000-8000-000000000001", "0199a3f2-0000-4000-8000-000000000002", "..%2f..%2fappsettings.json")]
    [InlineData("0199a3f2-0000-4000-8000-000000000001", "0199a3f2-0000-4000-8000-00000000000f", "output")]
    [InlineData("0199a3f2-0000-4000-8000-00000000000f", "0199a3f2-0000-4000-8000-000000000002", "output")]
    public async Task Finds_nothing_where_there_is_no_such_file(string run, string batch, string kind)
    {
        using var client = host.CreateClient();
        await host.SignInAsync(client, "mira");
        await WriteRunAsync();

        using var answer = await client.GetAsync(new Uri($"/runs/{run}/raw/{batch}/{kind}", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Gives_a_stranger_nothing()
    {
        using var client = host.CreateClient(followsRedirects: false);

        using var answer = await client.GetAsync(new Uri($"/runs/{Run}/raw/{Batch}/output", UriKind.Relative), Cancellation);

        Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Found, HttpStatusCode.Unauthorized });
    }

    /// <summary>A run with one batch of which only the output file is on the disk.</summary>
    private async Task WriteRunAsync()
    {
        await using var command = host.Database.DataSource.CreateCommand(
            $$"""
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
            values (7001, 'raw', 'Raw', 0.95, false) on conflict do nothing;
            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, created_at, is_canary_decided, selected, succeeded)
            values ('{{Run}}', 7001, 'simulator', 'Completed', true, false, '{}',
                    '{"rungs":[{"ordinal":1,"model":"m","responseFormat":"JsonSchema","maxCompletionTokens":1,"contextTokens":1}]}', '1.0',
                    '{"maxRequestsPerBatch":1,"maxBatchBytes":1,"completionWindow":"24h","maxAttemptsPerRequest":1}', 'mira', now(), true, 1, 1)
            on conflict do nothing;
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
            values ('{{Run}}', 1, 'm', 1, 1, 0, 0, 0, 0, 0) on conflict do nothing;
            insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, status, provider, nonce, requests, bytes, prompt_version,
                                           request_file_hash, output_file_id, created_at, troubles)
            values ('{{Batch}}', '{{Run}}', 1, 1, 'Ingested', 'completed', 'simulator', gen_random_uuid(), 1, 1, '1.0', '\x00', 'file_out', now(), 0)
            on conflict do nothing;
            """
        );
        await command.ExecuteNonQueryAsync(Cancellation);
        var folder = Path.Combine(host.Services.GetRequiredService<IOptions<StorageOptions>>().Value.RawFolder, Run.ToString());
        Directory.CreateDirectory(folder);
        await using var file = new GZipStream(File.Create(Path.Combine(folder, $"{Batch}.output.jsonl.gz")), CompressionLevel.Fastest);
        await file.WriteAsync("{\"custom_id\":\"pr-1\"}\n"u8.ToArray(), Cancellation);
    }
}
