using System.Text;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Summaries;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.Runs;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Batches;

internal sealed partial class BatchStore
{
    public async Task<IngestResult?> IngestAsync(Ingest ingest, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        var state = await ledger.ScalarAsync(IngestSql.LockBatch, [new("batch", ingest.Batch.Id)], cancellationToken);
        if (state as string != nameof(BatchState.Ended))
        {
            return null;
        }

        var result = await TakeAsync(ledger, ingest, ingest.Run.State.IsFinal(), cancellationToken);
        if (ingest.Judge?.Invoke(result) is { } stop)
        {
            var stopped = await RunStore.StopAsync(ledger, ingest.Run.Id, stop, cancellationToken);
            result = stopped ? result with { Stopped = stop } : result;
        }

        await ledger.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Takes what came back of an ended batch, within a transaction that is somebody else's to commit.</summary>
    /// <param name="isLate">Whether a fresh summary keeps its place.</param>
    internal static async Task<IngestResult> TakeAsync(
        LedgerTransaction ledger,
        Ingest ingest,
        bool isLate,
        CancellationToken cancellationToken
    )
    {
        var (batch, run) = (ingest.Batch, ingest.Run);
        var rung =
            batch.Rung ?? run.Ladder.Find(batch.Pass) ?? throw new InvalidOperationException($"Run {run.Id} has no rung {batch.Pass}.");
        await ledger.ExecuteAsync("set local work_mem = '64MB'", [], cancellationToken);
        await ledger.ExecuteAsync(IngestSql.CreateAnswers, [], cancellationToken);
        await CopyAnswersAsync(ledger, ingest.Answers, rung, cancellationToken);
        await ledger.ExecuteAsync(IngestSql.MapCustomIds, [new("batch", batch.Id)], cancellationToken);

        await ledger.ExecuteAsync(IngestSql.IndexAnswers, [], cancellationToken);

        // Of what the statements below join and sort by, from few pages: to sample all of the raw lines takes as long as taking them.
        await ledger.ExecuteAsync("set local default_statistics_target = 1", [], cancellationToken);
        await ledger.ExecuteAsync("analyze answers (seq, pull_request_id, kind)", [], cancellationToken);
        await ledger.ExecuteAsync(IngestSql.CreateFolded, FoldParameters(ingest), cancellationToken);
        await ledger.ExecuteAsync("analyze folded", [], cancellationToken);
        await ledger.ExecuteAsync(ResolutionSql.CreateTable, [], cancellationToken);
        await ledger.ExecuteAsync(IngestSql.FillResolutions, RuleParameters(ingest), cancellationToken);
        await ledger.ExecuteAsync(IngestSql.Attempts, [], cancellationToken);
        await ledger.ExecuteAsync(
            IngestSql.Summaries,
            [
                new("provider", run.Provider),
                new("run", run.Id),
                new("model", rung.Model),
                new("pass", (short)batch.Pass),
                new("rung", (short)(rung.PlaceInLadder ?? rung.Ordinal)),
                new("prompt_version", batch.PromptVersion),
                new("late", isLate),
            ],
            cancellationToken
        );
        await ledger.ExecuteAsync(IngestSql.LockCounters, [new("provider", run.Provider), new("team", run.TeamId)], cancellationToken);
        await ResolutionSql.ApplyAsync(ledger, run, batch.Pass, cancellationToken);
        return await CountAsync(ledger, ingest, cancellationToken);
    }

    internal static async Task CopyAnswersAsync(
        LedgerTransaction ledger,
        IAsyncEnumerable<Answer> answers,
        Core.Models.Rung rung,
        CancellationToken cancellationToken
    )
    {
        await using var copy = await ledger.Connection.BeginBinaryImportAsync(IngestSql.CopyAnswers, cancellationToken);
        var sequence = 0;
        await foreach (var answer in answers.WithCancellation(cancellationToken))
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(sequence++, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(copy, answer.CustomId, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(
                copy,
                CustomId.TryParse(answer.CustomId, out var pullRequestId) ? pullRequestId : (long?)null,
                NpgsqlDbType.Bigint,
                cancellationToken
            );
            await copy.WriteAsync((short)answer.Kind, NpgsqlDbType.Smallint, cancellationToken);
            await WriteAsync(copy, answer.Code?.ToWire(), NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(copy, answer.Message, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(copy, answer.HttpStatus, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(copy, answer.Usage?.PromptTokens, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(copy, answer.Usage?.CompletionTokens, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(copy, rung.CostOf(answer.Usage), NpgsqlDbType.Numeric, cancellationToken);
            await WriteAsync(copy, answer.ProviderRequestId, NpgsqlDbType.Text, cancellationToken);
            await WriteAsync(
                copy,
                answer.Summary is null ? null : SummaryJson.ToUtf8(answer.Summary),
                NpgsqlDbType.Jsonb,
                cancellationToken
            );
            await copy.WriteAsync(answer.RawLine, NpgsqlDbType.Text, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task<IngestResult> CountAsync(LedgerTransaction ledger, Ingest ingest, CancellationToken cancellationToken)
    {
        var (batch, run) = (ingest.Batch, ingest.Run);
        int succeeded,
            failed,
            unanswered,
            refused,
            unknownCost;
        long promptTokens,
            completionTokens;
        decimal cost;
        string? refusal;
        await using (var counted = ledger.Command(IngestSql.Counted, []))
        await using (var reader = await counted.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            succeeded = reader.GetInt32(0);
            failed = reader.GetInt32(1);
            unanswered = reader.GetInt32(2);
            refused = reader.GetInt32(3);
            promptTokens = reader.GetInt64(4);
            completionTokens = reader.GetInt64(5);
            cost = reader.GetDecimal(6);
            unknownCost = reader.GetInt32(7);
            refusal = reader.TextOrNull(8);
        }

        var difference = await FindDifferenceAsync(ledger, ingest, unanswered, cancellationToken);
        var offending = difference is null
            ? null
            : (string[]?)
                await ledger.ScalarAsync(
                    IngestSql.OffendingIds,
                    [new("batch", batch.Id), new("unanswered", ingest.MissingCode is FailureCode.Unanswered)],
                    cancellationToken
                );
        var failedByCode = await CountFailuresAsync(ledger, cancellationToken);
        await ledger.ExecuteAsync(
            IngestSql.PassTokens,
            [
                new("prompt_tokens", promptTokens),
                new("completion_tokens", completionTokens),
                new("cost", cost),
                new("unknown", unknownCost),
                new("run", run.Id),
                new("pass", (short)batch.Pass),
            ],
            cancellationToken
        );
        var again = (int)(await ledger.ScalarAsync(IngestSql.Again, [], cancellationToken))!;
        var ordinal = await ledger.ScalarAsync(
            IngestSql.Ingested,
            [
                new("batch", batch.Id),
                new("succeeded", succeeded),
                new("failed_requests", failed),
                new("unanswered", unanswered),
                new("cost", cost),
                new("unknown", unknownCost),
                Nullable("difference", NpgsqlDbType.Text, difference),
                Nullable("offending_ids", NpgsqlDbType.Array | NpgsqlDbType.Text, offending),
            ],
            cancellationToken
        );
        await AddEventAsync(
            ledger,
            run.Id,
            batch.Id,
            batch.Pass,
            BatchState.Ended,
            BatchState.Ingested,
            $"Batch {ordinal} of pass {batch.Pass}: {succeeded:N0} succeeded, {failed:N0} failed"
                + (again > 0 ? $", {again:N0} wait to be sent again" : "")
                + (difference is null ? "." : $". {difference}"),
            cancellationToken
        );

        // What waits although it has had all its attempts waits for a person.
        var attention =
            refused > 0
            || (ingest.MissingCode is null && unanswered > 0 && ingest.RejectedLines.Count == 0)
            || (
                again > 0
                && ingest.Rules.Any(rule => rule.Consequence.Kind == ConsequenceKind.Attention)
                && (bool)(await ledger.ScalarAsync(IngestSql.NeedsAttention, AttentionParameters(ingest), cancellationToken))!
            );
        return new IngestResult
        {
            Succeeded = succeeded,
            Failed = failed,
            Again = again,
            Unanswered = unanswered,
            Refused = refused,
            Refusal = refusal,
            NeedsAttention = attention,
            Difference = difference,
            FailuresByCode = failedByCode,
            PromptTokens = promptTokens,
            CompletionTokens = completionTokens,
            Cost = cost,
            UnknownCosts = unknownCost,
        };
    }

    private static async Task<Dictionary<FailureCode, int>> CountFailuresAsync(
        LedgerTransaction ledger,
        CancellationToken cancellationToken
    )
    {
        var counts = new Dictionary<FailureCode, int>();
        await using var command = ledger.Command(IngestSql.FailedByCode, []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (FailureCodes.TryParse(reader.TextOrNull(0), out var code))
            {
                counts[code] = reader.GetInt32(1);
            }
        }

        return counts;
    }

    /// <summary>
    /// Promise 5, batch by batch: what was sent, what came back and what the provider counts, in words where they differ. The provider counts
    /// a line as completed by its HTTP status, whatever is in it; expired requests may be in neither of its counters, so that those it counts as failed
    /// are held against its files where it says that it completed.
    /// </summary>
    private static async Task<string?> FindDifferenceAsync(
        LedgerTransaction ledger,
        Ingest ingest,
        int unanswered,
        CancellationToken cancellationToken
    )
    {
        var text = new StringBuilder();
        await using var lines = ledger.Command(IngestSql.Lines, [new("batch", ingest.Batch.Id)]);
        await using var reader = await lines.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var unknown = reader.GetInt32(1);
        var repeated = reader.GetInt32(2);
        var completed = reader.GetInt32(5);
        var failed = reader.GetInt32(6);
        if (ingest.ProviderCounts is { } counts && counts.Completed != completed)
        {
            text.Append($"The provider counts {counts.Completed} completed, its files have {completed}. ");
        }
        else if (ingest.Batch.Status == BatchStatusText.Completed && ingest.ProviderCounts is { } sums && sums.Failed < failed)
        {
            // More than the files have is what they leave out, of which the next sentence tells: requests in neither file, lines that were refused.
            text.Append($"The provider counts {sums.Failed} failed, its files have {failed}. ");
        }

        if (unanswered > 0 && ingest.MissingCode is FailureCode.Unanswered)
        {
            text.Append(unanswered == 1 ? "1 request is in neither file. " : $"{unanswered} requests are in neither file. ");
        }

        if (unknown > 0)
        {
            var ids = string.Join(", ", reader.GetFieldValue<string[]>(4));
            text.Append(
                unknown == 1 ? $"1 line names no request of this batch: {ids}. " : $"{unknown} lines name no request of this batch: {ids}. "
            );
        }

        if (repeated > 0)
        {
            text.Append(repeated == 1 ? "1 line came twice. " : $"{repeated} lines came more than once. ");
        }

        return text.Length == 0 ? null : text.ToString().TrimEnd();
    }

    internal static NpgsqlParameter[] FoldParameters(Ingest ingest) =>
        [
            new("batch", ingest.Batch.Id),
            Nullable("missing_code", NpgsqlDbType.Text, ingest.MissingCode?.ToWire()),
            new("missing_message", ingest.MissingMessage),
            new("rejected_lines", ingest.RejectedLines.Keys.ToArray()),
            new("rejected_messages", ingest.RejectedLines.Values.ToArray()),
        ];

    private static NpgsqlParameter[] RuleParameters(Ingest ingest) =>
        [
            new("rule_codes", ingest.Rules.Select(rule => rule.Code.ToWire()).ToArray()),
            new("rule_attempts", ingest.Rules.Select(rule => rule.AttemptsOnRung).ToArray()),
            new(
                "rule_actions",
                ingest
                    .Rules.Select(rule =>
                        rule.Consequence.Kind switch
                        {
                            ConsequenceKind.NextRung => "next",
                            ConsequenceKind.Final => "final",
                            ConsequenceKind.SameRung or ConsequenceKind.Attention => "again",
                            _ => throw new InvalidOperationException($"No action for {rule.Consequence.Kind}."),
                        }
                    )
                    .ToArray()
            ),
            new("rule_passes", NpgsqlDbType.Array | NpgsqlDbType.Smallint)
            {
                Value = ingest.Rules.Select(rule => (short?)rule.Consequence.Rung).ToArray(),
            },
            new("max_attempts", ingest.Run.Settings.MaxAttemptsPerRequest),
        ];

    private static NpgsqlParameter[] AttentionParameters(Ingest ingest)
    {
        var rules = ingest.Rules.Where(rule => rule.Consequence.Kind == ConsequenceKind.Attention).ToArray();
        return
        [
            new("rule_codes", rules.Select(rule => rule.Code.ToWire()).ToArray()),
            new("rule_attempts", rules.Select(rule => rule.AttemptsOnRung).ToArray()),
            new("max_attempts", ingest.Run.Settings.MaxAttemptsPerRequest),
        ];
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, object? value, NpgsqlDbType type, CancellationToken cancellationToken)
    {
        if (value is null)
        {
            await copy.WriteNullAsync(cancellationToken);
        }
        else
        {
            await copy.WriteAsync(value, type, cancellationToken);
        }
    }
}
