using System.Globalization;
using System.Text;
using GroqBatch.Core.Runs;
using Npgsql;

namespace GroqBatch.Pipeline.Tests.Promises;

/// <summary>One thing that happens; what it means precisely follows from how things stand when it does.</summary>
internal sealed record Deed(int What, int Which, int How);

/// <summary>A promise does not hold; the message tells which, and everything that had happened.</summary>
internal sealed class PromiseBrokenException(string message) : Exception(message);

/// <summary>
/// Takes deeds on a lane, one after another, with the promises checked after each, and then sees whether everything comes to its end when nothing
/// goes wrong any more and nobody does more than resume.
/// </summary>
internal sealed class Sequence
{
    private const int MaxRounds = 60;

    // The wait after a call that failed is over.
    private const string TriesAgain = "update groqbatch.batches set retry_at = null where retry_at is not null";

    // Where a death or a stand-still matters most; null: anywhere.
    private static readonly string?[] Places =
    [
        null,
        null,
        null,
        "PlanAsync",
        "AddAsync",
        "UploadAsync",
        "RecordIntentAsync",
        "CreateBatchAsync",
        "CreateBatchAsync",
        "MarkSubmittedAsync",
        "RecordPollAsync",
        "DownloadAsync",
        "IngestAsync",
        "CancelBatchAsync",
        "TryFinishAsync",
        "TryMoveAsync",
    ];

    private readonly Lane _lane;
    private readonly List<Guid> _runs = [];
    private readonly StringBuilder _told = new();
    private readonly CancellationToken _cancelled;
    private int _team;
    private long[] _pullRequests = [];
    private SevenPromises _promises = null!;

    private Sequence(Lane lane, CancellationToken cancellationToken)
    {
        _lane = lane;
        _cancelled = cancellationToken;
    }

    public static async Task RunAsync(Lane lane, int seed, IReadOnlyList<Deed> deeds, CancellationToken cancellationToken)
    {
        var sequence = new Sequence(lane, cancellationToken);
        await sequence.BeginAsync(seed);
        try
        {
            await sequence.StartAsync(new Deed(0, seed & 7, seed >> 3 & 0xff));
            foreach (var deed in deeds)
            {
                await sequence.DoAsync(deed);
                await sequence.CheckAsync();
            }

            await sequence.SettleAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new PromiseBrokenException($"{failure.Message}\n{await sequence.TellAsync()}\n{failure.StackTrace}");
        }
        finally
        {
            await sequence.EndAsync();
        }
    }

    private async Task BeginAsync(int seed)
    {
        _lane.Provider.Reset(seed);
        _lane.Provider.FaultPercent = (seed >> 4 & 3) * 6;
        _lane.Ladder.IsReplaced = false;
        _team = await ScalarAsync<int>(
            "insert into groqbatch.teams (slug, name, goal, is_sample) values (gen_random_uuid()::text, 'Team', 0.95, false) returning id"
        );
        _pullRequests = await ScalarAsync<long[]>(
            $"""
            with added as (
                insert into groqbatch.pull_requests (team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged,
                    is_draft, labels, additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash,
                    prompt_bytes, is_eligible)
                select {_team}, 'acme/app', number, 'Change ' || number, 'Why.', 'ada', false, 'closed', true, false, '{"{}"}', 1, 1, 1,
                       timestamptz '2026-01-01' + number * interval '1 minute', '', '[]', '[]', '[]', '[]', sha256(number::text::bytea), 1000, true
                from generate_series(1, {4 + (seed & 3)}) number
                returning id)
            select array_agg(id order by id) from added
            """
        );
        _promises = new SevenPromises(_lane, _team);
    }

    private async Task DoAsync(Deed deed)
    {
        // Mostly work is done; the rest of what can happen comes in between.
        switch (deed.What % 40)
        {
            case < 10:
                await WorkAsync(deed, polls: false);
                break;
            case < 16:
                await WorkAsync(deed, polls: true);
                break;
            case < 20:
                await OvertakeAsync(deed);
                break;
            case < 28:
                Event(deed);
                break;
            case 28:
                await StartAsync(deed);
                break;
            case 29:
                await VerbAsync(
                    "hold",
                    deed,
                    (run, token) =>
                        (deed.How % 3) switch
                        {
                            0 => _lane.Service.HoldAfterPassAsync(run, 1 + (deed.How % 2), reason: null, Lane.Ada, token),
                            1 when deed.How % 4 == 0 => _lane.Service.HoldAfterPassAsync(run, pass: null, reason: null, Lane.Ada, token),
                            _ => _lane.Service.HoldAsync(run, reason: null, Lane.Ada, token),
                        }
                );
                break;
            case 30 or 31:
                await VerbAsync("resume", deed, (run, token) => _lane.Service.ResumeAsync(run, Lane.Ada, token));
                break;
            case 32:
                await VerbAsync("cancel", deed, (run, token) => _lane.Service.CancelAsync(run, reason: null, Lane.Ada, token));
                if (deed.How % 2 == 0)
                {
                    await TimeAsync(deed);
                }

                break;
            case 33:
                await RetryAsync(deed);
                break;
            case 34:
                await AgainAsync(deed);
                break;
            case 35 or 36:
                await PassTimeAsync();
                break;
            case 37:
                await TimeAsync(deed);
                break;
            case 38:
                await ChangeAsync(deed);
                break;
            default:
                Mend(deed);
                break;
        }
    }

    private async Task WorkAsync(Deed deed, bool polls)
    {
        var worker = _lane.Workers[deed.Which & 1];
        if (worker.Task is not null)
        {
            Tell($"worker {deed.Which & 1} goes on");
            await GoOnAsync(worker);
            return;
        }

        var live = await _lane.Runs.ListLiveAsync(_lane.Provider.Name, _cancelled);
        if (!polls && live.Count == 0)
        {
            return;
        }

        var mishap = (deed.How % 11) switch
        {
            < 6 => Mishap.None,
            6 => Mishap.CrashBefore,
            7 or 8 => Mishap.CrashAfter,
            9 => Mishap.PauseBefore,
            _ => Mishap.PauseAfter,
        };
        var place = Places[deed.How / 11 % Places.Length];
        var call = place is null ? deed.How % 16 : deed.How % 2;
        var where = mishap == Mishap.None ? "" : $", {mishap} at {place ?? "any"} {call}";
        if (deed.How % 4 != 0)
        {
            await ExecuteAsync(TriesAgain);
        }

        worker.Interference.Plan(mishap, call, place);
        if (polls)
        {
            Tell($"worker {deed.Which & 1} polls{where}");
            worker.Task = worker.Poller.PollAsync(_cancelled);
        }
        else
        {
            var run = live[(deed.Which >> 1) % live.Count];
            Tell($"worker {deed.Which & 1} advances run {NameOf(run)}{where}");
            worker.Task = worker.Advancer.AdvanceAsync(run, _cancelled);
        }

        await WaitAsync(worker);
    }

    /// <summary>A worker stands still for longer than its lease lasts, another takes its work over, and then the first goes on.</summary>
    private async Task OvertakeAsync(Deed deed)
    {
        // As 9 and 10 of the mishaps are the stand-stills.
        await WorkAsync(deed with { How = (deed.How / 11 * 11) + 9 + (deed.How % 2) }, polls: false);
        await CheckAsync();
        var paused = _lane.Workers[deed.Which & 1];
        if (paused.Task is null)
        {
            return;
        }

        await PassTimeAsync();
        foreach (var polls in new[] { false, true, false })
        {
            // Now and then the other one does not get far either.
            var how = deed.What % 2 == 0 ? 0 : (deed.How * 31) + (polls ? 7 : 0);
            await WorkAsync(deed with { Which = deed.Which ^ 1, How = how % 1000 }, polls);
            await CheckAsync();
        }

        if (paused.Task is not null)
        {
            Tell($"worker {deed.Which & 1} goes on");
            await GoOnAsync(paused);
        }
    }

    private async Task GoOnAsync(Worker worker)
    {
        worker.Interference.GoOn();
        await WaitAsync(worker);
    }

    /// <summary>Until it rests, stands still or is dead; a dead one is replaced.</summary>
    private async Task WaitAsync(Worker worker)
    {
        if (await Task.WhenAny(worker.Task!, worker.Interference.Paused) != worker.Task)
        {
            Tell("  it stands still");
            return;
        }

        try
        {
            await worker.Task;
        }
        catch (CrashException)
        {
            // Its lease stays until it runs out.
        }

        if (worker.Interference.IsCrashed)
        {
            Tell("  it is dead");
        }

        worker.Task = null;
        worker.Interference.Restart();
    }

    private void Event(Deed deed)
    {
        var open = _lane.Provider.Batches.Where(batch => batch is { HasEnded: false, IsGone: false }).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var batch = open[deed.Which % open.Count];
        switch (deed.How % 20)
        {
            case < 2:
                _lane.Provider.Progress(batch);
                break;
            case < 13:
                _lane.Provider.End(batch, batch.IsCancelAsked ? "cancelled" : "completed");
                break;
            case 13:
                _lane.Provider.End(batch, "completed");
                break;
            case < 16:
                _lane.Provider.End(batch, "expired");
                break;
            case 16:
                _lane.Provider.End(batch, "cancelled");
                break;
            case 17:
                _lane.Provider.Reject(batch, naming: true);
                break;
            case 18:
                _lane.Provider.Reject(batch, naming: false);
                break;
            default:
                _lane.Provider.Lose(batch);
                break;
        }

        Tell($"{batch.Id} is {(batch.IsGone ? "gone" : batch.Status)} now");
    }

    private async Task StartAsync(Deed deed)
    {
        var started = await _lane.Service.StartAsync(
            new StartRun
            {
                TeamId = _team,
                WithFallback = deed.How % 5 != 0,
                Limit = deed.Which % 3 == 0 ? 1 + (deed.How % 6) : null,
                IncludeStale = deed.How % 7 == 0,
                Canary = deed.How % 6 == 0 ? 2 : null,
                CanaryMaxFailure = 0.5,
                CanaryWait = deed.How % 12 == 0,
                HoldAfterPass = deed.How % 9 == 0 ? 1 : null,
            },
            Lane.Ada,
            _cancelled
        );
        Note("ada starts", started.RunId);
    }

    private async Task RetryAsync(Deed deed)
    {
        if (_runs.Count > 0)
        {
            var retry = new RetryRun { RunId = _runs[deed.Which % _runs.Count], FromLastRung = deed.How % 3 == 0 };
            Note($"ada retries run {NameOf(retry.RunId)} as", (await _lane.Service.RetryAsync(retry, Lane.Ada, _cancelled)).RunId);
        }
    }

    private async Task AgainAsync(Deed deed)
    {
        var pullRequest = _pullRequests[deed.Which % _pullRequests.Length];
        var again = await _lane.Service.SummariseAgainAsync(pullRequest, requestKey: null, Lane.Ada, _cancelled);
        Note($"ada has pr-{pullRequest} summarised again as", again.RunId);
    }

    private void Note(string deed, Guid? run)
    {
        if (run is { } started)
        {
            _runs.Add(started);
            Tell($"{deed} run {NameOf(started)}");
        }
    }

    private async Task VerbAsync(string verb, Deed deed, Func<Guid, CancellationToken, Task<MoveResult>> act)
    {
        if (_runs.Count > 0)
        {
            var run = _runs[deed.Which % _runs.Count];
            var result = await act(run, _cancelled);
            Tell($"ada {verb}s run {NameOf(run)}: {result.State}{(result.Changed ? "" : ", unchanged")}");
        }
    }

    /// <summary>An hour goes by: every lease has run out, and no creation that was intended before it is in time any more.</summary>
    private async Task PassTimeAsync()
    {
        Tell("an hour goes by");
        await ExecuteAsync(
            "update groqbatch.leases set expires_at = '-infinity'; "
                + "update groqbatch.batches set intent_at = intent_at - interval '1 hour' where state = 'Uploaded' and intent_at is not null"
        );
        _lane.Clock.Advance(TimeSpan.FromHours(1));
    }

    private async Task TimeAsync(Deed deed)
    {
        if (deed.How % 2 == 0)
        {
            Tell("the grace of every cancellation is over");
            await ExecuteAsync(
                $"update groqbatch.runs set cancel_requested_at = now() - interval '1 day' where team_id = {_team} and cancel_requested_at is not null"
            );
        }
        else
        {
            Tell("the window of every submitted batch is long over");
            await ExecuteAsync("update groqbatch.batches set expires_at = now() - interval '2 days' where state = 'Submitted'");
        }
    }

    private async Task ChangeAsync(Deed deed)
    {
        var pullRequest = _pullRequests[deed.Which % _pullRequests.Length];
        Tell($"pr-{pullRequest} {(deed.How % 4 == 0 ? "loses or regains its body" : "changes")}");
        await ExecuteAsync(
            deed.How % 4 == 0
                ? $"update groqbatch.pull_requests set is_eligible = not is_eligible where id = {pullRequest}"
                : $"update groqbatch.pull_requests set content_hash = sha256('{deed.How}') where id = {pullRequest}"
        );
    }

    private void Mend(Deed deed)
    {
        if (deed.How % 3 == 0)
        {
            _lane.Ladder.IsReplaced = !_lane.Ladder.IsReplaced;
            Tell($"the middle model is {(_lane.Ladder.IsReplaced ? "gone" : "back")}");
        }
        else
        {
            _lane.Provider.IsKeyRevoked = !_lane.Provider.IsKeyRevoked && deed.How % 3 == 1;
            Tell($"the key is {(_lane.Provider.IsKeyRevoked ? "revoked" : "good")}");
        }
    }

    /// <summary>Nothing goes wrong any more, and nobody does anything but resume: everything ends.</summary>
    private async Task SettleAsync()
    {
        Tell("from here on nothing goes wrong");
        (_lane.Provider.FaultPercent, _lane.Provider.IsKeyRevoked, _lane.Provider.IsKind) = (0, false, true);
        await ReleaseAsync();
        await CheckAsync();
        for (var round = 0; round < MaxRounds; round++)
        {
            await PassTimeAsync();
            await ExecuteAsync(TriesAgain);
            foreach (var batch in _lane.Provider.Batches.Where(batch => batch is { HasEnded: false, IsGone: false }))
            {
                _lane.Provider.End(batch, batch.IsCancelAsked ? "cancelled" : "completed");
            }

            await _lane.Workers[0].Poller.PollAsync(_cancelled);
            var live = await _lane.Runs.ListLiveAsync(_lane.Provider.Name, _cancelled);
            foreach (var run in live)
            {
                await _lane.Workers[1].Advancer.AdvanceAsync(run, _cancelled);
                var state = (await _lane.Runs.FindAsync(run, _cancelled))!.State;
                if (state is RunState.Held or RunState.NeedsAttention)
                {
                    await _lane.Service.ResumeAsync(run, Lane.Ada, _cancelled);
                }
            }

            if (
                live.Count == 0
                && await ScalarAsync<bool>(
                    "select not exists(select 1 from groqbatch.batches where state not in ('Ingested', 'Abandoned'))"
                )
            )
            {
                await CheckAsync();
                await _promises.CheckEndAsync(_cancelled);
                return;
            }

            await Task.Delay(1, _cancelled);
        }

        throw new PromiseBrokenException("7: it does not come to its end by itself.");
    }

    /// <summary>Workers that stand still go on to where they rest.</summary>
    private async Task ReleaseAsync()
    {
        foreach (var worker in _lane.Workers)
        {
            while (worker.Task is not null)
            {
                await GoOnAsync(worker);
            }
        }
    }

    private async Task CheckAsync()
    {
        var broken = await _promises.CheckAsync(_cancelled);
        if (broken.Count > 0)
        {
            throw new PromiseBrokenException(string.Join('\n', broken));
        }
    }

    private async Task EndAsync()
    {
        _lane.Provider.IsKeyRevoked = true;
        foreach (var worker in _lane.Workers)
        {
            // After a failure a worker may stand still or have failed itself; what it says then is not what is to be told.
            while (worker.Task is { } task)
            {
                worker.Interference.GoOn();
                await Task.WhenAny(task, worker.Interference.Paused);
                worker.Task = task.IsCompleted ? null : task;
            }

            worker.Interference.Restart();
        }

        await ExecuteAsync($"delete from groqbatch.teams where id = {_team}; delete from groqbatch.leases");
    }

    private string NameOf(Guid run) => (_runs.IndexOf(run) + 1).ToString(CultureInfo.InvariantCulture);

    private void Tell(string what) => _told.AppendLine(what);

    private async Task<string> TellAsync()
    {
        var told = new StringBuilder(_told.ToString());
        await using var command = _lane.DataSource.CreateCommand(
            $"""
            select 'run ' || run_id || ' ' || subject || ' ' || coalesce(from_state, '') || ' > ' || coalesce(to_state, '') || ': ' || run_events.reason
            from groqbatch.run_events join groqbatch.runs on runs.id = run_id where team_id = {_team} order by run_events.id
            """
        );
        await using var reader = await command.ExecuteReaderAsync(_cancelled);
        while (await reader.ReadAsync(_cancelled))
        {
            told.AppendLine(reader.GetString(0));
        }

        for (var run = 0; run < _runs.Count; run++)
        {
            told.Replace(_runs[run].ToString(), (run + 1).ToString(CultureInfo.InvariantCulture));
        }

        return told.ToString();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _lane.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(_cancelled);
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlCommand command = _lane.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(_cancelled))!;
    }
}
