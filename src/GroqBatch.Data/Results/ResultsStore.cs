using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Results;
using GroqBatch.Core.Runs;
using GroqBatch.Data.Audit;
using GroqBatch.Data.Batches;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.Runs;
using Npgsql;
using NpgsqlTypes;
using RunJson = GroqBatch.Data.Runs.RunJson;

namespace GroqBatch.Data.Results;

internal sealed class ResultsStore(NpgsqlDataSource dataSource) : IResultsStore
{
    public async Task<(Guid RunId, Guid BatchId)?> FindBatchAsync(
        string provider,
        string providerBatchId,
        Guid? nonce,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(ResultsSql.FindBatch);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("id", providerBatchId);
        command.Parameters.Add(Nullable("nonce", NpgsqlDbType.Uuid, nonce));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetGuid(0), reader.GetGuid(1)) : null;
    }

    public Task<IReadOnlyList<KnownPullRequest>> FindAsync(
        string provider,
        IReadOnlyList<ResultMapLine> map,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            ResultsSql.Mapped,
            [
                new("provider", provider),
                new("custom_ids", map.Select(line => line.CustomId).ToArray()),
                new("teams", map.Select(line => line.Team).ToArray()),
                new("repositories", map.Select(line => line.Repository).ToArray()),
                new("numbers", map.Select(line => line.Number).ToArray()),
            ],
            cancellationToken
        );

    public Task<IReadOnlyList<KnownPullRequest>> FindAsync(
        string provider,
        IReadOnlyCollection<long> ids,
        CancellationToken cancellationToken
    ) => ReadAsync(ResultsSql.Own, [new("provider", provider), new("ids", ids.ToArray())], cancellationToken);

    public async Task<bool> SaveAsync(NewResults results, Actor actor, CancellationToken cancellationToken)
    {
        var run = RunOf(results, actor);
        var batch = BatchOf(results);
        var ids = results.PullRequests.Select(pullRequest => pullRequest.Id).ToArray();
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        NpgsqlParameter[] Parameters() =>
            [
                new("run", run.Id),
                new("batch", batch.Id),
                new("provider", run.Provider),
                new("selected", ids.Length),
                new("model", results.Rung.Model),
                new("prompt_version", results.PromptVersion),
                new("ids", ids),
                new("submitted_at", batch.SubmittedAt!.Value),
            ];
        await ledger.ExecuteAsync(
            ResultsSql.AddRun,
            [
                .. Parameters(),
                new("team", run.TeamId),
                new("reason", run.Reason!),
                Json("ladder", JsonSerializer.Serialize(run.Ladder, RunJson.Default.Ladder)),
                Json("settings", JsonSerializer.Serialize(run.Settings, RunJson.Default.RunSettings)),
                new("actor", actor.Name),
            ],
            cancellationToken
        );
        await ledger.ExecuteAsync(ResultsSql.AddPass, Parameters(), cancellationToken);
        if (await ledger.ExecuteAsync(ResultsSql.AddBatch, [.. Parameters(), .. BatchParameters(results, batch)], cancellationToken) == 0)
        {
            // Somebody else has saved it meanwhile; nothing of this is kept.
            return false;
        }

        await ledger.ExecuteAsync(ResultsSql.AddRequests, Parameters(), cancellationToken);
        await ledger.ExecuteAsync(ResultsSql.AddAttempts, Parameters(), cancellationToken);
        if (results.IsMapped)
        {
            await ledger.ExecuteAsync(
                ResultsSql.AddCustomIds,
                [.. Parameters(), new("custom_ids", results.PullRequests.Select(pullRequest => pullRequest.CustomId).ToArray())],
                cancellationToken
            );
        }

        var taken = await BatchStore.TakeAsync(ledger, results.Describe(run, batch), isLate: !results.Overwrite, cancellationToken);
        if (taken.Again > 0)
        {
            // Lines that were refused for a key or a model: elsewhere a person mends it and they are sent again, here nothing ever is.
            await ledger.ExecuteAsync("truncate resolutions", [], cancellationToken);
            await ledger.ExecuteAsync(
                RunSql.WaitingToResolutions,
                [
                    new("run", run.Id),
                    new("pass", (short)1),
                    new("code", FailureCode.ApiError.ToWire()),
                    new("message", taken.Refusal ?? "Refused; it is not sent again."),
                ],
                cancellationToken
            );
            await ResolutionSql.ApplyAsync(ledger, run, pass: 1, cancellationToken);
        }

        await ledger.ExecuteAsync(
            ResultsSql.MarkPrompt,
            [new("run", run.Id), new("prompt_major", PromptVersion.Current.Major)],
            cancellationToken
        );
        var state = (string)
            (await ledger.ScalarAsync(ResultsSql.End, [new("run", run.Id), new("reason", run.Reason!)], cancellationToken))!;
        await ledger.ExecuteAsync(
            RunSql.AddEvent,
            [
                new("run", run.Id),
                new("actor", actor.Name),
                new("subject", "run"),
                Nullable("batch", NpgsqlDbType.Uuid, null),
                Nullable("pass", NpgsqlDbType.Smallint, null),
                Nullable("from", NpgsqlDbType.Text, null),
                new("to", state),
                new("reason", run.Reason!),
            ],
            cancellationToken
        );
        await AuditSql.AppendAsync(
            ledger,
            actor,
            "run.results",
            run.Id.ToString(),
            before: null,
            new JsonObject
            {
                ["state"] = state,
                ["batchId"] = results.Batch.Id,
                ["pullRequests"] = ids.Length,
                ["succeeded"] = taken.Succeeded,
                ["isMapped"] = results.IsMapped,
                ["overwrite"] = results.Overwrite,
            }.ToJsonString(),
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<IReadOnlyList<KnownPullRequest>> ReadAsync(
        string sql,
        NpgsqlParameter[] parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new List<KnownPullRequest>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(
                new KnownPullRequest(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4))
            );
        }

        return known;
    }

    private static Run RunOf(NewResults results, Actor actor) =>
        new()
        {
            Id = results.RunId,
            TeamId = results.TeamId,
            TeamSlug = results.PullRequests[0].Team,
            Provider = results.Provider,
            State = RunState.Running,
            WithFallback = false,
            Ladder = new Ladder([results.Rung]),
            PromptVersion = results.PromptVersion,
            Settings = new RunSettings
            {
                MaxRequestsPerBatch = results.PullRequests.Count,
                MaxBatchBytes = results.Bytes,
                CompletionWindow = "24h",
                MaxAttemptsPerRequest = 1,
            },
            StartedBy = actor.Name,
            CreatedAt = results.Batch.CreatedAt ?? DateTimeOffset.UnixEpoch,
            Selected = results.PullRequests.Count,
            Reason = $"Made of batch {results.Batch.Id}, which another process had sent.",
        };

    private static Batch BatchOf(NewResults results)
    {
        var created = (results.Batch.CreatedAt ?? DateTimeOffset.UnixEpoch).ToUniversalTime();
        return new()
        {
            Id = results.BatchId,
            RunId = results.RunId,
            Pass = 1,
            Ordinal = 1,
            State = BatchState.Ended,
            Provider = results.Provider,
            Nonce = BatchMetadata.NonceOf(results.Batch.Metadata) ?? Guid.NewGuid(),
            Requests = results.PullRequests.Count,
            Bytes = results.Bytes,
            RequestFileHash = results.RequestFileHash,
            PromptVersion = results.PromptVersion,
            Rung = results.Rung,
            ProviderBatchId = results.Batch.Id,
            InputFileId = results.Batch.InputFileId,
            OutputFileId = results.Batch.OutputFileId,
            ErrorFileId = results.Batch.ErrorFileId,
            Status = results.Batch.StatusText,
            RawJson = results.Batch.RawJson,
            ProviderCounts = results.Batch.Counts,
            SubmittedAt = created,
            // Whoever cancelled it, nobody here waits for what it did not get to.
            CancelRequestedAt = created,
            Now = created,
        };
    }

    private static NpgsqlParameter[] BatchParameters(NewResults results, Batch batch) =>
        [
            new("nonce", batch.Nonce),
            new("bytes", batch.Bytes),
            new("hash", batch.RequestFileHash),
            Json("rung", JsonSerializer.Serialize(results.Rung, RunJson.Default.Rung)),
            new("provider_batch_id", results.Batch.Id),
            new("status", results.Batch.StatusText),
            Json("raw", results.Batch.RawJson),
            Nullable("input", NpgsqlDbType.Text, results.Batch.InputFileId),
            Nullable("output", NpgsqlDbType.Text, results.Batch.OutputFileId),
            Nullable("error", NpgsqlDbType.Text, results.Batch.ErrorFileId),
            Nullable("total", NpgsqlDbType.Integer, results.Batch.Counts?.Total),
            Nullable("completed", NpgsqlDbType.Integer, results.Batch.Counts?.Completed),
            Nullable("failed", NpgsqlDbType.Integer, results.Batch.Counts?.Failed),
            Nullable("ended_at", NpgsqlDbType.TimestampTz, results.Batch.EndedAt?.ToUniversalTime()),
            Nullable("expires_at", NpgsqlDbType.TimestampTz, results.Batch.ExpiresAt?.ToUniversalTime()),
        ];

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };

    private static NpgsqlParameter Json(string name, string json) => new(name, NpgsqlDbType.Jsonb) { Value = json };
}
