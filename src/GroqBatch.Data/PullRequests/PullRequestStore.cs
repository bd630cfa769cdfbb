using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GroqBatch.Core.PullRequests;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.PullRequests;

internal sealed partial class PullRequestStore(NpgsqlDataSource dataSource, ILogger<PullRequestStore> logger) : IPullRequestStore
{
    private const int MaxTries = 5;
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<PullRequestChange[]> UpsertAsync(
        int teamId,
        IReadOnlyList<ImportedPullRequest> pullRequests,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryUpsertAsync(teamId, pullRequests, cancellationToken);
            }
            catch (PostgresException conflict)
                when (attempt < MaxTries
                    && conflict.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
                )
            {
                // Imports do not meet like this (they lock in the order of keys), but an import and an ingest may: both touch the states of
                // pull requests. PostgreSQL has undone this one whole.
                Log.Conflict(logger, teamId, attempt);
            }
        }
    }

    private async Task<PullRequestChange[]> TryUpsertAsync(
        int teamId,
        IReadOnlyList<ImportedPullRequest> pullRequests,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changes = await UpsertAsync(connection, transaction, teamId, pullRequests, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return changes;
    }

    /// <summary>As part of a transaction of the caller's; once in it.</summary>
    internal static async Task<PullRequestChange[]> UpsertAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int teamId,
        IReadOnlyList<ImportedPullRequest> pullRequests,
        CancellationToken cancellationToken
    )
    {
        var changes = new PullRequestChange[pullRequests.Count];
        await using (var create = new NpgsqlCommand(PullRequestSql.CreateIncoming, connection, transaction))
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        await CopyAsync(connection, pullRequests, cancellationToken);
        await using (
            var upsert = new NpgsqlCommand(PullRequestSql.Upsert, connection, transaction)
            {
                Parameters = { new("team", teamId) },
                CommandTimeout = 600,
            }
        )
        {
            await using var reader = await upsert.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                changes[reader.GetInt32(0)] = reader.GetBoolean(1) ? PullRequestChange.Added : PullRequestChange.Updated;
            }
        }

        return changes;
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<ImportedPullRequest> pullRequests,
        CancellationToken cancellationToken
    )
    {
        await using var writer = await connection.BeginBinaryImportAsync(PullRequestSql.CopyIncoming, cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        await using var json = new Utf8JsonWriter(buffer, JsonOptions);
        for (var i = 0; i < pullRequests.Count; i++)
        {
            var (pullRequest, contentHash, promptBytes) = pullRequests[i];
            await writer.StartRowAsync(cancellationToken);
            await writer.WriteAsync(i, cancellationToken);
            await writer.WriteAsync(pullRequest.Repository, cancellationToken);
            await writer.WriteAsync(pullRequest.Number, cancellationToken);
            await writer.WriteAsync(pullRequest.Title, cancellationToken);
            await writer.WriteAsync(pullRequest.Body, cancellationToken);
            await writer.WriteAsync(pullRequest.Author.Login, cancellationToken);
            await WriteNullableAsync(pullRequest.Author.Name);
            await writer.WriteAsync(pullRequest.Author.IsBot, cancellationToken);
            await writer.WriteAsync(pullRequest.State, cancellationToken);
            await writer.WriteAsync(pullRequest.IsMerged, cancellationToken);
            await writer.WriteAsync(pullRequest.IsDraft, cancellationToken);
            await writer.WriteAsync(pullRequest.Labels as string[] ?? [.. pullRequest.Labels], cancellationToken);
            await writer.WriteAsync(pullRequest.Additions, cancellationToken);
            await writer.WriteAsync(pullRequest.Deletions, cancellationToken);
            await writer.WriteAsync(pullRequest.ChangedFiles, cancellationToken);
            await writer.WriteAsync(pullRequest.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteTimeAsync(pullRequest.MergedAt);
            await WriteTimeAsync(pullRequest.ClosedAt);
            await writer.WriteAsync(pullRequest.Url, cancellationToken);
            await WriteJsonAsync(pullRequest.Files, PullRequestJson.Default.IReadOnlyListChangedFile);
            await WriteJsonAsync(pullRequest.Commits, PullRequestJson.Default.IReadOnlyListCommit);
            await WriteJsonAsync(pullRequest.Reviews, PullRequestJson.Default.IReadOnlyListReview);
            await WriteJsonAsync(pullRequest.Comments, PullRequestJson.Default.IReadOnlyListComment);
            await writer.WriteAsync(contentHash, NpgsqlDbType.Bytea, cancellationToken);
            await writer.WriteAsync(promptBytes, cancellationToken);
            await writer.WriteAsync(pullRequest.IsEligible, cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);

        Task WriteNullableAsync(string? text) =>
            text is null ? writer.WriteNullAsync(cancellationToken) : writer.WriteAsync(text, cancellationToken);

        Task WriteTimeAsync(DateTimeOffset? time) =>
            time is { } at ? writer.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellationToken) : writer.WriteNullAsync(cancellationToken);

        Task WriteJsonAsync<T>(IReadOnlyList<T> list, JsonTypeInfo<IReadOnlyList<T>> type)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            JsonSerializer.Serialize(json, list, type);
            return writer.WriteAsync(buffer.WrittenMemory, NpgsqlDbType.Jsonb, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Storing pull requests of team {TeamId} met another change; try {Attempt} is taken again"
        )]
        public static partial void Conflict(ILogger logger, int teamId, int attempt);
    }
}
