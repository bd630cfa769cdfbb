using Npgsql;

namespace GroqBatch.Testing.Ledgers;

/// <summary>One address of a page, on a generated ledger.</summary>
/// <param name="Route">The page's own template, as its <c>@page</c> says.</param>
/// <param name="Address">Where to go.</param>
/// <param name="Shows">A text that is rendered once its data has come, and not before.</param>
public sealed record PageVisit(string Route, string Address, string Shows)
{
    /// <summary>
    /// Rows of a pull request each that one statement may look at, whatever there is: what a page can show, unless the way it is read is bounded
    /// by something else.
    /// </summary>
    public int MostRows { get; init; } = 1_000;
}

/// <summary>
/// Every page, in each of the ways in which it reads: what is measured, and whose plans are looked at. A test fails when a page, or a part of
/// an address that a page reads, is not among them.
/// </summary>
public static class PageVisits
{
    /// <summary>Of a ledger as <see cref="SkewedLedger"/> wrote it.</summary>
    public static async Task<IReadOnlyList<PageVisit>> ListAsync(NpgsqlDataSource ledger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var teams = await AskAsync(ledger, "select count(*)::text from groqbatch.teams", cancellationToken);
        var run = await AskAsync(ledger, "select id::text from groqbatch.runs order by selected desc limit 1", cancellationToken);
        var sample = await AskAsync(
            ledger,
            "select id::text from groqbatch.samples where scope = 'Team' order by population desc limit 1",
            cancellationToken
        );
        var pullRequest = await AskAsync(
            ledger,
            """
            select state.pull_request_id::text from groqbatch.pull_request_states state join groqbatch.teams team on team.id = state.team_id
            where team.slug = 'largest' and state.state = 'summarised' limit 1
            """,
            cancellationToken
        );
        var number = await AskAsync(
            ledger,
            $"select number::text from groqbatch.pull_requests where id = {pullRequest}",
            cancellationToken
        );
        var cell = (
            await AskAsync(
                ledger,
                """
                select counter.repository || ' ' || to_char(counter.month, 'YYYY-MM')
                from groqbatch.coverage_by_month counter join groqbatch.teams team on team.id = counter.team_id
                where team.slug = 'largest' and counter.pending > 0
                order by counter.pending, counter.repository, counter.month limit 1
                """,
                cancellationToken
            )
        ).Split(' ');
        var page = $"1 to 25 of {teams} teams";
        var group = await AskAsync(
            ledger,
            """
            select code || '.' || replace(message_key::text, '-', '') from groqbatch.failure_groups
            group by code, message_key order by sum(final) desc, code limit 1
            """,
            cancellationToken
        );
        return
        [
            new("/", "/", page),
            .. new[] { "name", "coverage", "missing", "eligible", "excluded", "all", "failed", "run" }.SelectMany(column =>
                new[] { new PageVisit("/", $"/?sort={column}", page), new PageVisit("/", $"/?sort=-{column}", page) }
            ),
            new("/", "/?q=largest", "The Largest"),
            new(
                "/",
                "/?page=2",
                $"26 to {Math.Min(50, int.Parse(teams, System.Globalization.CultureInfo.InvariantCulture))} of {teams} teams"
            ),
            new("/", "/?select=largest,team-001", "Clear"),
            new("/runs", "/runs", "newest first"),
            new("/runs", "/runs?team=largest", "newest first"),
            new("/runs", "/runs?state=failures", "newest first"),
            new("/runs", "/runs?model=openai%2Fgpt-oss-20b", "newest first"),
            new("/runs", "/runs?who=me", "newest first"),
            new("/runs", "/runs?page=2", "newest first"),
            new("/runs/{RunId:guid}", $"/runs/{run}", "Count every row again"),
            new("/runs/{RunId:guid}", $"/runs/{run}?batch={run}", "Count every row again"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=summaries", "sample"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=timeline", "Why"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=settings", "Completion window"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=failures", "First-pass failures"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=failures&pass=1&group=1.{group}", "First-pass failures"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=requests", "in the order of import"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=requests&outcome=failed&pass=1&code={group[..group.LastIndexOf('.')]}", "Show all"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=requests&outcome=open", "Show all"),
            new(
                "/runs/{RunId:guid}",
                $"/runs/{run}?tab=requests&code={group.Replace(".", "&message=", StringComparison.Ordinal)}",
                "Show all"
            ),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=requests&q=a&after=1.1", "Show all"),
            new("/runs/{RunId:guid}", $"/runs/{run}?tab=requests&before=9.1", "in the order of import"),
            new("/spot-check", "/spot-check", "every one that was drawn, newest first"),
            new("/spot-check", "/spot-check?team=largest", "every one that was drawn, newest first"),
            new("/spot-check", $"/spot-check?run={run}", "every one that was drawn, newest first"),
            new("/spot-check", "/spot-check?model=openai%2Fgpt-oss-20b", "every one that was drawn, newest first"),
            new("/spot-check/{SampleId:guid}", $"/spot-check/{sample}", "beside its source"),
            .. new[]
            {
                "",
                "?state=all",
                "?state=summarised",
                "?state=failed&select=all&do=park",
                "?state=stale&newer=0.1",
                "?state=all&older=1764000000000000.999999999",
                $"?state=all&repo={Uri.EscapeDataString(cell[0])}",
                $"?state=all&repo={Uri.EscapeDataString(cell[0])}&month={cell[1]}",
                $"?repo={Uri.EscapeDataString(cell[0])}&month={cell[1]}&select=all&do=backfill",
                $"?state=all&q={number}",
                $"?select={pullRequest}&until=2024-06",
            }.Select(query => new PageVisit("/teams/{Slug}", $"/teams/largest{query}", "By repository and month")
            {
                // Words are looked for among so many of the newest first; a repository's page walks the months that it needs.
                MostRows =
                    query.Contains("q=", StringComparison.Ordinal) ? 8_000
                    : query.Contains("repo=", StringComparison.Ordinal) ? 2_000
                    : 1_000,
            }),
            new("/teams/{Slug}", $"/teams/largest?pr={pullRequest}", "Attempts"),
            new("/teams/{Slug}/report", "/teams/largest/report", "All times in UTC"),
            new("/teams/compare", "/teams/compare", "No team is chosen"),
            new("/teams/compare", "/teams/compare?team=largest&team=team-001", "First-pass failure rate"),
            new(
                "/teams/compare",
                $"/teams/compare?{string.Join('&', (await ListSlugsAsync(ledger, 6, cancellationToken)).Select(slug => $"team={slug}"))}",
                "First-pass failure rate"
            ),
            new("/import", "/import", "Drop files here"),
            new("/import", "/import?team=largest", "Drop files here"),
            new("/models", "/models", "Catalogue"),
            new("/models", "/models?team=largest", "Nothing is started"),
            new("/settings", "/settings", "Orphans adopted"),
            new("/settings", "/settings?tab=prompt", "Schema alone"),
            new("/settings", "/settings?tab=audit", "From where"),
            new("/settings", "/settings?tab=audit&actor=nobody&action=run.&target=largest&older=7", "Nothing like that was done"),
            new("/settings", "/settings?tab=samples", "sample team"),
            new("/failures", "/failures", "most failed first"),
            new("/failures", "/failures?since=all&page=1", "most failed first"),
            new("/failures", "/failures?team=largest&model=openai%2Fgpt-oss-120b&code=max_tokens&since=all", "Show all"),
            new("/failures", $"/failures?since=all&group={group}", "Runs"),
            new("/inbox", "/inbox", "newest first"),
            new("/inbox", "/inbox?kind=run.completed&older=9000000", "newest first"),
            new("/not-found", "/not-found", "There is nothing here"),
        ];
    }

    /// <summary>Those of the largest teams.</summary>
    private static async Task<string[]> ListSlugsAsync(NpgsqlDataSource ledger, int count, CancellationToken cancellationToken) =>
        (
            await AskAsync(
                ledger,
                $"""
                select string_agg(largest.slug, ' ')
                from (select team.slug from groqbatch.teams team join groqbatch.coverage_by_team counter on counter.team_id = team.id
                      group by team.slug order by max(counter.summarised_first) desc, team.slug limit {count}) largest
                """,
                cancellationToken
            )
        ).Split(' ');

    private static async Task<string> AskAsync(NpgsqlDataSource ledger, string sql, CancellationToken cancellationToken)
    {
        await using var command = ledger.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
