using System.Text.Json;
using GroqBatch.Core.Batches;
using GroqBatch.Groq.Client;

namespace GroqBatch.Groq.Tests.Client;

public sealed class BatchReaderTests
{
    [Fact]
    public void The_documented_batch_is_read_whole()
    {
        var batch = Read(BatchSamples.Batch);

        Assert.Equal("batch_01m7e79rtyfx5vsa9mkvef9ews", batch.Id);
        Assert.Equal((ProviderBatchStatus.Completed, "completed", true), (batch.Status, batch.StatusText, batch.HasEnded));
        Assert.Equal("file_01m7e79evve8kbcf2tpy8vep2a", batch.InputFileId);
        Assert.Equal("file_01m7e7bm4zef7a5n56tabvem4j", batch.OutputFileId);
        Assert.Equal("file_01m7e7bm5cf1tr6k0s3gqy4w2n", batch.ErrorFileId);
        Assert.Equal(new RequestCounts(1000, 958, 42), batch.Counts);
        Assert.Empty(batch.Errors);
        Assert.Empty(batch.Metadata);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_794_700_010), batch.CreatedAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_794_700_071), batch.EndedAt);
        Assert.Equal(TimeSpan.FromHours(24), batch.ExpiresAt - batch.CreatedAt);
        Assert.Equal(BatchSamples.Batch, batch.RawJson);
    }

    [Fact]
    public void The_guides_partly_valid_batch_completed_with_an_error_in_a_bare_list()
    {
        var batch = Read(BatchSamples.PartlyValid);

        Assert.Equal(ProviderBatchStatus.Completed, batch.Status);
        Assert.Equal(new RequestCounts(3, 2, 1), batch.Counts);
        Assert.Equal(
            new ProviderBatchError("invalid_method", "Invalid value: 'GET'. Supported values are: 'POST'", "method", 4),
            Assert.Single(batch.Errors)
        );
    }

    [Theory]
    [InlineData("COMPLETED", "completed", ProviderBatchStatus.Completed)]
    [InlineData("Failed", "failed", ProviderBatchStatus.Failed)]
    [InlineData("CANCELLED", "cancelled", ProviderBatchStatus.Cancelled)]
    [InlineData("Paused", "Paused", ProviderBatchStatus.Unknown)]
    public void A_known_status_is_the_same_word_whatever_its_letters(string word, string stored, ProviderBatchStatus status)
    {
        var batch = Read(BatchSamples.Minimal("b", word));

        Assert.Equal((status, stored), (batch.Status, batch.StatusText));
    }

    [Fact]
    public void A_status_longer_than_the_ledger_keeps_is_cut() =>
        Assert.Equal(new string('x', 200), Read(BatchSamples.Minimal("b", new string('x', 5_000))).StatusText);

    [Theory]
    [InlineData("validating", ProviderBatchStatus.Validating, false)]
    [InlineData("failed", ProviderBatchStatus.Failed, true)]
    [InlineData("in_progress", ProviderBatchStatus.InProgress, false)]
    [InlineData("finalizing", ProviderBatchStatus.Finalizing, false)]
    [InlineData("completed", ProviderBatchStatus.Completed, true)]
    [InlineData("expired", ProviderBatchStatus.Expired, true)]
    [InlineData("cancelling", ProviderBatchStatus.Cancelling, false)]
    [InlineData("cancelled", ProviderBatchStatus.Cancelled, true)]
    [InlineData("paused", ProviderBatchStatus.Unknown, false)]
    [InlineData("", ProviderBatchStatus.Unknown, false)]
    public void Each_status_is_known_and_an_unknown_one_is_never_an_end(string word, ProviderBatchStatus status, bool hasEnded)
    {
        var batch = Read(BatchSamples.Minimal("b", word));

        Assert.Equal((status, word, hasEnded), (batch.Status, batch.StatusText, batch.HasEnded));
    }

    [Theory]
    [InlineData("""," errors":null""")]
    [InlineData(""","errors":null""")]
    [InlineData(""","errors":[]""")]
    [InlineData(""","errors":{"object":"list","data":[]}""")]
    [InlineData(""","errors":{"object":"list","data":null}""")]
    [InlineData(""","errors":7""")]
    public void Without_faults_there_are_none(string errors) => Assert.Empty(Read(BatchSamples.Minimal("b", more: errors)).Errors);

    [Theory]
    [InlineData("""[{"code":"invalid_json_line","message":"No JSON","param":null,"line":2},{"message":"Worse"}]""")]
    [InlineData(
        """{"object":"list","data":[{"code":"invalid_json_line","message":"No JSON","line":2},{"code":null,"message":"Worse","line":null}]}"""
    )]
    [InlineData("""[{"code":"invalid_json_line","message":"No JSON","line":"2"},"Worse"]""")]
    public void Faults_of_validation_come_in_several_shapes(string errors)
    {
        var batch = Read(BatchSamples.Minimal("b", "failed", $""","errors":{errors}"""));

        Assert.Equal(
            [new ProviderBatchError("invalid_json_line", "No JSON", null, 2), new ProviderBatchError(null, "Worse", null, null)],
            batch.Errors
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","output_file_id":null,"error_file_id":null""")]
    [InlineData(""","output_file_id":"","error_file_id":"" """)]
    [InlineData(""","output_file_id":{},"error_file_id":{}""")]
    [InlineData(""","output_file_id":[],"error_file_id":false""")]
    public void No_file_is_said_in_many_ways(string files)
    {
        var batch = Read(BatchSamples.Minimal("b", "completed", files));

        Assert.Null(batch.OutputFileId);
        Assert.Null(batch.ErrorFileId);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","request_counts":null""")]
    [InlineData(""","request_counts":[]""")]
    public void Counts_may_be_absent(string counts) => Assert.Null(Read(BatchSamples.Minimal("b", more: counts)).Counts);

    [Fact]
    public void Metadata_is_text_whatever_came()
    {
        var batch = Read(BatchSamples.Minimal("b", more: ""","metadata":{"nonce":"n","number":7,"none":null,"half\ud800":"\u0000"}"""));

        Assert.Equal("n", batch.Metadata["nonce"]);
        Assert.Equal("7", batch.Metadata["number"]);
        Assert.Equal("\uFFFD", batch.Metadata["half\uFFFD"]);
        Assert.DoesNotContain("\\u0000", batch.RawJson, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("completed", "completed_at")]
    [InlineData("failed", "failed_at")]
    [InlineData("expired", "expired_at")]
    [InlineData("cancelled", "cancelled_at")]
    public void It_ended_when_its_own_end_came(string status, string field)
    {
        var batch = Read(
            BatchSamples.Minimal("b", status, $""","completed_at":1,"failed_at":2,"expired_at":3,"cancelled_at":4,"{field}":1794700099""")
        );

        Assert.Equal(1_794_700_099, batch.EndedAt!.Value.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("1794700010.75", 1_794_700_010L)]
    [InlineData("\"1794700010\"", 1_794_700_010L)]
    [InlineData("null", null)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("99999999999999", null)]
    [InlineData("\"2026-11-24\"", null)]
    public void Times_are_read_where_they_can_be(string value, long? seconds) =>
        Assert.Equal(seconds, Read($$"""{"id":"b","expires_at":{{value}}}""").ExpiresAt?.ToUnixTimeSeconds());

    [Fact]
    public void A_batch_of_nothing_but_its_id_is_one_and_without_its_id_it_is_none()
    {
        var batch = Read("""{"id":"b","something":{"new":[1,2,3]}}""");

        Assert.Equal((ProviderBatchStatus.Unknown, "", ""), (batch.Status, batch.StatusText, batch.InputFileId));
        Assert.Null(BatchReader.Read(new WireBatch(JsonElement.Parse("""{"status":"completed"}"""))));
        Assert.Null(BatchReader.Read(new WireBatch(JsonElement.Parse("[]"))));
    }

    private static ProviderBatch Read(string json) => BatchReader.Read(new WireBatch(JsonElement.Parse(json)))!;
}
