using System.Net;
using System.Text;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Exports;
using GroqBatch.Core.Notifications;
using GroqBatch.Web.Features.Coverage;
using GroqBatch.Web.Features.Exports;
using GroqBatch.Web.Features.FailureGroups;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Tests.Dashboard;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Exports;

/// <summary>Tables as files over HTTP: the rows are those of the filter, and no cell is a formula.</summary>
public sealed class TableExportTests(TableExportTests.SignedIn signedIn) : IClassFixture<TableExportTests.SignedIn>
{
    private const string Run = "0199a3f2-0000-7000-8000-000000000001";
    private const string OlderRun = "0199a3f2-0000-7000-8000-000000000000";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DashboardHost Host => signedIn.Host;

    [Fact]
    public async Task Teams_are_those_of_the_search_in_its_order()
    {
        var all = await ReadAsync("/teams.csv?sort=name");
        var backwards = await ReadAsync("/teams.csv?sort=-name");
        var one = await ReadAsync("/teams.csv?q=second");

        Assert.Equal(["a-first", "b-second"], Column(all, "team"));
        Assert.Equal(["b-second", "a-first"], Column(backwards, "team"));
        Assert.Equal(["'=First"], Column(all, "name").Take(1));
        Assert.Equal(["b-second"], Column(one, "team"));
        Assert.Equal(["3"], Column(await ReadAsync("/teams.csv?q=a-first"), "all"));
    }

    [Fact]
    public async Task Runs_are_those_of_the_filter_newest_first()
    {
        Assert.Equal([Run, OlderRun], Column(await ReadAsync("/runs.csv"), "run"));
        Assert.Equal([OlderRun], Column(await ReadAsync("/runs.csv?team=b-second"), "run"));
        Assert.Equal([Run], Column(await ReadAsync("/runs.csv?state=completed"), "run"));
        Assert.Equal([Run], Column(await ReadAsync("/runs.csv?who=me"), "run"));
        Assert.Empty(Column(await ReadAsync("/runs.csv?model=nothing"), "run"));
    }

    [Fact]
    public async Task Requests_are_those_of_the_run_and_filter_and_their_titles_no_formulas()
    {
        var all = await ReadAsync($"/runs/{Run}/requests.csv");
        var failed = await ReadAsync($"/runs/{Run}/requests.csv?outcome=failed");
        var found = await ReadAsync($"/runs/{Run}/requests.csv?q=plain");

        Assert.Equal(["'=cmd|' /C calc'!A0", "'@SUM(1)", "plain, \"quoted\""], Column(all, "title"));
        Assert.Equal(["succeeded", "failed", "succeeded"], Column(all, "outcome"));
        Assert.Equal(["'@SUM(1)"], Column(failed, "title"));
        Assert.Equal(["max_tokens"], Column(failed, "failureCode"));
        Assert.Equal(["plain, \"quoted\""], Column(found, "title"));
        var client = signedIn.Client;
        using var nothing = await client.GetAsync(new Uri($"/runs/{Guid.NewGuid()}/requests.csv", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Fact]
    public async Task Failures_models_and_catalogue_have_a_header_and_their_rows()
    {
        Assert.Equal(["max_tokens"], Column(await ReadAsync("/failures.csv?since=all"), "failureCode"));
        Assert.Empty(Column(await ReadAsync("/failures.csv?since=all&code=expired"), "failureCode"));
        Assert.Empty(Column(await ReadAsync("/failures.csv?since=all&team=b-second"), "failureCode"));
        Assert.Contains("model", (await ReadAsync("/models.csv"))[0]);
        Assert.Contains("openai/gpt-oss-20b", Column(await ReadAsync("/models/catalogue.csv"), "model"));
    }

    [Fact]
    public async Task Teams_that_are_compared_are_rows_in_the_order_of_their_columns()
    {
        var rows = await ReadAsync("/teams/compare.csv?team=b-second&team=nobody&team=a-first");

        Assert.Equal(["b-second", "a-first"], Column(rows, "team"));
        Assert.Equal("'=First", Column(rows, "name")[1]);
        Assert.Equal("3", Column(rows, "all")[1]);
        Assert.Equal(["1", "1"], Column(rows, "runs"));
        Assert.Equal(Run, Column(rows, "lastRun")[1]);
        Assert.Empty(Column(await ReadAsync("/teams/compare.csv"), "team"));
    }

    [Fact]
    public async Task Repositories_and_months_add_up_to_their_team_and_its_history_is_whole()
    {
        await Host.ExecuteAsync(
            """
            insert into groqbatch.coverage_history (provider, team_id, taken_at, summarised_first, recovered, stale, in_flight, failed, parked, pending, excluded, goal)
            select 'simulator', team.id, now() - n * interval '100 days', n, 0, 0, 0, 0, 0, 10 - n, 0, 0.95
            from groqbatch.teams team, generate_series(1, 3) n where team.slug = 'a-first'
            on conflict do nothing
            """
        );

        var months = await ReadAsync("/teams/a-first/repositories.csv");
        var history = await ReadAsync("/teams/a-first/coverage.csv");

        Assert.Equal(3, Column(months, "all").Sum(int.Parse));
        Assert.All(Column(months, "month"), month => Assert.Matches(@"^\d{4}-\d\d$", month));
        Assert.Equal(["3", "2", "1"], Column(history, "summarised").Take(3));
    }

    [Fact]
    public async Task Batches_and_moves_are_those_of_the_run()
    {
        await Host.ExecuteAsync(
            $"""
            insert into groqbatch.run_events (run_id, actor, subject, from_state, to_state, reason)
            values ('{Run}', 'mira', 'run', 'Running', 'Held', '=held')
            """
        );

        var moves = await ReadAsync($"/runs/{Run}/timeline.csv");
        using var nothing = await signedIn.Client.GetAsync(new Uri($"/runs/{Guid.NewGuid()}/batches.csv", UriKind.Relative), Cancellation);

        Assert.Contains("'=held", Column(moves, "reason"));
        Assert.Equal(["mira"], Column(moves, "who").TakeLast(1));
        Assert.Contains("providerBatchId", (await ReadAsync($"/runs/{Run}/batches.csv"))[0]);
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Fact]
    public async Task The_audit_log_is_that_of_the_filter_over_more_than_one_page_of_it()
    {
        await Host.ExecuteAsync(
            "insert into groqbatch.audit_events (at, actor, action, target) select now(), 'bulk', 'test.bulk', '-target ' || n from generate_series(1, 1100) n"
        );

        var bulk = await ReadAsync("/settings/audit.csv?actor=bulk");
        var kind = await ReadAsync("/settings/audit.csv?action=test.&target=-target%207");

        Assert.Equal(Enumerable.Range(1, 1_100).Reverse().Select(n => $"'-target {n}"), Column(bulk, "target"));
        Assert.Equal(["'-target 7"], Column(kind, "target"));
    }

    [Fact]
    public async Task The_inbox_is_that_of_whoever_asks_of_the_chosen_kind_and_whole()
    {
        await Host.ExecuteAsync(
            """
            insert into groqbatch.notifications (kind, provider, team_id, run_id, actor, reason, figures, dedupe_key, at)
            select case when n % 2 = 0 then 'GoalLost' else 'RunHeld' end, 'simulator', 7001, null, case when n = 1 then 'mira' else 'pipeline' end,
                   '=reason ' || n, '{"covered":1,"eligible":2,"goal":0.95}', 'export-' || n, now()
            from generate_series(1, 1100) n
            on conflict do nothing
            """
        );

        var all = await ReadAsync("/inbox.csv");
        var lost = await ReadAsync("/inbox.csv?kind=goal.lost");

        var reasons = Column(all, "reason").Where(reason => reason.StartsWith("'=reason", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(1, 1_100).Reverse().Select(n => $"'=reason {n}"), reasons);
        Assert.Equal(550, Column(lost, "reason").Count(reason => reason.StartsWith("'=reason", StringComparison.Ordinal)));
        Assert.All(Column(lost, "kind"), kind => Assert.Equal("goal.lost", kind));
        // What she did herself is no news to her.
        Assert.Equal("true", all.Single(row => row.Contains("'=reason 1"))[Array.IndexOf(all[0], "isRead")]);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@A1")]
    [InlineData("\tx")]
    [InlineData("\rx")]
    public async Task No_text_begins_like_a_formula_and_numbers_stay_numbers(string text)
    {
        var export = Host.Services.GetRequiredService<ITableExport>();
        using var output = new MemoryStream();

        await export.WriteAsync(Table("run", [text, -1, -1.5m, null]), output, new Actor("mira", Right.View), Cancellation);

        var rows = Parse(Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal(["a", "b", "c", "d"], rows[0]);
        Assert.Equal([$"'{text}", "-1", "-1.5", ""], rows[1]);
    }

    [Fact]
    public async Task It_takes_the_right_to_view_and_is_in_the_audit_log()
    {
        var export = Host.Services.GetRequiredService<ITableExport>();
        using var output = new MemoryStream();
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            export.WriteAsync(Table("run", ["x", 1, 1m, null]), output, new Actor("nobody", Right.Operate), Cancellation)
        );
        Assert.Equal(0, output.Length);

        await ReadAsync("/runs.csv?team=b-second");

        await using var audited = Host.Database.DataSource.CreateCommand(
            "select after::text from groqbatch.audit_events where actor = 'mira' and action = 'run.export' and after ->> 'filter' = 'team=b-second' limit 1"
        );
        using var after = JsonDocument.Parse((string)(await audited.ExecuteScalarAsync(Cancellation))!);
        Assert.Equal(1, after.RootElement.GetProperty("rows").GetInt32());
    }

    [Theory]
    [InlineData("/teams.csv", "teams-")]
    [InlineData("/runs.csv", "runs-")]
    [InlineData($"/runs/{Run}/requests.csv", "run-0199a3f2-0000-requests-")]
    [InlineData("/failures.csv", "failures-")]
    [InlineData("/models.csv", "models-")]
    [InlineData("/models/catalogue.csv", "model-catalogue-")]
    [InlineData("/settings/audit.csv", "audit-log-")]
    [InlineData("/inbox.csv", "inbox-")]
    [InlineData("/teams/a-first/pull-requests.csv", "a-first-pull-requests-")]
    [InlineData("/teams/a-first/coverage.csv", "a-first-coverage-")]
    [InlineData("/teams/a-first/repositories.csv", "a-first-repositories-")]
    [InlineData("/teams/compare.csv?team=a-first", "teams-compared-")]
    [InlineData($"/runs/{Run}/batches.csv", "run-0199a3f2-0000-batches-")]
    [InlineData($"/runs/{Run}/timeline.csv", "run-0199a3f2-0000-timeline-")]
    public async Task A_file_is_named_for_its_table_and_the_day_and_is_no_strangers(string address, string name)
    {
        var client = signedIn.Client;
        using var stranger = Host.CreateClient(followsRedirects: false);

        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
        using var refused = await stranger.GetAsync(new Uri(address, UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("text/csv", "utf-8"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentType?.CharSet));
        Assert.Matches($@"^""?{name}\d{{4}}-\d\d-\d\d\.csv""?$", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Contains("no-store", answer.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.Found, HttpStatusCode.Unauthorized });
    }

    [Fact]
    public async Task Whoever_goes_is_not_read_for_any_longer()
    {
        var export = Host.Services.GetRequiredService<ITableExport>();
        using var going = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var read = 0;

        async IAsyncEnumerable<IReadOnlyList<object?>> WithoutEndAsync()
        {
            while (true)
            {
                await Task.Yield();
                if (++read == 1_000)
                {
                    await going.CancelAsync();
                }

                going.Token.ThrowIfCancellationRequested();
                yield return ["x", 1, 1m, null];
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            export.WriteAsync(Table("run", []) with { Rows = WithoutEndAsync() }, Stream.Null, new Actor("mira", Right.View), going.Token)
        );
        Assert.Equal(1_000, read);
    }

    [Fact]
    public void Links_carry_the_filter_of_the_page_and_not_its_place()
    {
        Assert.Equal("teams.csv?sort=-name&q=a%26b", TeamTable.Address(CoverageView.Read("-name", "a&b", 3, "one,two")));
        Assert.Equal("teams.csv", TeamTable.Address(new CoverageView()));
        Assert.Equal("runs.csv?team=a-first&state=live&who=me", RunTable.Address(RunsView.Read("a-first", "live", null, "me", 4)));
        Assert.Equal(
            $"runs/{Run}/requests.csv?outcome=failed&pass=2&code=max_tokens&q=a%26b",
            RequestTable.Address(Guid.Parse(Run), RequestView.Read("failed", 2, "max_tokens", null, "a&b", "1.5", null))
        );
        Assert.Equal(
            "failures.csv?code=max_tokens&since=7d",
            FailureTable.Address(FailureView.Read(null, null, "max_tokens", "7d", 3, null))
        );
        Assert.Equal("settings/audit.csv?action=run.&target=x", AuditTable.Address("", "run.", "x"));
        Assert.Equal("inbox.csv?kind=goal.lost", InboxTable.Address(NotificationKind.GoalLost));
        Assert.Equal("inbox.csv", InboxTable.Address(null));
    }

    private static ExportedTable Table(string kind, object?[] row) =>
        new()
        {
            Kind = kind,
            Target = "all",
            Filter = "",
            Columns = ["a", "b", "c", "d"],
            Rows = new[] { (IReadOnlyList<object?>)row }.ToAsyncEnumerable(),
        };

    private async Task<List<string[]>> ReadAsync(string address)
    {
        var client = signedIn.Client;
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Parse(await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static List<string> Column(List<string[]> rows, string name)
    {
        var at = Array.IndexOf(rows[0], name);
        Assert.True(at >= 0, $"There is no column {name} in {string.Join(',', rows[0])}.");
        return [.. rows.Skip(1).Select(row => row[at])];
    }

    /// <summary>RFC 4180, by hand: what is checked is not read by what wrote it.</summary>
    private static List<string[]> Parse(string csv)
    {
        var (rows, row, cell, isQuoted) = (new List<string[]>(), new List<string>(), new StringBuilder(), false);
        for (var at = 0; at < csv.Length; at++)
        {
            if (isQuoted)
            {
                if (csv[at] != '"')
                {
                    cell.Append(csv[at]);
                }
                else if (at + 1 < csv.Length && csv[at + 1] == '"')
                {
                    cell.Append(csv[at++]);
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (csv[at] == '"')
            {
                isQuoted = true;
            }
            else if (csv[at] is ',' or '\n')
            {
                row.Add(cell.ToString().TrimEnd('\r'));
                cell.Clear();
                if (csv[at] == '\n')
                {
                    rows.Add([.. row]);
                    row.Clear();
                }
            }
            else
            {
                cell.Append(csv[at]);
            }
        }

        Assert.True(row.Count == 0 && cell.Length == 0, "The last line has no end.");
        return rows;
    }

    /// <summary>
    /// Two teams; a run of one with three requests, one of which failed; a run of the other that somebody else started. Signed in once: there are only
    /// so many tries a minute.
    /// </summary>
    public sealed class SignedIn : IAsyncLifetime
    {
        private readonly DashboardHost _host = new() { HasTeam = false };
        private HttpClient? _client;

        internal DashboardHost Host => _host;
        internal HttpClient Client => _client!;

        public async ValueTask DisposeAsync()
        {
            _client?.Dispose();
            await _host.DisposeAsync();
        }

        public async ValueTask InitializeAsync()
        {
            await _host.InitializeAsync();
            // Before the start, which would add sample teams to an empty database; the rest after it, once the provider is known.
            await _host.ExecuteAsync(
                "insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value "
                    + "values (7001, 'a-first', '=First', 0.95, false), (7002, 'b-second', 'Second', 0.95, false) on conflict do nothing"
            );
            _client = _host.CreateClient();
            await _host.SignInAsync(_client, "mira");
            await _host.ExecuteAsync(
                $$"""
                insert into groqbatch.pull_requests (id, team_id, repository, number, title, body, author_login, author_is_bot, state, is_merged, is_draft, labels,
                    additions, deletions, changed_files, created_at, url, files, commits, reviews, comments, content_hash, prompt_bytes, is_eligible)
                overriding system value
                select 7000 + number, 7001, 'o/r', number, title, 'Body', 'ada', false, 'closed', true, false, '{}', 1, 2, 3, now(), '', '[]', '[]', '[]', '[]', '\x01', 1, true
                from (values (1, '=cmd|'' /C calc''!A0'), (2, '@SUM(1)'), (3, 'plain, "quoted"')) given (number, title)
                on conflict do nothing;
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, created_at, ended_at, is_canary_decided, selected, succeeded)
                select id::uuid, team, 'simulator', state, true, false, '{}',
                       '{"rungs":[{"ordinal":1,"model":"m","responseFormat":"JsonSchema","maxCompletionTokens":1,"contextTokens":1}]}', '1.0',
                       '{"maxRequestsPerBatch":1,"maxBatchBytes":1,"completionWindow":"24h","maxAttemptsPerRequest":1}', who, at::timestamptz, at::timestamptz, true, 3, 2
                from (values ('{{Run}}', 7001, 'Completed', 'mira', '2026-11-02'), ('{{OlderRun}}', 7002, 'Cancelled', 'ada', '2026-11-01')) given (id, team, state, who, at)
                on conflict do nothing;
                insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests, started_at)
                values ('{{Run}}', 1, 'm', 3, 2, 1, 0, 0, 0, 0, now()) on conflict do nothing;
                insert into groqbatch.requests (run_id, pass_ordinal, pull_request_id, position, outcome, failure_code, message, is_final, attempts, resolved_at)
                select '{{Run}}', 1, 7000 + n, n, case when n = 2 then 'failed' else 'succeeded' end, case when n = 2 then 'max_tokens' end,
                       case when n = 2 then '=too long' end, n = 2, 1, now()
                from generate_series(1, 3) n
                where not exists (select from groqbatch.requests where run_id = '{{Run}}');
                insert into groqbatch.failure_groups (run_id, ordinal, code, message_key, message, provider, team_id, model, requests, final, first_at, last_at)
                select '{{Run}}', 1, 'max_tokens', md5('=too long')::uuid, '=too long', 'simulator', 7001, 'm', 1, 1, now(), now()
                where not exists (select from groqbatch.failure_groups where run_id = '{{Run}}');
                """
            );
        }
    }
}
