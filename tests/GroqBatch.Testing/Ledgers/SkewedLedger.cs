using System.Buffers.Binary;
using System.Globalization;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Data;
using GroqBatch.Data.Coverage;
using GroqBatch.Data.Installation;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Json = GroqBatch.Testing.Ledgers.LedgerCopy.Json;

namespace GroqBatch.Testing.Ledgers;

/// <summary>
/// Fills a database with a ledger as years of work would leave it: teams of very different sizes, one with nearly a third of everything; pull requests
/// in each state; runs, batches, requests, attempts, summaries, samples with verdicts, coverage history. Written by COPY. States go through the ledger's
/// own triggers, so that the counters are the product's; a recount checks them. Provider <c>simulator</c>; no answers of requests that succeeded.
/// </summary>
public sealed class SkewedLedger
{
    private const string Provider = "simulator";
    private const string Primary = "openai/gpt-oss-20b";
    private const string Fallback = "openai/gpt-oss-120b";
    private const double ExcludedShare = 0.11;

    private const string Ladder = """
        {"rungs":[{"ordinal":1,"placeInLadder":null,"model":"openai/gpt-oss-20b","replaced":null,"responseFormat":"JsonSchema","maxCompletionTokens":4096,"reasoningEffort":"low","contextTokens":131072,"promptPrice":0.0375,"completionPrice":0.15,"pricesReadOn":"2026-06-01"},{"ordinal":2,"placeInLadder":null,"model":"openai/gpt-oss-120b","replaced":"llama-3.3-70b-versatile","responseFormat":"JsonSchema","maxCompletionTokens":4096,"reasoningEffort":"low","contextTokens":131072,"promptPrice":0.075,"completionPrice":0.3,"pricesReadOn":"2026-06-01"}]}
        """;

    private const string Settings = """
        {"maxRequestsPerBatch":5000,"maxBatchBytes":100000000,"completionWindow":"24h","maxAttemptsPerRequest":2,"maxCost":null,"canary":null,"canaryMaxFailure":0.1,"canaryWait":false}
        """;

    private readonly NpgsqlConnection _connection;
    private readonly LedgerShape _shape;
    private readonly LedgerText _text;
    private readonly Random _random;
    private readonly DateTimeOffset _now;
    private long _lastPullRequest;
    private long _lastRequest;
    private long _lastSummary;

    private SkewedLedger(NpgsqlConnection connection, LedgerShape shape, DateTimeOffset now)
    {
        _connection = connection;
        _shape = shape;
        _text = new LedgerText(shape.Seed);
        _random = new Random(shape.Seed);
        _now = now;
    }

    private static string PromptVersionText => PromptVersion.Current.ToString();

    /// <summary>Migrates an empty database and fills it.</summary>
    /// <param name="connectionString">As its owner.</param>
    /// <param name="shape">How much of everything.</param>
    /// <param name="time">What the latest run and the live ones are close to.</param>
    /// <param name="said">Told how far it is; null: nobody.</param>
    /// <param name="cancellationToken">Gives up; the database is then of no use.</param>
    /// <exception cref="InvalidOperationException">The counters are not equal to a recount.</exception>
    public static async Task WriteAsync(
        string connectionString,
        LedgerShape shape,
        TimeProvider time,
        Action<string>? said,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(time);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(connectionString);
        await using var provider = services.BuildServiceProvider();
        var initialiser = provider.GetRequiredService<DatabaseInitialiser>();
        await initialiser.MigrateAsync(cancellationToken);
        await initialiser.PrepareProviderAsync(Provider, PromptVersion.Current.Major, cancellationToken);
        await using (var connection = await provider.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellationToken))
        {
            await new SkewedLedger(connection, shape, time.GetUtcNow()).WriteAsync(said, cancellationToken);
        }

        said?.Invoke("recounting");
        var differences = await provider.GetRequiredService<CoverageRecount>().FindDifferencesAsync(cancellationToken);
        if (differences.Count > 0)
        {
            throw new InvalidOperationException($"The counters are not equal to a recount: {string.Join("; ", differences.Take(5))}");
        }
    }

    private async Task WriteAsync(Action<string>? said, CancellationToken cancellationToken)
    {
        var sizes = SizesOfTeams();
        // The trigger would add each state as pending, to be rewritten at once; the counters' triggers stay.
        await ExecuteAsync("alter table groqbatch.pull_requests disable trigger pull_requests_inserted", cancellationToken);
        for (var at = 0; at < sizes.Length; at++)
        {
            var team = MakeTeam(at, sizes[at]);
            // The largest team and small ones alike; the very largest always.
            var runs = LedgerRuns.Plan(team, hasLive: at % Math.Max(1, sizes.Length / _shape.LiveRuns) == 0, _now, _random);
            await WriteTeamAsync(team, at, cancellationToken);
            await WriteRunsAsync(team, runs, cancellationToken);
            await WriteRequestsAsync(team, runs, cancellationToken);
            await WriteStatesAsync(team, cancellationToken);
            if (at % 3 == 0)
            {
                await WriteSamplesAsync(team, runs, cancellationToken);
            }

            if (at == 0 || at % 50 == 49)
            {
                said?.Invoke($"{at + 1} of {sizes.Length} teams, {_lastPullRequest} pull requests");
            }
        }

        await ExecuteAsync("alter table groqbatch.pull_requests enable trigger pull_requests_inserted", cancellationToken);
        said?.Invoke("history and statistics");
        await ExecuteAsync(Invariant($"{SkewedLedgerSql.History(_shape.HistoryDays)}"), cancellationToken);
        await ExecuteAsync(SkewedLedgerSql.FailureGroups, cancellationToken);
        await ExecuteAsync(SkewedLedgerSql.Notifications, cancellationToken);
        await ExecuteAsync(SkewedLedgerSql.Audit, cancellationToken);
        await ExecuteAsync(SkewedLedgerSql.Sequences, cancellationToken);
        await ExecuteAsync("vacuum (analyze)", cancellationToken);
    }

    private int[] SizesOfTeams()
    {
        var sizes = new int[_shape.Teams];
        sizes[0] = _shape.LargestTeam;
        var weights = Enumerable.Range(1, _shape.Teams - 1).Select(place => 1 / Math.Pow(place + 4, 0.9)).ToArray();
        var (left, all) = (_shape.PullRequests - _shape.LargestTeam, weights.Sum());
        for (var at = 1; at < sizes.Length; at++)
        {
            sizes[at] = (int)(left * weights[at - 1] / all);
        }

        sizes[1] += _shape.PullRequests - sizes.Sum();
        return sizes;
    }

    private FactsOfTeam MakeTeam(int at, int size)
    {
        var slug = at == 0 ? "largest" : $"team-{at:000}";
        var repositories = Enumerable
            .Range(0, at == 0 ? 12 : 1 + (at % 6))
            .Select(repository => $"{slug}/{(repository == 0 ? "app" : $"service-{repository}")}")
            .ToArray();
        var span = TimeSpan.FromDays(at == 0 ? 1_900 : 300 + (at * 7));
        var team = new FactsOfTeam
        {
            Id = at + 1,
            Slug = slug,
            Repositories = repositories,
            Step = span / size,
            Oldest = _now - span,
            PullRequests = new FactOfPullRequest[size],
        };
        var covered = at == 0 ? 0.7 : 0.15 + (0.84 * _random.NextDouble());
        var failing = at % 23 == 7 ? 0.578 : 0.023 + (0.06 * _random.NextDouble());
        var numbers = new int[repositories.Length];
        for (var place = 0; place < size; place++)
        {
            ref var fact = ref team.PullRequests[place];
            fact.Id = ++_lastPullRequest;
            fact.Repository = repositories.Length == 1 || _random.Next(2) == 0 ? 0 : 1 + _random.Next(repositories.Length - 1);
            fact.Number = ++numbers[fact.Repository];
            fact.Fate =
                _random.NextDouble() < ExcludedShare ? Fate.Excluded
                : _random.NextDouble() >= covered ? Fate.Pending
                : _random.NextDouble() >= failing ? Fate.First
                : _random.NextDouble() < 0.97 ? Fate.Recovered
                : Fate.Failed;
            fact.Failure = Failures.Pick(_random);
            fact.IsStale = fact.Fate is Fate.First or Fate.Recovered && _random.Next(50) == 0;
            fact.IsParked = fact.Fate is Fate.Failed && _random.Next(10) == 0;
        }

        return team;
    }

    private async Task WriteTeamAsync(FactsOfTeam team, int at, CancellationToken cancellationToken)
    {
        await using (var teams = await CopyAsync("teams", "id, slug, name, goal, is_sample", cancellationToken))
        {
            var name = at == 0 ? "The Largest" : Invariant($"Team {at:000}");
            await teams.RowAsync(cancellationToken, team.Id, team.Slug, name, 0.95, false);
            await teams.CompleteAsync(cancellationToken);
        }

        await using var rows = await CopyAsync(
            "pull_requests",
            "id, team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels, additions, deletions, "
                + "changed_files, created_at, merged_at, closed_at, url, files, commits, reviews, comments, content_hash, prompt_bytes, is_eligible",
            cancellationToken
        );
        for (var place = 0; place < team.PullRequests.Length; place++)
        {
            var fact = team.PullRequests[place];
            var opened = team.OpenedAt(place);
            var repository = team.Repositories[fact.Repository];
            var body = fact.Fate is Fate.Excluded ? "" : _text.Body(_random, _shape.MeanBody);
            var (files, changed) = _text.Files(_random);
            await rows.RowAsync(
                cancellationToken,
                fact.Id,
                team.Id,
                repository,
                (long)fact.Number,
                LedgerText.Title(_random),
                body,
                Invariant($"dev{_random.Next(200)}"),
                _random.Next(25) == 0,
                "closed",
                true,
                false,
                Array.Empty<string>(),
                _random.Next(900),
                _random.Next(400),
                changed,
                opened,
                opened.AddHours(9),
                opened.AddHours(9),
                Invariant($"https://github.com/{repository}/pull/{fact.Number}"),
                new Json(files),
                new Json(_text.Commits(_random)),
                new Json("[]"),
                new Json("[]"),
                HashOf(fact.Id),
                body.Length + files.Length + 200,
                fact.Fate is not Fate.Excluded
            );
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private async Task WriteRunsAsync(FactsOfTeam team, List<FactsOfRun> runs, CancellationToken cancellationToken)
    {
        await using (
            var rows = await CopyAsync(
                "runs",
                "id, team_id, provider, state, reason, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings, estimate, started_by, "
                    + "created_at, planned_at, ended_at, is_canary_decided, selected, succeeded",
                cancellationToken
            )
        )
        {
            foreach (var run in runs)
            {
                var succeeded = run.Places.Count(place => team.PullRequests[place].Fate is Fate.First or Fate.Recovered);
                await rows.RowAsync(
                    cancellationToken,
                    run.Id,
                    team.Id,
                    Provider,
                    run.State.ToString(),
                    run.State is RunState.Held ? "Held by mira." : null,
                    true,
                    false,
                    Array.Empty<string>(),
                    new Json(Ladder),
                    PromptVersionText,
                    new Json(Settings),
                    new Json(EstimateOf(run.Places.Length)),
                    run.StartedBy,
                    run.CreatedAt,
                    run.CreatedAt.AddSeconds(2),
                    run.EndedAt,
                    true,
                    run.Places.Length,
                    succeeded
                );
            }

            await rows.CompleteAsync(cancellationToken);
        }

        await WritePassesAsync(team, runs, cancellationToken);
        await WriteBatchesAsync(team, runs, cancellationToken);
        await WriteEventsAsync(runs, cancellationToken);
    }

    private async Task WritePassesAsync(FactsOfTeam team, List<FactsOfRun> runs, CancellationToken cancellationToken)
    {
        await using (
            var rows = await CopyAsync(
                "passes",
                "run_id, ordinal, model, replaced, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests, started_at, ended_at",
                cancellationToken
            )
        )
        {
            foreach (var (run, pass) in runs.SelectMany(run => run.Passes.Select((_, at) => (run, at))))
            {
                var places = run.Passes[pass];
                var succeeded = places.Count(place => SucceedsIn(team, place, pass));
                var failed = run.State.IsLive() ? 0 : places.Length - succeeded;
                await rows.RowAsync(
                    cancellationToken,
                    run.Id,
                    (short)(pass + 1),
                    pass == 0 ? Primary : Fallback,
                    pass == 0 ? null : "llama-3.3-70b-versatile",
                    places.Length,
                    succeeded,
                    failed,
                    succeeded * 1_150L,
                    succeeded * 310L,
                    succeeded * 0.000_09m * (pass + 1),
                    failed,
                    run.CreatedAt.AddSeconds(2 + (60 * pass)),
                    run.EndedAt
                );
            }

            await rows.CompleteAsync(cancellationToken);
        }

        await using var failures = await CopyAsync("pass_failures", "run_id, ordinal, code, requests, final", cancellationToken);
        foreach (var (run, pass) in runs.Where(run => !run.State.IsLive()).SelectMany(run => run.Passes.Select((_, at) => (run, at))))
        {
            var failed = run.Passes[pass]
                .Where(place => !SucceedsIn(team, place, pass))
                .GroupBy(place => Failures.Code(team.PullRequests[place].Failure));
            foreach (var code in failed.OrderBy(code => code.Key, StringComparer.Ordinal))
            {
                await failures.RowAsync(cancellationToken, run.Id, (short)(pass + 1), code.Key, code.Count(), pass == 1 ? code.Count() : 0);
            }
        }

        await failures.CompleteAsync(cancellationToken);
    }

    private async Task WriteBatchesAsync(FactsOfTeam team, List<FactsOfRun> runs, CancellationToken cancellationToken)
    {
        await using var rows = await CopyAsync(
            "batches",
            "id, run_id, pass_ordinal, ordinal, state, provider, nonce, requests, bytes, prompt_version, request_file_hash, status, provider_batch_id, "
                + "input_file_id, output_file_id, error_file_id, provider_total, provider_completed, provider_failed, succeeded, failed, unanswered, cost, "
                + "created_at, uploaded_at, intent_at, submitted_at, ended_at, ingested_at, expires_at, polled_at, next_poll_at, troubles, raw",
            cancellationToken
        );
        foreach (var (run, pass) in runs.SelectMany(run => run.Passes.Select((_, at) => (run, at))))
        {
            foreach (var (at, (id, from, to)) in run.Batches[pass].Index())
            {
                var isLive = run.State.IsLive();
                var places = run.Passes[pass].AsMemory(from, to - from);
                var succeeded = Count(team, places, pass);
                var (requests, text) = (to - from, id.ToString("N"));
                var sent = run.CreatedAt.AddSeconds(10 + (60 * pass));
                await rows.RowAsync(
                    cancellationToken,
                    id,
                    run.Id,
                    (short)(pass + 1),
                    at + 1,
                    isLive ? "Submitted" : "Ingested",
                    Provider,
                    id,
                    requests,
                    requests * 9_000L,
                    PromptVersionText,
                    HashOf(id.GetHashCode()),
                    isLive ? "in_progress" : "completed",
                    $"batch_{text}",
                    $"file_in{text}",
                    isLive ? null : $"file_out{text}",
                    isLive || succeeded == requests ? null : $"file_err{text}",
                    requests,
                    isLive ? requests / 3 : succeeded,
                    isLive ? requests / 90 : requests - succeeded,
                    isLive ? null : succeeded,
                    isLive ? null : requests - succeeded,
                    isLive ? null : 0,
                    isLive ? null : succeeded * 0.000_09m,
                    sent,
                    sent,
                    sent,
                    sent,
                    run.EndedAt,
                    run.EndedAt,
                    // Nobody asks the provider for them, and none of them runs out while somebody measures.
                    sent.AddDays(30),
                    _now,
                    isLive ? _now.AddDays(20) : null,
                    0,
                    new Json(
                        $$"""{"id":"batch_{{text}}","object":"batch","endpoint":"/v1/chat/completions","input_file_id":"file_in{{text}}"}"""
                    )
                );
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private async Task WriteEventsAsync(List<FactsOfRun> runs, CancellationToken cancellationToken)
    {
        await using var rows = await CopyAsync(
            "run_events",
            "run_id, at, actor, subject, pass, from_state, to_state, reason",
            cancellationToken
        );
        foreach (var run in runs)
        {
            await rows.RowAsync(cancellationToken, run.Id, run.CreatedAt, run.StartedBy, "run", null, null, "Queued", "Started.");
            await rows.RowAsync(
                cancellationToken,
                run.Id,
                run.CreatedAt.AddSeconds(2),
                "pipeline",
                "run",
                null,
                "Queued",
                "Running",
                "Planned."
            );
            foreach (var (pass, batches) in run.Batches.Index())
            {
                foreach (var (at, _) in batches.Index())
                {
                    var sent = run.CreatedAt.AddSeconds(10 + (60 * pass));
                    var what = Invariant($"Batch {at + 1} of pass {pass + 1}");
                    await rows.RowAsync(
                        cancellationToken,
                        run.Id,
                        sent,
                        "pipeline",
                        "batch",
                        (short)(pass + 1),
                        "Uploaded",
                        "Submitted",
                        what
                    );
                    if (run.EndedAt is { } ended)
                    {
                        await rows.RowAsync(
                            cancellationToken,
                            run.Id,
                            ended,
                            "pipeline",
                            "batch",
                            (short)(pass + 1),
                            "Ended",
                            "Ingested",
                            what
                        );
                    }
                }
            }

            if (run.EndedAt is { } over)
            {
                await rows.RowAsync(
                    cancellationToken,
                    run.Id,
                    over,
                    "pipeline",
                    "run",
                    null,
                    "Running",
                    run.State.ToString(),
                    "Every request has its outcome."
                );
            }
        }

        await rows.CompleteAsync(cancellationToken);
    }

    private async Task WriteRequestsAsync(FactsOfTeam team, List<FactsOfRun> runs, CancellationToken cancellationToken)
    {
        var first = _lastRequest;
        await using (
            var rows = await CopyAsync(
                "requests",
                "id, run_id, pass_ordinal, pull_request_id, position, outcome, failure_code, message, is_final, attempts, batch_id, resolved_at",
                cancellationToken
            )
        )
        {
            await ForEachRequestAsync(
                runs,
                async (run, pass, position, place, batch, _) =>
                {
                    var fact = team.PullRequests[place];
                    var (isOpen, succeeds) = (run.State.IsLive(), SucceedsIn(team, place, pass));
                    await rows.RowAsync(
                        cancellationToken,
                        ++_lastRequest,
                        run.Id,
                        (short)(pass + 1),
                        fact.Id,
                        position,
                        isOpen ? null
                            : succeeds ? "succeeded"
                            : "failed",
                        isOpen || succeeds ? null : Failures.Code(fact.Failure),
                        isOpen || succeeds ? null : Failures.Message(fact.Failure),
                        !isOpen && !succeeds && pass == 1,
                        isOpen ? (short)0 : (short)1,
                        isOpen ? batch : null,
                        run.EndedAt
                    );
                }
            );
            await rows.CompleteAsync(cancellationToken);
        }

        // One attempt for each request, with the same id.
        await using (
            var rows = await CopyAsync(
                "attempts",
                "id, request_id, number, batch_id, line, content_hash, outcome, failure_code, message, http_status, prompt_tokens, completion_tokens, cost, "
                    + "provider_request_id, raw_answer",
                cancellationToken
            )
        )
        {
            var id = first;
            await ForEachRequestAsync(
                runs,
                async (run, pass, _, place, batch, line) =>
                {
                    var fact = team.PullRequests[place];
                    var (isOpen, succeeds) = (run.State.IsLive(), SucceedsIn(team, place, pass));
                    id++;
                    await rows.RowAsync(
                        cancellationToken,
                        id,
                        id,
                        (short)1,
                        batch,
                        line,
                        HashOf(fact.Id),
                        isOpen ? null
                            : succeeds ? "succeeded"
                            : "failed",
                        isOpen || succeeds ? null : Failures.Code(fact.Failure),
                        isOpen || succeeds ? null : Failures.Message(fact.Failure),
                        isOpen ? null
                            : succeeds ? 200
                            : 400,
                        isOpen || !succeeds ? null : 1_150,
                        isOpen || !succeeds ? null : 310,
                        isOpen || !succeeds ? null : 0.000_09m,
                        isOpen ? null : Invariant($"req_{id:x}"),
                        isOpen || succeeds ? null : FailedAnswer(fact)
                    );
                }
            );
            await rows.CompleteAsync(cancellationToken);
        }

        await WriteSummariesAsync(team, runs, first, cancellationToken);
        await using var claims = await CopyAsync("claims", "pull_request_id, run_id", cancellationToken);
        foreach (var run in runs.Where(run => run.State.IsLive()))
        {
            foreach (var place in run.Places)
            {
                await claims.RowAsync(cancellationToken, team.PullRequests[place].Id, run.Id);
            }
        }

        await claims.CompleteAsync(cancellationToken);
    }

    private async Task WriteSummariesAsync(FactsOfTeam team, List<FactsOfRun> runs, long firstAttempt, CancellationToken cancellationToken)
    {
        await using var rows = await CopyAsync(
            "summaries",
            "id, pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document, prompt_tokens, completion_tokens, "
                + "cost, created_at",
            cancellationToken
        );
        var attempt = firstAttempt;
        await ForEachRequestAsync(
            runs,
            async (run, pass, _, place, _, _) =>
            {
                attempt++;
                if (run.State.IsLive() || !SucceedsIn(team, place, pass))
                {
                    return;
                }

                var fact = team.PullRequests[place];
                (team.PullRequests[place].SummaryId, team.PullRequests[place].SummaryRun) = (++_lastSummary, run.Id);
                await rows.RowAsync(
                    cancellationToken,
                    _lastSummary,
                    fact.Id,
                    Provider,
                    run.Id,
                    attempt,
                    pass == 0 ? Primary : Fallback,
                    (short)(pass + 1),
                    (short)(pass + 1),
                    PromptVersionText,
                    fact.IsStale ? HashOf(-fact.Id) : HashOf(fact.Id),
                    new Json(_text.Document(_random)),
                    1_150,
                    310,
                    0.000_09m,
                    run.EndedAt
                );
            }
        );
        await rows.CompleteAsync(cancellationToken);
    }

    private async Task WriteStatesAsync(FactsOfTeam team, CancellationToken cancellationToken)
    {
        await using var rows = await CopyAsync(
            "pull_request_states",
            "provider, pull_request_id, team_id, repository, created_at, is_eligible, content_hash, summary_id, summary_hash, summary_rung, "
                + "is_prompt_outdated, is_claimed, has_failed, failure_code, is_parked, parked_by, parked_reason",
            cancellationToken
        );
        for (var place = 0; place < team.PullRequests.Length; place++)
        {
            var fact = team.PullRequests[place];
            var isSummarised = fact.Fate is Fate.First or Fate.Recovered;
            await rows.RowAsync(
                cancellationToken,
                Provider,
                fact.Id,
                team.Id,
                team.Repositories[fact.Repository],
                team.OpenedAt(place),
                fact.Fate is not Fate.Excluded,
                HashOf(fact.Id),
                isSummarised ? fact.SummaryId : null,
                !isSummarised ? null
                    : fact.IsStale ? HashOf(-fact.Id)
                    : HashOf(fact.Id),
                !isSummarised ? null
                    : fact.Fate is Fate.First ? (short)1
                    : (short)2,
                false,
                fact.Fate is Fate.InFlight,
                fact.Fate is Fate.Failed,
                fact.Fate is Fate.Failed ? Failures.Code(fact.Failure) : null,
                fact.IsParked,
                fact.IsParked ? "mira" : null,
                fact.IsParked ? "generated code" : null
            );
        }

        await rows.CompleteAsync(cancellationToken);
    }

    /// <summary>One sample of the team and one of its largest run, read in part.</summary>
    private async Task WriteSamplesAsync(FactsOfTeam team, List<FactsOfRun> runs, CancellationToken cancellationToken)
    {
        var summarised = team.PullRequests.Where(fact => fact.Fate is Fate.First or Fate.Recovered).ToArray();
        if (summarised.Length == 0)
        {
            return;
        }

        var largest = runs.Where(run => !run.State.IsLive()).MaxBy(run => run.Places.Length)!.Id;
        foreach (
            var (scope, population) in new[] { ("Team", summarised), ("Run", [.. summarised.Where(fact => fact.SummaryRun == largest)]) }
        )
        {
            if (population.Length == 0)
            {
                continue;
            }

            var id = new Guid(HashOf(population[0].Id + scope.Length).AsSpan(0, 16));
            var (drawn, read) = (Math.Min(population.Length, 400), Math.Min(population.Length, 20 + _random.Next(40)));
            var verdicts = Enumerable
                .Range(0, read)
                .Select(_ =>
                    _random.Next(60) switch
                    {
                        0 => "wrong",
                        < 5 => "minor",
                        _ => "good",
                    }
                )
                .ToArray();
            await using (
                var samples = await CopyAsync(
                    "samples",
                    "id, provider, scope, team_id, run_id, target, confidence, seed, population, drawn, strata, drawn_by, drawn_at, read, good, minor, wrong, settlement",
                    cancellationToken
                )
            )
            {
                await samples.RowAsync(
                    cancellationToken,
                    id,
                    Provider,
                    scope,
                    team.Id,
                    scope == "Run" ? largest : null,
                    0.95,
                    0.95,
                    (long)_random.Next(),
                    population.Length,
                    drawn,
                    new Json(Invariant($$"""[{"rung":0,"population":{{population.Length}},"drawn":{{drawn}}}]""")),
                    "mira",
                    _now.AddDays(-_random.Next(1, 60)),
                    read,
                    verdicts.Count(verdict => verdict == "good"),
                    verdicts.Count(verdict => verdict == "minor"),
                    verdicts.Count(verdict => verdict == "wrong"),
                    "Open"
                );
                await samples.CompleteAsync(cancellationToken);
            }

            await using (
                var items = await CopyAsync(
                    "sample_items",
                    "sample_id, position, stratum, pull_request_id, summary_id, run_id, model, verdict, reason, read_by",
                    cancellationToken
                )
            )
            {
                for (var at = 0; at < drawn; at++)
                {
                    var fact = population[(int)((long)at * population.Length / drawn)];
                    var verdict = at < read ? verdicts[at] : null;
                    await items.RowAsync(
                        cancellationToken,
                        id,
                        at + 1,
                        (short)0,
                        fact.Id,
                        fact.SummaryId,
                        fact.SummaryRun,
                        fact.Fate is Fate.First ? Primary : Fallback,
                        verdict,
                        verdict == "wrong" ? "wrong_facts" : null,
                        verdict is null ? null : "mira"
                    );
                }

                await items.CompleteAsync(cancellationToken);
            }

            await using (var events = await CopyAsync("verdicts", "sample_id, position, at, reviewer, verdict, reason", cancellationToken))
            {
                foreach (var (at, verdict) in verdicts.Index())
                {
                    await events.RowAsync(
                        cancellationToken,
                        id,
                        at + 1,
                        _now.AddHours(-2),
                        "mira",
                        verdict,
                        verdict == "wrong" ? "wrong_facts" : null
                    );
                }

                await events.CompleteAsync(cancellationToken);
            }
        }

        await ExecuteAsync(SkewedLedgerSql.LinkVerdicts, cancellationToken);
    }

    private static async Task ForEachRequestAsync(List<FactsOfRun> runs, Func<FactsOfRun, int, int, int, Guid, int, Task> deed)
    {
        foreach (var run in runs)
        {
            foreach (var (pass, places) in run.Passes.Index())
            {
                foreach (var (batch, from, to) in run.Batches[pass])
                {
                    for (var at = from; at < to; at++)
                    {
                        await deed(run, pass, at + 1, places[at], batch, at - from + 1);
                    }
                }
            }
        }
    }

    private static bool SucceedsIn(FactsOfTeam team, int place, int pass) =>
        team.PullRequests[place].Fate == (pass == 0 ? Fate.First : Fate.Recovered);

    private static int Count(FactsOfTeam team, ReadOnlyMemory<int> places, int pass)
    {
        var count = 0;
        foreach (var place in places.Span)
        {
            count += SucceedsIn(team, place, pass) ? 1 : 0;
        }

        return count;
    }

    private static string FailedAnswer(FactOfPullRequest fact) =>
        Invariant(
            $$"""{"id":"batch_req_out_{{fact.Id}}","custom_id":"pr-{{fact.Id}}","response":{"status_code":400,"body":{"error":{"message":"{{Failures.Message(fact.Failure)}}","type":"invalid_request_error","code":"{{Failures.Code(fact.Failure)}}","failed_generation":"{\"ai\": {\"is_assisted\": false, \"tools\": [], \"usage_type\": " } } },"error":null}"""
        );

    private static string EstimateOf(int requests) =>
        Invariant(
            $$$"""{"requests":{"low":{{{requests}}},"expected":{{{requests * 1.04}}},"high":{{{requests * 1.1}}}},"promptTokens":{"low":{{{requests * 900}}},"expected":{{{requests * 1_150}}},"high":{{{requests * 1_400}}}},"completionTokens":{"low":{{{requests * 200}}},"expected":{{{requests * 310}}},"high":{{{requests * 500}}}},"cost":{"low":{{{requests * 0.00007}}},"expected":{{{requests * 0.00009}}},"high":{{{requests * 0.00013}}}},"seconds":{"low":60,"expected":240,"high":1200},"firstPassFailures":{"low":{{{requests * 0.01}}},"expected":{{{requests * 0.04}}},"high":{{{requests * 0.1}}}},"finalFailures":{"low":0,"expected":{{{requests * 0.001}}},"high":{{{requests * 0.01}}}},"basis":"20 past runs"}"""
        );

    /// <summary>32 bytes that are another's for another number.</summary>
    private static byte[] HashOf(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return System.Security.Cryptography.SHA256.HashData(bytes);
    }

    private Task<LedgerCopy> CopyAsync(string table, string columns, CancellationToken cancellationToken) =>
        LedgerCopy.IntoAsync(_connection, table, columns, cancellationToken);

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 900 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
