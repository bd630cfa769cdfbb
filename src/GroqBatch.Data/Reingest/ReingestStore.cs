using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Runs;
using GroqBatch.Data.Audit;
using GroqBatch.Data.Batches;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.Runs;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Reingest;

internal sealed class ReingestStore(NpgsqlDataSource dataSource) : IReingestStore
{
    public async Task<IReadOnlyList<string>> FindLostRowsAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ReingestSql.LostRows);
        command.Parameters.AddWithValue("run", runId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lost = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lost.Add(reader.GetString(0));
        }

        return lost;
    }

    public async Task<ReingestChanges> RestoreAsync(
        Run run,
        IReadOnlyList<Ingest> batches,
        Actor actor,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        await ledger.ExecuteAsync("set local work_mem = '64MB'", [], cancellationToken);
        var before = await FiguresAsync(ledger, run, cancellationToken);
        var changes = new ReingestChanges();
        foreach (var batch in batches)
        {
            changes = await RestoreAsync(ledger, batch, changes, cancellationToken);
        }

        changes = changes with
        {
            Attempts = changes.Attempts + await ledger.ExecuteAsync(ReingestSql.AbandonedAttempts, [new("run", run.Id)], cancellationToken),
        };
        changes = changes with { Requests = await RestoreRequestsAsync(ledger, run, batches, cancellationToken) };
        changes = changes with { PullRequests = await RestorePullRequestsAsync(ledger, run, cancellationToken) };
        var counters = 0;
        foreach (
            var sql in new[]
            {
                ReingestSql.PassCounters,
                ReingestSql.FailureCounters,
                ReingestSql.FailureCountersOfNothing,
                FailureGroups.FailureGroupSql.DeleteOfNothing,
                ReingestSql.RunCounter,
            }
        )
        {
            counters += await ledger.ExecuteAsync(sql, [new("run", run.Id)], cancellationToken);
        }

        changes = changes with { Counters = changes.Counters + counters };
        if (changes.Any)
        {
            await ledger.ExecuteAsync(
                RunSql.AddEvent,
                [
                    new("run", run.Id),
                    new("actor", actor.Name),
                    new("subject", "run"),
                    Nullable("batch", NpgsqlDbType.Uuid, null),
                    Nullable("pass", NpgsqlDbType.Smallint, null),
                    Nullable("from", NpgsqlDbType.Text, null),
                    Nullable("to", NpgsqlDbType.Text, null),
                    new(
                        "reason",
                        $"Reingested from its raw files: {changes.Attempts} attempts, {changes.Requests} requests and {changes.Summaries} summaries given back."
                    ),
                ],
                cancellationToken
            );
        }

        await AuditSql.AppendAsync(
            ledger,
            actor,
            "run.reingest",
            run.Id.ToString(),
            before,
            await FiguresAsync(ledger, run, cancellationToken),
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
        return changes;
    }

    private static async Task<string> FiguresAsync(LedgerTransaction ledger, Run run, CancellationToken cancellationToken) =>
        (string)(await ledger.ScalarAsync(ReingestSql.Figures, [new("run", run.Id)], cancellationToken))!;

    private static async Task<ReingestChanges> RestoreAsync(
        LedgerTransaction ledger,
        Ingest ingest,
        ReingestChanges changes,
        CancellationToken cancellationToken
    )
    {
        var (batch, run) = (ingest.Batch, ingest.Run);
        var rung =
            batch.Rung ?? run.Ladder.Find(batch.Pass) ?? throw new InvalidOperationException($"Run {run.Id} has no rung {batch.Pass}.");
        await ledger.ExecuteAsync(IngestSql.CreateAnswers, [], cancellationToken);
        await BatchStore.CopyAnswersAsync(ledger, ingest.Answers, rung, cancellationToken);
        await ledger.ExecuteAsync(IngestSql.MapCustomIds, [new("batch", batch.Id)], cancellationToken);
        await ledger.ExecuteAsync(IngestSql.IndexAnswers, [], cancellationToken);
        await ledger.ExecuteAsync("analyze answers", [], cancellationToken);
        await ledger.ExecuteAsync(IngestSql.CreateFoldedOfAll, BatchStore.FoldParameters(ingest), cancellationToken);
        await ledger.ExecuteAsync("analyze folded", [], cancellationToken);
        var contradicted = (int)(await ledger.ScalarAsync(ReingestSql.Contradicted, [], cancellationToken))!;
        var attempts = await ledger.ExecuteAsync(ReingestSql.Attempts, [], cancellationToken);
        var summaries = await ledger.ExecuteAsync(
            ReingestSql.Summaries,
            [
                new("provider", run.Provider),
                new("run", run.Id),
                new("model", rung.Model),
                new("pass", (short)batch.Pass),
                new("rung", (short)(rung.PlaceInLadder ?? rung.Ordinal)),
                new("prompt_version", batch.PromptVersion),
                Nullable("ingested_at", NpgsqlDbType.TimestampTz, batch.IngestedAt),
            ],
            cancellationToken
        );
        var unanswered = (int)(await ledger.ScalarAsync(ReingestSql.Unanswered, [], cancellationToken))!;
        var counters = await ledger.ExecuteAsync(
            ReingestSql.BatchCounters,
            [new("batch", batch.Id), new("unanswered", unanswered)],
            cancellationToken
        );
        await ledger.ExecuteAsync(ReingestSql.Drop, [], cancellationToken);
        return changes with
        {
            Attempts = changes.Attempts + attempts,
            Summaries = changes.Summaries + summaries,
            Counters = changes.Counters + counters,
            Contradicted = changes.Contradicted + contradicted,
        };
    }

    private static async Task<int> RestoreRequestsAsync(
        LedgerTransaction ledger,
        Run run,
        IReadOnlyList<Ingest> batches,
        CancellationToken cancellationToken
    )
    {
        // One set of rules for each pass; all batches of a pass were taken by the same, but for what cancelling made final.
        var rules = batches
            .GroupBy(ingest => ingest.Batch.Pass)
            .SelectMany(pass => pass.First().Rules.Select(rule => (Pass: (short)pass.Key, Rule: rule)))
            .ToList();
        var requests = await ledger.ExecuteAsync(
            ReingestSql.Requests,
            [
                new("run", run.Id),
                new("rule_passes", rules.Select(rule => rule.Pass).ToArray()),
                new("rule_codes", rules.Select(rule => rule.Rule.Code.ToWire()).ToArray()),
                new("rule_attempts", rules.Select(rule => rule.Rule.AttemptsOnRung).ToArray()),
                new("rule_actions", rules.Select(rule => ActionOf(rule.Rule)).ToArray()),
                new("max_attempts", run.Settings.MaxAttemptsPerRequest),
            ],
            cancellationToken
        );
        if (run.State.IsFinal())
        {
            var code = run.State == RunState.Cancelled ? FailureCode.Cancelled : FailureCode.NotSent;
            requests += await ledger.ExecuteAsync(
                ReingestSql.RequestsWithoutAnswer,
                [new("run", run.Id), new("code", code.ToWire())],
                cancellationToken
            );
        }

        return requests;
    }

    private static async Task<int> RestorePullRequestsAsync(LedgerTransaction ledger, Run run, CancellationToken cancellationToken)
    {
        var pointed = await ledger.ExecuteAsync(
            ReingestSql.CurrentSummaries,
            [new("provider", run.Provider), new("run", run.Id), new("prompt_major", PromptVersion.Current.Major)],
            cancellationToken
        );
        await ledger.ExecuteAsync(FailureGroups.FailureGroupSql.CountOfRun, [new("run", run.Id)], cancellationToken);
        return pointed
            + await ledger.ExecuteAsync(ReingestSql.FailedStates, [new("provider", run.Provider), new("run", run.Id)], cancellationToken);
    }

    // What was cancelled by somebody else is left out before it comes to rules: the rest of what was cancelled is final.
    private static string ActionOf(FailureRule rule) =>
        rule.Consequence.Kind switch
        {
            _ when rule.Code == FailureCode.Cancelled => "final",
            ConsequenceKind.NextRung => "next",
            ConsequenceKind.Final => "final",
            _ => "again",
        };

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };
}
