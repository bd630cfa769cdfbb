using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Import;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Coverage;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Sources.Tests.Import;

public sealed class ImportTests(SourcesDatabase database) : IClassFixture<SourcesDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeated_import_updates_what_has_changed_and_touches_nothing_else()
    {
        var team = await database.AddTeamAsync();
        await database.ImportAsync(team, Line(1), Line(2), Line(3));
        var before = await database.QueryAsync<string>(
            "select string_agg(xmin || ' ' || xmax, ',' order by number) from groqbatch.pull_requests where team_id = $1 and number <> 2",
            team.Id
        );

        var report = await database.ImportAsync(team, Line(1), Line(2, title: "Other"), Line(3), Line(4));

        Assert.Equal((1, 1, 2), (report.Total.Added, report.Total.Updated, report.Total.Unchanged));
        Assert.Equal(
            before,
            await database.QueryAsync<string>(
                "select string_agg(xmin || ' ' || xmax, ',' order by number) from groqbatch.pull_requests where team_id = $1 and number in (1, 3)",
                team.Id
            )
        );
        Assert.Equal(
            "Other",
            await database.QueryAsync<string>("select title from groqbatch.pull_requests where team_id = $1 and number = 2", team.Id)
        );
        await AssertCountersAsync();
    }

    [Fact]
    public async Task A_change_that_no_prompt_reads_updates_the_row_and_keeps_the_summary_fresh()
    {
        var team = await database.AddTeamAsync();
        await database.ImportAsync(team, Line(1));
        await SummariseAsync(team);

        var report = await database.ImportAsync(team, Line(1, more: ",\"merged_at\":\"2026-03-03T00:00:00Z\",\"merged\":false"));

        Assert.Equal(1, report.Total.Updated);
        Assert.Equal((1, 0), await SummarisedAndStaleAsync(team));
    }

    [Fact]
    public async Task A_changed_content_makes_a_summary_stale_for_the_provider_that_has_one()
    {
        var team = await database.AddTeamAsync();
        await database.ImportAsync(team, Line(1), Line(2));
        await SummariseAsync(team);
        Assert.Equal((2, 0), await SummarisedAndStaleAsync(team));

        await database.ImportAsync(team, Line(2, body: "Changed"));

        Assert.Equal((1, 1), await SummarisedAndStaleAsync(team));
        var other = (await database.Get<ICoverageReader>().ReadTeamAsync("groq", team.Slug, Cancellation))!.Total;
        Assert.Equal((0, 0, 2), (other.Summarised, other.Stale, other.Pending));
        await AssertCountersAsync();
    }

    [Fact]
    public async Task An_emptied_body_excludes_and_keeps_the_summary_which_counts_again_when_the_body_is_back()
    {
        var team = await database.AddTeamAsync();
        await database.ImportAsync(team, Line(1));
        await SummariseAsync(team);

        await database.ImportAsync(team, Line(1, body: " \\n\\t"));
        var emptied = (await database.Get<ICoverageReader>().ReadTeamAsync("simulator", team.Slug, Cancellation))!.Total;
        var kept = await database.QueryAsync<long>(
            "select count(*) from groqbatch.pull_request_states where team_id = $1 and summary_id is not null",
            team.Id
        );
        await database.ImportAsync(team, Line(1));
        var back = await SummarisedAndStaleAsync(team);
        await database.ImportAsync(team, Line(1, body: "Another"));
        var another = await SummarisedAndStaleAsync(team);

        Assert.Equal((1, 0), (emptied.Excluded, emptied.Eligible));
        Assert.Equal(1, kept);
        Assert.Equal((1, 0), back);
        Assert.Equal((0, 1), another);
        await AssertCountersAsync();
    }

    [Fact]
    public async Task The_last_line_of_a_number_wins_within_a_chunk_and_across_chunks()
    {
        var team = await database.AddTeamAsync();
        await database.ImportAsync(team, Line(1, title: "Old"), Line(2, title: "Old"));
        string[] lines =
        [
            Line(1, title: "Old"), // unchanged at first, updated in the end
            Line(3, title: "First"), // added
            Line(3, title: "Second"), // superseded by the next, in the same chunk
            Line(3, title: "Third"),
            .. Enumerable.Range(100, 2_500).Select(n => Line(n)),
            Line(1, title: "New"),
            Line(3, title: "Last"),
            Line(100),
            Line(1, repository: "other/one"), // another pull request
        ];

        var report = await database.ImportAsync(team, lines);

        var total = report.Total;
        Assert.Equal(lines.Length, total.Lines);
        Assert.Equal((2_502, 1, 0, 5, 0), (total.Added, total.Updated, total.Unchanged, total.Superseded, total.Rejected));
        Assert.Equal(
            "Last",
            await database.QueryAsync<string>("select title from groqbatch.pull_requests where team_id = $1 and number = 3", team.Id)
        );
        Assert.Equal(
            "New",
            await database.QueryAsync<string>(
                "select title from groqbatch.pull_requests where team_id = $1 and number = 1 and repository = 'o/r'",
                team.Id
            )
        );
        Assert.Equal(2_504, await database.QueryAsync<long>("select count(*) from groqbatch.pull_requests where team_id = $1", team.Id));
    }

    [Fact]
    public async Task Bad_lines_are_reported_and_the_rest_goes_in()
    {
        var team = await database.AddTeamAsync();
        string[] bad = [.. Enumerable.Range(0, 1_100).Select(_ => "{\"number\":1,\"title\":5}")];

        var report = await database.ImportAsync(team, [Line(1), "", "{oops", .. bad, Line(2)]);

        Assert.Equal((1_103, 2, 1_101), (report.Total.Lines, report.Total.Added, report.Total.Rejected));
        Assert.Equal(ImportReport.MaxRejectedLines, report.RejectedLines.Count);
        Assert.Equal(
            ("lines.jsonl", 3L, null),
            (report.RejectedLines[0].File, report.RejectedLines[0].Line, report.RejectedLines[0].Field)
        );
        Assert.Equal((4L, "title"), (report.RejectedLines[1].Line, report.RejectedLines[1].Field));
        Assert.False(report.IsClean);
    }

    [Fact]
    public async Task Files_that_cannot_be_read_are_told_and_the_others_go_in()
    {
        var team = await database.AddTeamAsync();
        using var folder = new TestFolder();
        var good = folder.Combine("good.jsonl");
        var half = folder.Combine("half.jsonl.gz");
        await File.WriteAllTextAsync(good, Line(1), Cancellation);
        await File.WriteAllBytesAsync(
            half,
            Half(Enumerable.Range(10, 4_000).Select(n => Line(n, title: $"{n * 7919 % 9973}"))),
            Cancellation
        );

        var report = await database
            .Get<IPullRequestImporter>()
            .ImportAsync(
                new ImportRequest(
                    team,
                    [ImportFile.FromPath(folder.Combine("none.jsonl")), ImportFile.FromPath(half), ImportFile.FromPath(good)]
                ),
                null,
                SourcesDatabase.Ada,
                Cancellation
            );

        Assert.Equal("There is no such file.", report.Files[0].Fault);
        Assert.Contains("cut short", report.Files[1].Fault);
        Assert.InRange(report.Files[1].Added, 1_000, 3_900);
        Assert.Equal(0, report.Files[1].Rejected); // the line that was cut is part of the fault
        Assert.Equal((1, null), (report.Files[2].Added, report.Files[2].Fault));
        Assert.Equal(
            report.Total.Added,
            await database.QueryAsync<long>("select count(*) from groqbatch.pull_requests where team_id = $1", team.Id)
        );
    }

    [Fact]
    public async Task An_import_that_was_stopped_anywhere_is_completed_by_taking_it_again()
    {
        var random = new Random(3);
        var team = await database.AddTeamAsync();
        string[] lines = [.. Enumerable.Range(1, 6_000).Select(n => Line(n))];
        for (var i = 0; i < 4; i++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(5, 200)));
            try
            {
                var file = ImportFile.FromStream(
                    "lines.jsonl",
                    new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)))
                );
                await database
                    .Get<IPullRequestImporter>()
                    .ImportAsync(new ImportRequest(team, [file]), null, SourcesDatabase.Ada, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Chunks that were stored stay, the one under way is gone.
            }
        }

        var report = await database.ImportAsync(team, lines);

        Assert.Equal(6_000, report.Total.Added + report.Total.Unchanged);
        Assert.Equal(6_000, await database.QueryAsync<long>("select count(*) from groqbatch.pull_requests where team_id = $1", team.Id));
        await AssertCountersAsync();
    }

    [Fact]
    public async Task Imports_of_one_team_at_once_hinder_each_other_in_nothing()
    {
        var team = await database.AddTeamAsync();
        string[] numbers = [.. Enumerable.Range(1, 5_000).Select(n => Line(n))];

        var reports = await Task.WhenAll(
            Task.Run(() => database.ImportAsync(team, numbers), Cancellation),
            Task.Run(() => database.ImportAsync(team, numbers.Reverse()), Cancellation),
            Task.Run(() => database.ImportAsync(team, numbers.Select(line => line.Replace("Title", "Another"))), Cancellation)
        );

        Assert.Equal(5_000, reports.Sum(report => report.Total.Added));
        Assert.All(reports, report => Assert.Equal(5_000, report.Total.Added + report.Total.Updated + report.Total.Unchanged));
        await AssertCountersAsync();
    }

    [Fact]
    public async Task Who_may_not_operate_imports_nothing_and_who_does_is_in_the_audit_log()
    {
        var team = await database.AddTeamAsync();
        var request = new ImportRequest(team, [ImportFile.FromStream("a.jsonl", new MemoryStream("{}"u8.ToArray()))]);
        var importer = database.Get<IPullRequestImporter>();

        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            importer.ImportAsync(request, null, new Actor("eve", Right.View | Right.Review), Cancellation)
        );
        await importer.ImportAsync(request, null, SourcesDatabase.Ada, Cancellation);

        Assert.Equal(
            "cli:ada import.start a.jsonl,cli:ada import.end 1",
            await database.QueryAsync<string>(
                """
                select string_agg(concat_ws(' ', actor, action, after -> 'files' ->> 0, after ->> 'rejected'), ',' order by id)
                from groqbatch.audit_events where target = $1 and action like 'import%'
                """,
                team.Slug
            )
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            importer.ImportAsync(request with { Repository = "nothing" }, null, SourcesDatabase.Ada, Cancellation)
        );
    }

    [Fact]
    public async Task The_report_is_told_in_JSON()
    {
        var team = await database.AddTeamAsync();

        var report = await database.ImportAsync(team, Line(1, title: "a\\u0000"), "[]");

        using var json = JsonDocument.Parse(report.ToJson());
        Assert.Equal(team.Slug, json.RootElement.GetProperty("team").GetString());
        Assert.Equal(
            """{"lines":2,"added":1,"updated":0,"unchanged":0,"superseded":0,"rejected":1,"cleanedCharacters":1}""",
            JsonSerializer.Serialize(json.RootElement.GetProperty("total"))
        );
        Assert.Equal("lines.jsonl", json.RootElement.GetProperty("files")[0].GetProperty("file").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("rejectedLines")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Progress_is_told_to_the_end()
    {
        var team = await database.AddTeamAsync();
        using var folder = new TestFolder();
        var path = folder.Combine("a.jsonl");
        await File.WriteAllLinesAsync(path, Enumerable.Range(1, 50).Select(n => Line(n)), Cancellation);
        var told = new Told();

        await database
            .Get<IPullRequestImporter>()
            .ImportAsync(new ImportRequest(team, [ImportFile.FromPath(path)]), told, SourcesDatabase.Ada, Cancellation);

        var last = told.Values[^1];
        Assert.Equal((path, 1, 1, 50L, 0L), (last.File, last.FileNumber, last.Files, last.Lines, last.Rejected));
        Assert.Equal(new FileInfo(path).Length, last.Bytes);
        Assert.Equal(last.Bytes, last.BytesRead);
    }

    private static string Line(int number, string title = "Title", string body = "Body", string repository = "o/r", string more = "") =>
        $"{{\"number\":{number},\"title\":\"{title}\",\"body\":\"{body}\",\"created_at\":\"2026-0{1 + number % 9}-01T00:00:00Z\",\"base\":{{\"repo\":{{\"full_name\":\"{repository}\"}}}}{more}}}";

    private static byte[] Half(IEnumerable<string> lines)
    {
        using var buffer = new MemoryStream();
        using (var zip = new System.IO.Compression.GZipStream(buffer, System.IO.Compression.CompressionLevel.Fastest))
        {
            zip.Write(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        }

        return buffer.ToArray()[..((int)buffer.ToArray().Length / 2)];
    }

    /// <summary>A summary for each pull request, as an ingest leaves it.</summary>
    private Task SummariseAsync(Team team) =>
        database.ExecuteAsync(
            """
            with run as (
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, is_canary_decided, selected, succeeded)
                values (gen_random_uuid(), $1, 'simulator', 'Completed', true, false, '{}', '{}', '1.0', '{}', 'ada', true, 0, 0)
                returning id
            ), made as (
                insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document)
                select pr.id, 'simulator', run.id, pr.id, 'm', 1, 1, '1.0', pr.content_hash, '{}'
                from groqbatch.pull_requests pr cross join run where pr.team_id = $1
                returning id, pull_request_id, content_hash
            )
            update groqbatch.pull_request_states state set summary_id = made.id, summary_hash = made.content_hash, summary_rung = 1
            from made where state.provider = 'simulator' and state.pull_request_id = made.pull_request_id
            """,
            team.Id
        );

    private async Task<(int Summarised, int Stale)> SummarisedAndStaleAsync(Team team)
    {
        var total = (await database.Get<ICoverageReader>().ReadTeamAsync("simulator", team.Slug, Cancellation))!.Total;
        return (total.Summarised, total.Stale);
    }

    private async Task AssertCountersAsync() => Assert.Empty(await database.Get<CoverageRecount>().FindDifferencesAsync(Cancellation));

    private sealed class Told : IProgress<ImportProgress>
    {
        public List<ImportProgress> Values { get; } = [];

        public void Report(ImportProgress value) => Values.Add(value);
    }
}
