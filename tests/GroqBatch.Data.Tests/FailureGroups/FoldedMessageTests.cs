using GroqBatch.Testing.Databases;

namespace GroqBatch.Data.Tests.FailureGroups;

/// <summary>What makes two messages the same one.</summary>
public sealed class FoldedMessageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(
        "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
        "Failed to generate JSON. Please adjust your prompt. See … for more details."
    )]
    [InlineData(
        "max completion tokens reached before generating a valid document",
        "max completion tokens reached before generating a valid document"
    )]
    [InlineData("Answered after 4,096 tokens and 12.5 s (0.3 %)", "Answered after # tokens and # s (# %)")]
    [InlineData("HTTP 429 without an explanation.", "HTTP 429 without an explanation.")]
    [InlineData("HTTP 503 without an explanation.", "HTTP 503 without an explanation.")]
    [InlineData(
        "Rate limit reached for model `openai/gpt-oss-20b` in org_01kb2v9m, request req-77",
        "Rate limit reached for model … in #, request #"
    )]
    [InlineData("Request 3f2a9c1e-0000-4000-8000-0123456789ab of batch_01kb2v9m8vep2a", "Request # of #")]
    [InlineData("Trace 7f3a9c2e01ab said \"it's gone\" and “why”", "Trace # said … and …")]
    [InlineData("The model's answer isn't JSON: \"{ never closed", "The model's answer isn't JSON: …")]
    [InlineData("  two\n\n lines\tand blanks ", "two lines and blanks")]
    [InlineData("", "")]
    public async Task Folds_ids_numbers_and_quoted_texts(string message, string folded)
    {
        await using var command = database.DataSource.CreateCommand("select groqbatch.folded_message($1)");
        command.Parameters.AddWithValue(message);

        Assert.Equal(folded, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(2_000, 'x')]
    [InlineData(2_000, '"')]
    [InlineData(2_000, '-')]
    [InlineData(2_000, '7')]
    [InlineData(2_000, '漢')]
    public async Task Stays_short_and_fast_whatever_the_message_is(int length, char of)
    {
        await using var command = database.DataSource.CreateCommand(
            "select length(groqbatch.folded_message($1)), groqbatch.message_key($1) is not null"
        );
        command.CommandTimeout = 2;
        command.Parameters.AddWithValue(new string(of, length));
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.InRange(reader.GetInt32(0), 1, Lengths.FoldedMessage);
        Assert.True(reader.GetBoolean(1));
    }
}
