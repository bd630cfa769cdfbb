using System.Runtime.CompilerServices;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Runs;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.PullRequests;
using GroqBatch.Data.Runs;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Batches;

/// <summary>Batches and attempts in PostgreSQL; what came back is taken in the other half of this class.</summary>
internal sealed partial class BatchStore(NpgsqlDataSource dataSource) : IBatchStore
{
    public async IAsyncEnumerable<WaitingRequest> StreamWaitingAsync(
        Guid runId,
        int pass,
        int limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(BatchSql.Waiting);
        command.CommandTimeout = 600;
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("pass", (short)pass);
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new WaitingRequest(
                reader.GetInt64(0),
                reader.GetInt64(1),
                reader.GetFieldValue<byte[]>(2),
                PullRequestRow.Read(reader, firstOrdinal: 3)
            );
        }
    }

    public async Task AddAsync(PlannedBatch batch, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync(BatchSql.CreateLines, [], cancellationToken);
        await using (var copy = await ledger.Connection.BeginBinaryImportAsync(BatchSql.CopyLines, cancellationToken))
        {
            for (var line = 0; line < batch.Lines.Count; line++)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(batch.Lines[line].RequestId, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync(line + 1, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(batch.Lines[line].ContentHash, NpgsqlDbType.Bytea, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await ledger.ExecuteAsync("analyze lines", [], cancellationToken);
        var ordinal = (int)
            (
                await ledger.ScalarAsync(
                    BatchSql.Add,
                    [
                        new("id", batch.Id),
                        new("run", batch.RunId),
                        new("pass", (short)batch.Pass),
                        new("provider", batch.Provider),
                        new("nonce", batch.Nonce),
                        new("requests", batch.Lines.Count),
                        new("bytes", batch.Bytes),
                        new("hash", batch.FileHash),
                        new("prompt_version", batch.PromptVersion),
                        new("rung", NpgsqlDbType.Jsonb) { Value = JsonSerializer.Serialize(batch.Rung, Runs.RunJson.Default.Rung) },
                        Nullable("estimated_cost", NpgsqlDbType.Numeric, batch.EstimatedCost),
                    ],
                    cancellationToken
                )
            )!;
        await ledger.ExecuteAsync(BatchSql.AddAttempts, [new("id", batch.Id)], cancellationToken);
        var taken = await ledger.ExecuteAsync(BatchSql.TakeRequests, [new("id", batch.Id)], cancellationToken);
        if (taken != batch.Lines.Count)
        {
            // They were resolved between the writing of the file and now; nothing is kept, and the next look sees what still waits.
            throw new RequestsMovedException(batch.Lines.Count - taken);
        }

        await AddEventAsync(
            ledger,
            batch.RunId,
            batch.Id,
            batch.Pass,
            from: null,
            BatchState.Planned,
            $"Batch {ordinal} of pass {batch.Pass}: {batch.Lines.Count:N0} requests written.",
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
    }

    public async Task ResolveNotSentAsync(
        Run run,
        int pass,
        IReadOnlyCollection<long> requestIds,
        string message,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync(ResolutionSql.CreateTable, [], cancellationToken);
        await ledger.ExecuteAsync(
            BatchSql.NotSentToResolutions,
            [new("run", run.Id), new("pass", (short)pass), new("ids", requestIds.ToArray()), new("message", message)],
            cancellationToken
        );
        await ResolutionSql.ApplyAsync(ledger, run, pass, cancellationToken);
        await ledger.CommitAsync(cancellationToken);
    }

    public Task<IReadOnlyList<Batch>> ListOpenAsync(Guid runId, CancellationToken cancellationToken) =>
        ListAsync(BatchSql.Open, runId, cancellationToken);

    public Task<IReadOnlyList<Batch>> ListAllAsync(Guid runId, CancellationToken cancellationToken) =>
        ListAsync(BatchSql.All, runId, cancellationToken);

    private async Task<IReadOnlyList<Batch>> ListAsync(string sql, Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue("run", runId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var batches = new List<Batch>();
        while (await reader.ReadAsync(cancellationToken))
        {
            batches.Add(ReadBatch(reader));
        }

        return batches;
    }

    public async Task<int> CountAsync(Guid runId, int pass, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "select count(*)::int from groqbatch.batches where run_id = @run and pass_ordinal = @pass and state <> 'Abandoned'"
        );
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("pass", (short)pass);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public Task MarkUploadedAsync(Guid batchId, string inputFileId, Lease lease, CancellationToken cancellationToken) =>
        MoveAsync(
            BatchSql.Uploaded,
            [new("id", batchId), new("file", inputFileId)],
            batchId,
            BatchState.Planned,
            BatchState.Uploaded,
            (ordinal, pass) => $"Batch {ordinal} of pass {pass} is uploaded as {inputFileId}.",
            lease,
            cancellationToken
        );

    public async Task<(SendingVerdict Verdict, string Explanation)> RecordIntentAsync(
        Batch batch,
        Run run,
        SendingCaps caps,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync(BatchSql.LockCaps, [new("provider", batch.Provider)], cancellationToken);
        var refusal = await CheckCapsAsync(ledger, batch, run, caps, cancellationToken);
        if (refusal is not null)
        {
            return refusal.Value;
        }

        if (await ledger.ExecuteAsync(BatchSql.Intent, [new("id", batch.Id)], cancellationToken) == 0)
        {
            return (SendingVerdict.NotNow, "The run is not running any more.");
        }

        await ledger.CommitAsync(cancellationToken);
        return (SendingVerdict.Go, "");
    }

    public async Task ClearIntentAsync(Guid batchId, string reason, TimeSpan? retryIn, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync(
            BatchSql.ClearIntent,
            [new("id", batchId), new("reason", reason), new("retry_in", retryIn ?? TimeSpan.Zero)],
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
    }

    public Task<bool> MarkSubmittedAsync(
        Guid batchId,
        ProviderBatch batch,
        bool adopted,
        TimeSpan firstPollIn,
        Lease lease,
        CancellationToken cancellationToken
    ) =>
        MoveAsync(
            BatchSql.Submitted,
            [
                new("id", batchId),
                new("provider_batch_id", batch.Id),
                new("status", batch.StatusText),
                new("raw", NpgsqlDbType.Jsonb) { Value = batch.RawJson },
                Nullable("expires_at", NpgsqlDbType.TimestampTz, batch.ExpiresAt?.ToUniversalTime()),
                new("first_poll_in", firstPollIn),
                new("adopted", adopted),
                .. CountParameters(batch),
            ],
            batchId,
            BatchState.Uploaded,
            BatchState.Submitted,
            (ordinal, pass) =>
                adopted
                    ? $"Batch {ordinal} of pass {pass} was found at the provider as {batch.Id} and adopted."
                    : $"Batch {ordinal} of pass {pass} is submitted as {batch.Id}.",
            lease,
            cancellationToken
        );

    public async Task<string?> FindProviderBatchIdAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select provider_batch_id from groqbatch.batches where id = @id");
        command.Parameters.AddWithValue("id", batchId);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    public async Task RecordTwinAsync(Guid batchId, string twinId, bool isCancelled, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(BatchSql.AddTwin);
        command.Parameters.AddWithValue("id", batchId);
        command.Parameters.AddWithValue("actor", Actor.Pipeline.Name);
        command.Parameters.AddWithValue("twin", twinId);
        command.Parameters.AddWithValue(
            "became",
            isCancelled
                ? "the provider was asked to cancel it. What it had answered by then may have to be paid."
                : "the provider did not confirm its cancellation. Cancel it in the provider's console; what it answers has to be paid."
        );
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task AbandonAsync(Guid batchId, string reason, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        var from = await ledger.ScalarAsync(
            "select state from groqbatch.batches where id = @id for update",
            [new("id", batchId)],
            cancellationToken
        );
        var moved = await ReturningAsync(ledger, BatchSql.Abandon, [new("id", batchId), new("reason", reason)], cancellationToken);
        if (moved is not (Guid runId, short pass, int ordinal))
        {
            return;
        }

        await ledger.ExecuteAsync(BatchSql.AbandonAttempts, [new("id", batchId), new("reason", reason)], cancellationToken);
        await ledger.ExecuteAsync(BatchSql.FreeRequests, [new("run", runId), new("id", batchId)], cancellationToken);
        await AddEventAsync(
            ledger,
            runId,
            batchId,
            pass,
            Enum.Parse<BatchState>((string)from!),
            BatchState.Abandoned,
            $"Batch {ordinal} of pass {pass} is given up: {reason}",
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
    }

    public async Task RecordTroubleAsync(Guid batchId, string message, TimeSpan retryIn, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync(
            BatchSql.Trouble,
            [new("id", batchId), new("reason", message), new("retry_in", retryIn)],
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
    }

    public async Task RecordCancelRequestedAsync(Guid batchId, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync(BatchSql.CancelRequested, [new("id", batchId)], cancellationToken);
        await ledger.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<PolledBatch>> ListDueAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(BatchSql.Due);
        command.Parameters.AddWithValue("provider", provider);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<PolledBatch>();
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(
                new PolledBatch(
                    reader.GetGuid(0),
                    reader.GetGuid(1),
                    reader.GetString(2),
                    reader.GetTimeSpan(3),
                    reader.IsDBNull(4) ? null : reader.GetTimeSpan(4),
                    reader.IsDBNull(5) ? null : reader.GetTimeSpan(5),
                    reader.IsDBNull(6) ? null : reader.GetString(6)
                )
            );
        }

        return due;
    }

    public async Task<TimeSpan?> NextDueAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(BatchSql.NextDue);
        command.Parameters.AddWithValue("provider", provider);
        return await command.ExecuteScalarAsync(cancellationToken) is TimeSpan due ? due : null;
    }

    public async Task<IReadOnlyCollection<Guid>> RecordPollAsync(
        IReadOnlyCollection<PollResult> results,
        CancellationToken cancellationToken
    )
    {
        var woken = new HashSet<Guid>();
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);

        // In the order of the ids, as any other poll would: two at once can't wait for each other.
        foreach (var result in results.OrderBy(result => result.BatchId))
        {
            var ended = result.Found is { HasEnded: true } || result.IsLost || result.IsOverrun;
            if (!ended)
            {
                await RecordProgressAsync(ledger, result, cancellationToken);
                continue;
            }

            var status = result switch
            {
                { Found: { } found, IsOverrun: false } => found.StatusText,
                { IsOverrun: true } => BatchStatusText.Overrun,
                _ => BatchStatusText.Lost,
            };
            var moved = await ReturningAsync(
                ledger,
                BatchSql.Ended,
                [
                    new("id", result.BatchId),
                    new("status", status),
                    Nullable("raw", NpgsqlDbType.Jsonb, result.Found?.RawJson),
                    Nullable("output", NpgsqlDbType.Text, result.Found?.OutputFileId),
                    Nullable("error", NpgsqlDbType.Text, result.Found?.ErrorFileId),
                    Nullable(
                        "errors",
                        NpgsqlDbType.Jsonb,
                        result.Found is { Errors.Count: > 0 } faulty
                            ? JsonSerializer.Serialize(faulty.Errors, BatchJson.Default.IReadOnlyListProviderBatchError)
                            : null
                    ),
                    .. CountParameters(result.Found),
                ],
                cancellationToken
            );
            if (moved is not (Guid runId, short pass, int ordinal))
            {
                continue;
            }

            woken.Add(runId);
            await AddEventAsync(
                ledger,
                runId,
                result.BatchId,
                pass,
                BatchState.Submitted,
                BatchState.Ended,
                status switch
                {
                    BatchStatusText.Lost => $"Batch {ordinal} of pass {pass} is lost: the provider does not know it any more.",
                    BatchStatusText.Overrun => $"Batch {ordinal} of pass {pass} should have ended long ago; it is closed as it is.",
                    _ => $"Batch {ordinal} of pass {pass} ended at the provider as {status}.",
                },
                cancellationToken
            );
        }

        await ledger.CommitAsync(cancellationToken);
        return woken;
    }

    public async Task RecordPollFailureAsync(
        IReadOnlyCollection<Guid> batchIds,
        string message,
        TimeSpan nextIn,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(BatchSql.PollFailed);
        command.Parameters.AddWithValue("ids", batchIds.ToArray());
        command.Parameters.AddWithValue("message", message);
        command.Parameters.AddWithValue("next_in", nextIn);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task RecordProgressAsync(LedgerTransaction ledger, PollResult result, CancellationToken cancellationToken)
    {
        if (result.Found is not { } found)
        {
            await ledger.ExecuteAsync(BatchSql.Missing, [new("id", result.BatchId), new("next_in", result.NextIn)], cancellationToken);
            return;
        }

        await ledger.ExecuteAsync(
            BatchSql.Polled,
            [
                new("id", result.BatchId),
                new("status", found.StatusText),
                new("raw", NpgsqlDbType.Jsonb) { Value = found.RawJson },
                Nullable("expires_at", NpgsqlDbType.TimestampTz, found.ExpiresAt?.ToUniversalTime()),
                new("next_in", result.NextIn),
                .. CountParameters(found),
            ],
            cancellationToken
        );
    }

    private static async Task<(SendingVerdict, string)?> CheckCapsAsync(
        LedgerTransaction ledger,
        Batch batch,
        Run run,
        SendingCaps caps,
        CancellationToken cancellationToken
    )
    {
        int live,
            unpriced;
        long requests;
        decimal cost;
        await using (var usage = ledger.Command(BatchSql.Usage, [new("provider", batch.Provider)]))
        await using (var reader = await usage.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            (live, requests, cost, unpriced) = (reader.GetInt32(0), reader.GetInt64(1), reader.GetDecimal(2), reader.GetInt32(3));
        }

        if (live >= caps.MaxLiveBatches)
        {
            return (SendingVerdict.Wait, $"{live} batches are under way, as many as Pipeline:MaxLiveBatches allows.");
        }

        if (caps.MaxLiveBatches is { } max)
        {
            var needier = (int)
                (
                    await ledger.ScalarAsync(
                        BatchSql.NeedierTeams,
                        [new("provider", batch.Provider), new("team", run.TeamId)],
                        cancellationToken
                    )
                )!;
            if (max - live <= needier)
            {
                return (SendingVerdict.Wait, "Teams with fewer batches under way go first.");
            }
        }

        if (requests + batch.Requests > caps.MaxRequestsPerDay)
        {
            return (
                SendingVerdict.CapReached,
                $"Pipeline:MaxRequestsPerDay is {caps.MaxRequestsPerDay}; {requests} were sent today and this batch has {batch.Requests}."
            );
        }

        // A cap fails closed: what can't be priced can't be proven to stay below it.
        if ((caps.MaxCostPerDay is not null || run.Settings.MaxCost is not null) && batch.EstimatedCost is null)
        {
            return (SendingVerdict.CapReached, "A cost cap is set and the price of this model is unknown.");
        }

        if (caps.MaxCostPerDay is not null && unpriced > 0)
        {
            return (
                SendingVerdict.CapReached,
                $"Pipeline:MaxCostPerDay is set, and what was sent today includes {unpriced} {(unpriced == 1 ? "batch" : "batches")} for a model without a price."
            );
        }

        if (cost + batch.EstimatedCost > caps.MaxCostPerDay)
        {
            return (
                SendingVerdict.CapReached,
                $"Pipeline:MaxCostPerDay is ${caps.MaxCostPerDay}; ${cost:0.####} is booked or committed today and this batch takes about ${batch.EstimatedCost:0.####}."
            );
        }

        if (run.Settings.MaxCost is { } cap)
        {
            var spent = (decimal)(await ledger.ScalarAsync(BatchSql.RunCost, [new("run", run.Id)], cancellationToken))!;
            if (spent + batch.EstimatedCost > cap)
            {
                return (
                    SendingVerdict.CapReached,
                    $"This run may cost ${cap}; ${spent:0.####} is booked or committed and this batch takes about ${batch.EstimatedCost:0.####}."
                );
            }
        }

        return null;
    }

    private async Task<bool> MoveAsync(
        string sql,
        IEnumerable<NpgsqlParameter> parameters,
        Guid batchId,
        BatchState from,
        BatchState to,
        Func<int, int, string> reason,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        if (await ReturningAsync(ledger, sql, parameters, cancellationToken) is (Guid runId, short pass, int ordinal))
        {
            await AddEventAsync(ledger, runId, batchId, pass, from, to, reason(ordinal, pass), cancellationToken);
            await ledger.CommitAsync(cancellationToken);
            return true;
        }

        return false;
    }

    private static async Task<(Guid RunId, short Pass, int Ordinal)?> ReturningAsync(
        LedgerTransaction ledger,
        string sql,
        IEnumerable<NpgsqlParameter> parameters,
        CancellationToken cancellationToken
    )
    {
        await using var command = ledger.Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetGuid(0), reader.GetInt16(1), reader.GetInt32(2)) : null;
    }

    private static Task<int> AddEventAsync(
        LedgerTransaction ledger,
        Guid runId,
        Guid batchId,
        int pass,
        BatchState? from,
        BatchState to,
        string reason,
        CancellationToken cancellationToken
    ) =>
        ledger.ExecuteAsync(
            RunSql.AddEvent,
            [
                new("run", runId),
                new("actor", Actor.Pipeline.Name),
                new("subject", "batch"),
                new("batch", batchId),
                new("pass", (short)pass),
                Nullable("from", NpgsqlDbType.Text, from?.ToString()),
                new("to", to.ToString()),
                new("reason", reason),
            ],
            cancellationToken
        );

    private static NpgsqlParameter[] CountParameters(ProviderBatch? batch) =>
        [
            Nullable("total", NpgsqlDbType.Integer, batch?.Counts?.Total),
            Nullable("completed", NpgsqlDbType.Integer, batch?.Counts?.Completed),
            Nullable("failed", NpgsqlDbType.Integer, batch?.Counts?.Failed),
        ];

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };

    private static Batch ReadBatch(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetGuid(0),
            RunId = reader.GetGuid(1),
            Pass = reader.GetInt16(2),
            Ordinal = reader.GetInt32(3),
            State = Enum.Parse<BatchState>(reader.GetString(4)),
            Provider = reader.GetString(5),
            Nonce = reader.GetGuid(6),
            Requests = reader.GetInt32(7),
            Bytes = reader.GetInt64(8),
            RequestFileHash = reader.GetFieldValue<byte[]>(9),
            PromptVersion = reader.GetString(10),
            IntentAt = reader.TimeOrNull(11),
            SubmittedAt = reader.TimeOrNull(12),
            ProviderBatchId = reader.TextOrNull(13),
            InputFileId = reader.TextOrNull(14),
            OutputFileId = reader.TextOrNull(15),
            ErrorFileId = reader.TextOrNull(16),
            Status = reader.TextOrNull(17),
            RawJson = reader.TextOrNull(18),
            CancelRequestedAt = reader.TimeOrNull(19),
            ExpiresAt = reader.TimeOrNull(20),
            RetryAt = reader.TimeOrNull(21),
            Troubles = reader.GetInt32(22),
            Now = reader.GetFieldValue<DateTimeOffset>(23),
            EstimatedCost = reader.IsDBNull(24) ? null : reader.GetDecimal(24),
            ProviderErrors = reader.TextOrNull(25) is { } errors
                ? JsonSerializer.Deserialize(errors, BatchJson.Default.IReadOnlyListProviderBatchError)!
                : [],
            ProviderCounts = reader.IsDBNull(26) ? null : new RequestCounts(reader.GetInt32(26), reader.GetInt32(27), reader.GetInt32(28)),
            IngestedAt = reader.TimeOrNull(29),
            Rung = reader.TextOrNull(30) is { } rung ? JsonSerializer.Deserialize(rung, Runs.RunJson.Default.Rung) : null,
        };
}
