using GroqBatch.Core.Coverage;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Tests.Coverage;

namespace GroqBatch.Data.Tests.Summaries;

public sealed class CurrentSummariesTests(CoverageDatabase database) : IClassFixture<CoverageDatabase>
{
    private static readonly SummaryDocument Document = new(
        new AiAssistance(false, [], AiUsageType.None, 1),
        new Technology(["C#"], [], [TechnologyCategory.Backend]),
        new Synopsis("Title", "Description", ChangeType.Chore),
        new Health(Level.Low, ChangeScope.Small, Level.Low, [])
    );

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_what_coverage_counts_newest_number_first_and_nothing_of_another_provider()
    {
        var team = await database.AddTeamAsync("streaming");
        await database.UpsertAsync(team, (1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e"));
        await SummariseAsync(team, "simulator", "old-model", 1, 2);
        await SummariseAsync(team, "simulator", "new-model", 1, 2, 3, 4);
        await SummariseAsync(team, "groq", "other", 5);
        await database.UpsertAsync(team, (3, "changed"), (4, ""));

        var streamed = await ListAsync(team, "simulator");

        Assert.Equal([(3, true), (2, false), (1, false)], streamed.Select(summary => (summary.Number, summary.IsStale)));
        Assert.All(
            streamed,
            summary =>
                Assert.Equal(
                    ("streaming", "o/r", "simulator", "new-model"),
                    (summary.Team, summary.Repository, summary.Provider, summary.Model)
                )
        );
        Assert.All(
            streamed,
            summary => Assert.Equal((1, "1.0", Document.Summary), (summary.Pass, summary.PromptVersion, summary.Summary.Summary))
        );
        Assert.Equal([5], (await ListAsync(team, "groq")).Select(summary => summary.Number));
        var counts = (await database.Get<ICoverageReader>().ReadTeamAsync("simulator", "streaming", Cancellation))!.Total;
        Assert.Equal(counts.Summarised + counts.Stale, streamed.Count);
    }

    [Fact]
    public async Task Stops_when_its_reader_does()
    {
        var team = await database.AddTeamAsync("stopping");
        await database.UpsertAsync(team, Enumerable.Range(1, 500).Select(n => ((long)n, "x")));
        await SummariseAsync(team, "simulator", "m", [.. Enumerable.Range(1, 500).Select(n => (long)n)]);

        await foreach (var summary in database.Get<ICurrentSummaries>().StreamAsync(team, "simulator", Cancellation))
        {
            Assert.Equal(500, summary.Number);
            break; // the connection goes back
        }

        Assert.Equal(500, (await ListAsync(team, "simulator")).Count);
    }

    private async Task<List<ExportedSummary>> ListAsync(Team team, string provider)
    {
        var list = new List<ExportedSummary>();
        await foreach (var summary in database.Get<ICurrentSummaries>().StreamAsync(team, provider, Cancellation))
        {
            list.Add(summary);
        }

        return list;
    }

    /// <summary>As an ingest leaves it: another summary each time, the newest one current.</summary>
    private Task SummariseAsync(Team team, string provider, string model, params long[] numbers) =>
        database.ExecuteAsync(
            """
            with run as (
                insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                            started_by, is_canary_decided, selected, succeeded)
                values (gen_random_uuid(), $1, $2, 'Completed', true, false, '{}', '{}', '1.0', '{}', 'ada', true, 0, 0)
                returning id
            ), made as (
                insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document)
                select pr.id, $2, run.id, (select coalesce(max(attempt_id), 0) from groqbatch.summaries) + row_number() over (),
                       $3, 1, 1, '1.0', pr.content_hash, $5::jsonb
                from groqbatch.pull_requests pr cross join run where pr.team_id = $1 and pr.number = any($4)
                returning id, pull_request_id, content_hash
            )
            update groqbatch.pull_request_states state set summary_id = made.id, summary_hash = made.content_hash, summary_rung = 1
            from made where state.provider = $2 and state.pull_request_id = made.pull_request_id
            """,
            team.Id,
            provider,
            model,
            numbers,
            SummaryJson.ToText(Document)
        );
}
