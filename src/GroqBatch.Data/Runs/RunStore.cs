using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Models;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Data.Audit;
using GroqBatch.Data.FailureGroups;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.Notifications;
using GroqBatch.Data.PullRequests;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Runs;

/// <summary>Runs, claims and passes in PostgreSQL.</summary>
internal sealed class RunStore(NpgsqlDataSource dataSource) : IRunStore
{
    /// <summary>Requests; below, a wrong plan costs nothing.</summary>
    private const int LargePlan = 1_000;

    private const string HoldAfterPassVerb = "run.hold_after_pass";

    public async Task<SelectionCount> CountSelectionAsync(RunSelection selection, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunSql.Count(selection));
        command.Parameters.AddRange(SelectionParameters(selection));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new SelectionCount(reader.GetInt32(0), reader.GetInt32(2), reader.GetInt64(1))
        {
            Stale = reader.GetInt32(3),
            NewestId = reader.IsDBNull(4) ? null : reader.GetInt64(4),
        };
    }

    public async Task<IReadOnlyList<SelectedPullRequest>> ListSelectionAsync(
        RunSelection selection,
        int skip,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(RunSql.List(selection));
        command.Parameters.AddRange(SelectionParameters(selection));
        command.Parameters.AddWithValue("skip", skip);
        command.Parameters.AddWithValue("take", take);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var selected = new List<SelectedPullRequest>();
        while (await reader.ReadAsync(cancellationToken))
        {
            selected.Add(
                new SelectedPullRequest(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.GetInt64(2),
                    reader.GetString(3),
                    reader.GetFieldValue<DateTimeOffset>(4),
                    reader.GetInt32(5)
                )
            );
        }

        return selected;
    }

    public async Task<(Guid RunId, bool IsNew)> CreateAsync(NewRun run, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        var created = await CreateAsync(ledger, run, cancellationToken);
        if (created.IsNew)
        {
            await ledger.CommitAsync(cancellationToken);
        }

        return created;
    }

    public async Task<IReadOnlyList<(Guid RunId, bool IsNew)>> CreateManyAsync(
        IReadOnlyList<NewRun> runs,
        Core.Access.Actor actor,
        string action,
        string target,
        string after,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        var created = new List<(Guid RunId, bool IsNew)>();
        foreach (var run in runs)
        {
            created.Add(await CreateAsync(ledger, run, cancellationToken));
        }

        if (created.Exists(run => run.IsNew))
        {
            var json = JsonNode.Parse(after)!.AsObject();
            json["runs"] = new JsonArray([.. created.Where(run => run.IsNew).Select(run => JsonValue.Create(run.RunId))]);
            await Audit.AuditSql.AppendAsync(ledger, actor, action, target, before: null, json.ToJsonString(), cancellationToken);
            await ledger.CommitAsync(cancellationToken);
        }

        return created;
    }

    public async Task<IReadOnlyList<int>> ListTeamsWithFailuresAsync(
        string provider,
        int? teamId,
        FailureFilter filter,
        CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(FailureGroupSql.TeamsWithOpen(teamId, filter));
        command.Parameters.AddRange(FailureGroupSql.ParametersOf(provider, teamId, filter));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var teams = new List<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            teams.Add(reader.GetInt32(0));
        }

        return teams;
    }

    private static NpgsqlParameter CodesOf(RunSelection selection) => new("codes", selection.Codes.Select(code => code.ToWire()).ToArray());

    private static NpgsqlParameter LadderOf(Ladder ladder) => Json("ladder", JsonSerializer.Serialize(ladder, RunJson.Default.Ladder));

    private static NpgsqlParameter FailureFilterOf(RunSelection selection) =>
        Json(
            "failure_filter",
            selection.Failures is { } filter
                ? JsonSerializer.Serialize(StoredFailureFilter.Of(filter), RunJson.Default.StoredFailureFilter)
                : null
        );

    private static async Task<(Guid RunId, bool IsNew)> CreateAsync(
        LedgerTransaction ledger,
        NewRun run,
        CancellationToken cancellationToken
    )
    {
        var id = Guid.CreateVersion7();
        var selection = run.Selection;
        var reason = selection switch
        {
            { RetryOf: not null, Failures: not null } => "Retry of some of a run's final failures.",
            { RetryOf: not null } => "Retry of a run's final failures.",
            { Failures: not null } => "Retry of failures over runs.",
            { PullRequestId: not null } => "One pull request, again.",
            { Filter: { } chosen } => $"Chosen: {chosen.InWords()}.",
            { Limit: int limit } => $"The {limit:N0} newest that are missing.",
            _ => "Everything that is missing.",
        };
        var added = await ledger.ExecuteAsync(
            RunSql.Create,
            [
                new("id", id),
                new("team", selection.TeamId),
                new("provider", selection.Provider),
                new("reason", reason),
                Nullable("limit", NpgsqlDbType.Integer, selection.Limit),
                new("with_fallback", run.WithFallback),
                new("include_stale", selection.IncludeStale),
                CodesOf(selection),
                Nullable("only", NpgsqlDbType.Bigint, selection.PullRequestId),
                Json(
                    "filter",
                    selection.Filter is null ? null : JsonSerializer.Serialize(selection.Filter, RunJson.Default.PullRequestFilter)
                ),
                LadderOf(run.Ladder),
                new("prompt_version", run.PromptVersion),
                Json("settings", JsonSerializer.Serialize(run.Settings, RunJson.Default.RunSettings)),
                Json("estimate", run.Estimate is null ? null : JsonSerializer.Serialize(run.Estimate, RunJson.Default.Estimate)),
                Nullable("retry_of", NpgsqlDbType.Uuid, selection.RetryOf),
                Nullable("request_key", NpgsqlDbType.Text, run.RequestKey),
                new("started_by", run.StartedBy.Name),
                Nullable("hold_after_pass", NpgsqlDbType.Smallint, (short?)run.HoldAfterPass),
                new("canary_decided", run.Settings.Canary is null),
                FailureFilterOf(selection),
            ],
            cancellationToken
        );
        if (added == 0)
        {
            var existing = await ledger.ScalarAsync(
                "select id from groqbatch.runs where request_key = @key",
                [new("key", run.RequestKey!)],
                cancellationToken
            );
            return ((Guid)existing!, IsNew: false);
        }

        await AddEventAsync(ledger, id, run.StartedBy.Name, from: null, RunState.Queued, reason, cancellationToken);
        await AuditSql.AppendAsync(
            ledger,
            run.StartedBy,
            "run.start",
            id.ToString(),
            before: null,
            RunAudit.OfStart(run, reason),
            cancellationToken
        );
        return (id, IsNew: true);
    }

    public async Task<int?> FindTeamOfAsync(long pullRequestId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select team_id from groqbatch.pull_requests where id = $1");
        command.Parameters.AddWithValue(pullRequestId);
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    public async Task<Guid?> FindWaitingAsync(RunSelection selection, Ladder ladder, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunSql.FindWaiting);
        command.Parameters.AddRange(
            (NpgsqlParameter[])
                [
                    new NpgsqlParameter("team", selection.TeamId),
                    new NpgsqlParameter("provider", selection.Provider),
                    Nullable("retry_of", NpgsqlDbType.Uuid, selection.RetryOf),
                    Nullable("only", NpgsqlDbType.Bigint, selection.PullRequestId),
                    CodesOf(selection),
                    FailureFilterOf(selection),
                    LadderOf(ladder),
                ]
        );
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    public async Task<Guid?> FindByRequestKeyAsync(string requestKey, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select id from groqbatch.runs where request_key = $1");
        command.Parameters.AddWithValue(requestKey);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    public async Task<Run?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunSql.Find);
        command.Parameters.AddWithValue("run", runId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadRun(reader) : null;
    }

    public async Task<IReadOnlyList<Guid>> ListLiveAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunSql.Live);
        command.Parameters.AddWithValue("provider", provider);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    public async Task<int?> PlanAsync(Guid runId, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        Run run;
        RunSelection selection;
        await using (var find = ledger.Command(RunSql.Find + " for no key update of run", [new("run", runId)]))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            run = ReadRun(reader);
            selection = ReadSelection(reader, run);
        }

        if (run.State != RunState.Queued)
        {
            return null;
        }

        var first = run.Ladder.Rungs[0];
        await ledger.ExecuteAsync(
            RunSql.FirstPass,
            [new("run", runId), new("model", first.Model), Nullable("replaced", NpgsqlDbType.Text, first.Replaced)],
            cancellationToken
        );
        await ledger.ExecuteAsync(RunSql.Select(selection), SelectionParameters(selection), cancellationToken);
        await ledger.ExecuteAsync("analyze selected", [], cancellationToken);
        var selected = (int)(await ledger.ScalarAsync(RunSql.Plan, [new("run", runId), new("provider", run.Provider)], cancellationToken))!;
        await ledger.ExecuteAsync(
            "update groqbatch.passes set requests = @selected where run_id = @run and ordinal = 1",
            [new("selected", selected), new("run", runId)],
            cancellationToken
        );
        await ledger.ExecuteAsync(
            "update groqbatch.runs set selected = @selected, planned_at = now() where id = @run",
            [new("selected", selected), new("run", runId)],
            cancellationToken
        );
        var (to, reason) =
            selected > 0
                ? (RunState.Running, $"{selected:N0} pull requests claimed.")
                : (RunState.Completed, "Nothing left to do: other runs had taken everything by now.");
        await MoveAsync(ledger, runId, [RunState.Queued], RunState.Queued, to, Actor.Pipeline.Name, reason, cancellationToken);
        await ledger.CommitAsync(cancellationToken);
        await AnalyzeAsync(selected, cancellationToken);
        return selected;
    }

    public async Task<IReadOnlyList<PassProgress>> GetProgressAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunSql.Progress);
        command.Parameters.AddWithValue("run", runId);
        return await ReadProgressAsync(command, cancellationToken);
    }

    private static async Task<IReadOnlyList<PassProgress>> ReadProgressAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var passes = new List<PassProgress>();
        while (await reader.ReadAsync(cancellationToken))
        {
            passes.Add(
                new PassProgress(reader.GetInt16(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4))
            );
        }

        return passes;
    }

    public async Task<bool> TryMoveAsync(
        Guid runId,
        IReadOnlyCollection<RunState> expected,
        RunState to,
        Actor actor,
        string reason,
        Lease? lease,
        CancellationToken cancellationToken,
        bool clearHold = false,
        bool decideCanary = false,
        LadderChange? ladder = null
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        if (ladder is not null)
        {
            // Passes before the run, as what ends a pass takes them: two at once can't wait for each other.
            await ledger.ExecuteAsync(RunSql.LockPasses, [new("run", runId)], cancellationToken);
        }

        Run before;
        await using (var find = ledger.Command(RunSql.Find + " for no key update of run", [new("run", runId)]))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return false;
            }

            before = ReadRun(reader);
        }

        if (!expected.Contains(before.State) || !before.State.CanMoveTo(to))
        {
            return false;
        }

        if (ladder is not null)
        {
            await ReplaceLadderAsync(ledger, runId, ladder, actor, cancellationToken);
        }

        if (!await MoveAsync(ledger, runId, expected, before.State, to, actor.Name, reason, cancellationToken, clearHold, decideCanary))
        {
            return false;
        }

        if (lease is null)
        {
            // A person's move: the pipeline's own are on the timeline, and need no audit.
            var verb = to switch
            {
                RunState.Held => "run.hold",
                RunState.Cancelling => "run.cancel",
                _ => "run.resume",
            };
            await AuditSql.AppendAsync(
                ledger,
                actor,
                verb,
                runId.ToString(),
                RunAudit.Of(before.State, before.Reason, ladder is null ? null : before.Ladder),
                RunAudit.Of(to, reason, ladder?.Ladder),
                cancellationToken
            );
        }

        await ledger.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A pass that is over keeps the model that it ran on.</summary>
    private static async Task ReplaceLadderAsync(
        LedgerTransaction ledger,
        Guid runId,
        LadderChange change,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        await ledger.ExecuteAsync(
            "update groqbatch.runs set ladder = @ladder where id = @run",
            [new("run", runId), Json("ladder", JsonSerializer.Serialize(change.Ladder, RunJson.Default.Ladder))],
            cancellationToken
        );
        foreach (var rung in change.Ladder.Rungs)
        {
            await ledger.ExecuteAsync(
                """
                update groqbatch.passes set model = @model, replaced = @replaced
                where run_id = @run and ordinal = @ordinal and requests > succeeded + failed
                """,
                [
                    new("run", runId),
                    new("ordinal", (short)rung.Ordinal),
                    new("model", rung.Model),
                    Nullable("replaced", NpgsqlDbType.Text, rung.Replaced),
                ],
                cancellationToken
            );
            await ledger.ExecuteAsync(
                "update groqbatch.failure_groups set model = @model where run_id = @run and ordinal = @ordinal",
                [new("run", runId), new("ordinal", (short)rung.Ordinal), new("model", rung.Model)],
                cancellationToken
            );
        }

        await AddEventAsync(ledger, runId, actor.Name, from: null, to: null, change.Reason, cancellationToken);
    }

    public Task<int> ResolveWaitingAsync(Run run, FailureCode code, string message, Lease lease, CancellationToken cancellationToken) =>
        ResolveAsync(run, code, message, RunSql.PassesWithWaiting, RunSql.WaitingToResolutions, lease, cancellationToken);

    public Task<int> ResolveAllAsCancelledAsync(Run run, string message, Lease lease, CancellationToken cancellationToken) =>
        ResolveAsync(run, FailureCode.Cancelled, message, RunSql.PassesWithOpen, RunSql.OpenToResolutions, lease, cancellationToken);

    public async Task<RunState?> TryFinishAsync(Run run, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        var text = await ledger.ScalarAsync(
            "select state from groqbatch.runs where id = @run for no key update",
            [new("run", run.Id)],
            cancellationToken
        );
        if (text is not string || !Enum.TryParse<RunState>((string)text, out var state))
        {
            // Its team was removed meanwhile.
            return null;
        }

        var open = (int)
            (
                await ledger.ScalarAsync(
                    "select coalesce(sum(requests - succeeded - failed), 0)::int from groqbatch.passes where run_id = @run",
                    [new("run", run.Id)],
                    cancellationToken
                )
            )!;
        var isPlanned = (bool)
            (
                await ledger.ScalarAsync(
                    "select planned_at is not null from groqbatch.runs where id = @run",
                    [new("run", run.Id)],
                    cancellationToken
                )
            )!;

        // A run that was held before it claimed anything has nothing open either, and is not done for that.
        if (open > 0 || state.IsFinal() || (!isPlanned && state != RunState.Cancelling))
        {
            return null;
        }

        var failures = (int)
            (
                await ledger.ScalarAsync(
                    "select coalesce(sum(final), 0)::int from groqbatch.pass_failures where run_id = @run",
                    [new("run", run.Id)],
                    cancellationToken
                )
            )!;
        var to = (state, failures) switch
        {
            (RunState.Cancelling, _) => RunState.Cancelled,
            (_, 0) => RunState.Completed,
            _ => RunState.CompletedWithFailures,
        };
        var reason = to switch
        {
            RunState.Completed => "Every pull request has its summary.",
            RunState.CompletedWithFailures => failures == 1
                ? "1 pull request has no summary."
                : $"{failures:N0} pull requests have no summary.",
            _ => "Cancelled. What had been answered is saved.",
        };
        if (!state.CanMoveTo(to) || !await MoveAsync(ledger, run.Id, [state], state, to, Actor.Pipeline.Name, reason, cancellationToken))
        {
            return null;
        }

        await ledger.ExecuteAsync(RunSql.GiveClaimsBack, [new("run", run.Id), new("provider", run.Provider)], cancellationToken);
        await ledger.CommitAsync(cancellationToken);
        return to;
    }

    public async Task<MoveResult> HoldAfterPassAsync(
        Guid runId,
        int? pass,
        string? reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);

        // Passes before the run, as what ends a pass takes them: two at once can't wait for each other.
        await ledger.ExecuteAsync(RunSql.LockPasses, [new("run", runId)], cancellationToken);
        Run run;
        await using (var find = ledger.Command(RunSql.Find + " for no key update of run", [new("run", runId)]))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return RunVerbs.Refusal(HoldAfterPassVerb, state: null, RunState.Held);
            }

            run = ReadRun(reader);
        }

        IReadOnlyList<PassProgress> passes;
        await using (var progress = ledger.Command(RunSql.Progress, [new("run", runId)]))
        {
            passes = await ReadProgressAsync(progress, cancellationToken);
        }

        if (RunVerbs.RefuseHoldAfterPass(run, passes, pass) is { } refusal)
        {
            return refusal;
        }

        await ledger.ExecuteAsync(
            "update groqbatch.runs set hold_after_pass = @pass where id = @run",
            [new("run", runId), Nullable("pass", NpgsqlDbType.Smallint, (short?)pass)],
            cancellationToken
        );
        var done = pass is null ? $"Not to be held after pass {run.HoldAfterPass} any more." : $"To be held after pass {pass}.";
        await AddEventAsync(ledger, runId, actor.Name, from: null, to: null, reason is null ? done : $"{done} {reason}", cancellationToken);
        await AuditSql.AppendAsync(
            ledger,
            actor,
            HoldAfterPassVerb,
            runId.ToString(),
            RunAudit.OfHold(run.State, run.HoldAfterPass),
            RunAudit.OfHold(run.State, pass),
            cancellationToken
        );
        await ledger.CommitAsync(cancellationToken);
        return new MoveResult(Done: true, Changed: true, run.State, done);
    }

    public async Task DecideCanaryAsync(Guid runId, string reason, Lease lease, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        var decided = await ledger.ExecuteAsync(
            "update groqbatch.runs set is_canary_decided = true where id = @run and not is_canary_decided",
            [new("run", runId)],
            cancellationToken
        );
        if (decided == 1)
        {
            await AddEventAsync(ledger, runId, Actor.Pipeline.Name, from: null, to: null, reason, cancellationToken);
        }

        await ledger.CommitAsync(cancellationToken);
    }

    public async Task AddEventAsync(Guid runId, string actor, string reason, CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        await AddEventAsync(ledger, runId, actor, from: null, to: null, reason, cancellationToken);
        await ledger.CommitAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ReconcileAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(RunSql.Recount);
        command.Parameters.AddWithValue("run", runId);
        return await ReadDifferencesAsync(command, cancellationToken);
    }

    /// <summary>What <see cref="RunSql.Recount"/> finds, in words.</summary>
    internal static async Task<List<string>> ReadDifferencesAsync(NpgsqlCommand recount, CancellationToken cancellationToken)
    {
        var differences = new List<string>();
        (int Selected, int Counter)? run = null;
        var (succeeded, final, open) = (0, 0, 0);
        await using var reader = await recount.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            run = (reader.GetInt32(12), reader.GetInt32(13));
            if (reader.IsDBNull(0))
            {
                continue;
            }

            succeeded += reader.GetInt32(5);
            final += reader.GetInt32(7);
            open += reader.GetInt32(4) - reader.GetInt32(5) - reader.GetInt32(6);
            var pass = reader.GetInt16(0);
            Compare(differences, pass, "requests", reader.GetInt32(1), reader.GetInt32(4));
            Compare(differences, pass, "succeeded", reader.GetInt32(2), reader.GetInt32(5));
            Compare(differences, pass, "failed", reader.GetInt32(3), reader.GetInt32(6));
            Compare(differences, pass, "final failures by code", reader.GetInt32(8), reader.GetInt32(7));
            Compare(differences, pass, "failures by code", reader.GetInt32(9), reader.GetInt32(6));
            Compare(differences, pass, "failures by message", reader.GetInt32(10), reader.GetInt32(6));
            Compare(differences, pass, "final failures by message", reader.GetInt32(11), reader.GetInt32(7));
        }

        if (run is var (selected, counter))
        {
            if (counter != succeeded)
            {
                differences.Add($"The run's counter says {counter} succeeded, the rows say {succeeded}.");
            }

            // Each pull request is in one request at a time that is open, succeeded or finally failed.
            var accounted = succeeded + final + open;
            if (accounted != selected)
            {
                differences.Add($"{selected} were selected, and {succeeded} succeeded + {final} failed + {open} open are {accounted}.");
            }
        }

        return differences;
    }

    /// <summary>
    /// Stops a run in the transaction of what stops it, or, when it is in a state that this does not stop, tells the reason on its timeline.
    /// </summary>
    internal static async Task<bool> StopAsync(LedgerTransaction ledger, Guid runId, RunStop stop, CancellationToken cancellationToken)
    {
        RunState[] expected = stop.To == RunState.NeedsAttention ? [RunState.Running, RunState.Held] : [RunState.Running];
        var from = await ledger.ScalarAsync(
            "select state from groqbatch.runs where id = @run for no key update",
            [new("run", runId)],
            cancellationToken
        );
        var actor = Actor.Pipeline.Name;
        if (
            from is string text
            && Enum.TryParse<RunState>(text, out var state)
            && expected.Contains(state)
            && await MoveAsync(ledger, runId, expected, state, stop.To, actor, stop.Reason, cancellationToken)
        )
        {
            return true;
        }

        await AddEventAsync(ledger, runId, actor, from: null, to: null, stop.Reason, cancellationToken);
        return false;
    }

    /// <summary>
    /// After a large plan the statistics of its tables are of another time, and autovacuum takes a minute to notice: until then each batch
    /// would be joined with all requests that wait. What another session is at already is left to it.
    /// </summary>
    private async Task AnalyzeAsync(int planned, CancellationToken cancellationToken)
    {
        if (planned >= LargePlan)
        {
            await using var command = dataSource.CreateCommand("analyze (skip_locked) groqbatch.requests, groqbatch.claims");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static void Compare(List<string> differences, int pass, string what, int counted, int recounted)
    {
        if (counted != recounted)
        {
            differences.Add($"Pass {pass}, {what}: the counter says {counted}, the rows say {recounted}.");
        }
    }

    private async Task<int> ResolveAsync(
        Run run,
        FailureCode code,
        string message,
        string passesSql,
        string fillSql,
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease, cancellationToken);
        var passes = new List<short>();
        await using (var find = ledger.Command(passesSql, [new("run", run.Id)]))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                passes.Add(reader.GetInt16(0));
            }
        }

        var resolved = 0;
        await ledger.ExecuteAsync(ResolutionSql.CreateTable, [], cancellationToken);
        foreach (var pass in passes)
        {
            await ledger.ExecuteAsync("truncate resolutions", [], cancellationToken);
            resolved += await ledger.ExecuteAsync(
                fillSql,
                [new("run", run.Id), new("pass", pass), new("code", code.ToWire()), new("message", message)],
                cancellationToken
            );
            await ResolutionSql.ApplyAsync(ledger, run, pass, cancellationToken);
        }

        if (resolved > 0)
        {
            await AddEventAsync(
                ledger,
                run.Id,
                Actor.Pipeline.Name,
                from: null,
                to: null,
                $"{resolved} requests end as {code.ToWire()}: {message}",
                cancellationToken
            );
        }

        await ledger.CommitAsync(cancellationToken);
        return resolved;
    }

    private static async Task<bool> MoveAsync(
        LedgerTransaction ledger,
        Guid runId,
        IReadOnlyCollection<RunState> expected,
        RunState from,
        RunState to,
        string actor,
        string reason,
        CancellationToken cancellationToken,
        bool clearHold = false,
        bool decideCanary = false
    )
    {
        var moved = await ledger.ExecuteAsync(
            RunSql.Move,
            [
                new("run", runId),
                new("to", to.ToString()),
                new("reason", reason),
                new("expected", expected.Select(state => state.ToString()).ToArray()),
                new("clear_hold", clearHold),
                new("decide_canary", decideCanary),
            ],
            cancellationToken
        );
        if (moved == 0)
        {
            return false;
        }

        var told = await AddEventAsync(ledger, runId, actor, from, to, reason, cancellationToken);
        if (NotificationOf(to) is { } kind)
        {
            await ledger.ExecuteAsync(
                NotificationSql.OfRun,
                [
                    new("run", runId),
                    new("kind", kind.ToString()),
                    new("actor", actor),
                    new("reason", reason),
                    new("event", told.ToString(CultureInfo.InvariantCulture)),
                ],
                cancellationToken
            );
        }

        return true;
    }

    /// <summary>What the inbox is told of a run's move; null: nothing, it goes on.</summary>
    private static NotificationKind? NotificationOf(RunState to) =>
        to switch
        {
            RunState.Completed => NotificationKind.RunCompleted,
            RunState.CompletedWithFailures => NotificationKind.RunCompletedWithFailures,
            RunState.Held => NotificationKind.RunHeld,
            RunState.NeedsAttention => NotificationKind.RunNeedsAttention,
            RunState.Cancelled => NotificationKind.RunCancelled,
            RunState.Queued or RunState.Running or RunState.Cancelling => null,
            _ => throw new ArgumentOutOfRangeException(nameof(to), to, "Unknown state of a run."),
        };

    /// <returns>The event's key.</returns>
    private static async Task<long> AddEventAsync(
        LedgerTransaction ledger,
        Guid runId,
        string actor,
        RunState? from,
        RunState? to,
        string reason,
        CancellationToken cancellationToken
    ) =>
        (long)
            (
                await ledger.ScalarAsync(
                    RunSql.AddEvent,
                    [
                        new("run", runId),
                        new("actor", actor),
                        new("subject", "run"),
                        Nullable("batch", NpgsqlDbType.Uuid, null),
                        Nullable("pass", NpgsqlDbType.Smallint, null),
                        Nullable("from", NpgsqlDbType.Text, from?.ToString()),
                        Nullable("to", NpgsqlDbType.Text, to?.ToString()),
                        new("reason", reason),
                    ],
                    cancellationToken
                )
            )!;

    private static Run ReadRun(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetGuid(0),
            TeamId = reader.GetInt32(1),
            TeamSlug = reader.GetString(2),
            Provider = reader.GetString(3),
            State = Enum.Parse<RunState>(reader.GetString(4)),
            Limit = reader.IsDBNull(5) ? null : reader.GetInt32(5),
            WithFallback = reader.GetBoolean(6),
            IncludeStale = reader.GetBoolean(7),
            Ladder = JsonSerializer.Deserialize(reader.GetString(8), RunJson.Default.Ladder)!,
            PromptVersion = reader.GetString(9),
            Settings = JsonSerializer.Deserialize(reader.GetString(10), RunJson.Default.RunSettings)!,
            Estimate = reader.IsDBNull(11) ? null : JsonSerializer.Deserialize(reader.GetString(11), RunJson.Default.Estimate),
            ParentRunId = reader.IsDBNull(12) ? null : reader.GetGuid(12),
            StartedBy = reader.GetString(13),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(14),
            PlannedAt = reader.IsDBNull(15) ? null : reader.GetFieldValue<DateTimeOffset>(15),
            EndedAt = reader.IsDBNull(16) ? null : reader.GetFieldValue<DateTimeOffset>(16),
            CancelRequestedAt = reader.IsDBNull(17) ? null : reader.GetFieldValue<DateTimeOffset>(17),
            Selected = reader.GetInt32(18),
            Reason = reader.IsDBNull(19) ? null : reader.GetString(19),
            HoldAfterPass = reader.IsDBNull(20) ? null : reader.GetInt16(20),
            IsCanaryDecided = reader.GetBoolean(23),
            Filter = reader.IsDBNull(24) ? null : JsonSerializer.Deserialize(reader.GetString(24), RunJson.Default.PullRequestFilter),
        };

    private static RunSelection ReadSelection(NpgsqlDataReader reader, Run run)
    {
        List<FailureCode> codes =
        [
            .. reader
                .GetFieldValue<string[]>(21)
                .Select(text => FailureCodes.TryParse(text, out var code) ? code : throw new InvalidDataException(text)),
        ];
        return new RunSelection
        {
            TeamId = run.TeamId,
            Provider = run.Provider,
            Limit = run.Limit,
            IncludeStale = run.IncludeStale,
            RetryOf = run.ParentRunId,
            Codes = codes,
            Failures = reader.IsDBNull(25)
                ? null
                : JsonSerializer.Deserialize(reader.GetString(25), RunJson.Default.StoredFailureFilter)!.With(codes),
            PullRequestId = reader.IsDBNull(22) ? null : reader.GetInt64(22),
            Filter = run.Filter,
        };
    }

    internal static NpgsqlParameter[] SelectionParameters(RunSelection selection)
    {
        string[] states = selection switch
        {
            { RetryOf: null, Failures: not null } => ["failed"],
            { IncludeStale: true } => ["pending", "failed", "stale"],
            _ => ["pending", "failed"],
        };
        return
        [
            new("provider", selection.Provider),
            new("team", selection.TeamId),
            new("states", states),
            Nullable("retry_of", NpgsqlDbType.Uuid, selection.RetryOf),
            new("codes", selection.Codes.Select(code => code.ToWire()).ToArray()),
            Nullable("only", NpgsqlDbType.Bigint, selection.PullRequestId),
            new("limit", selection.Limit ?? int.MaxValue),
            // The states of the condition are those that can be sent.
            .. selection.Filter is { } filter ? PullRequestFilterSql.Parameters(filter.Sendable() ?? filter, selection.TeamId) : [],
            .. FailureGroupSql.NarrowingParametersOf(selection.Failures),
        ];
    }

    private static NpgsqlParameter Nullable(string name, NpgsqlDbType type, object? value) =>
        new(name, type) { Value = value ?? DBNull.Value };

    private static NpgsqlParameter Json(string name, string? json) => Nullable(name, NpgsqlDbType.Jsonb, json);
}
