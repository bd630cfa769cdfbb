using System.Diagnostics;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Samples;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Coverage;
using GroqBatch.Sources.Tests.Import;

namespace GroqBatch.Sources.Tests.Samples;

public sealed class SampleDataTests(SourcesDatabase database) : IClassFixture<SourcesDatabase>
{
    private static readonly (string Slug, int Eligible, int Pending)[] Expected =
    [
        ("sample-antiwork", 3_935, 3_083),
        ("sample-calcom", 5_515, 4_147),
        ("sample-posthog", 6_159, 3_045),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sample_teams_come_whole_hold_together_and_go_in_one_action()
    {
        var samples = database.Get<ISampleData>();
        var own = await database.AddTeamAsync("own");
        await database.ImportAsync(own, """{"number":1,"body":"x","base":{"repo":{"full_name":"o/r"}}}""");
        Assert.False(await samples.ExistsAsync(Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => samples.AddAsync(new Actor("eve", Right.Operate), Cancellation));

        var clock = Stopwatch.StartNew();
        var added = await Task.WhenAll(
            samples.AddAsync(SourcesDatabase.Ada, Cancellation),
            samples.AddAsync(SourcesDatabase.Ada, Cancellation)
        );
        TestContext.Current.TestOutputHelper?.WriteLine($"added twice at once in {clock.Elapsed.TotalSeconds:F1} s");

        Assert.Equal(Expected.Select(team => team.Slug), added.SelectMany(slugs => slugs).Order());
        Assert.True(await samples.ExistsAsync(Cancellation));
        var coverage = await database.Get<ICoverageReader>().ReadAsync("simulator", Cancellation);
        foreach (var (slug, eligible, pending) in Expected)
        {
            var team = coverage.Teams.Single(team => team.Team.Slug == slug);
            Assert.True(team.Team.IsSample);
            Assert.Equal((eligible, pending, eligible - pending), (team.Counts.Eligible, team.Counts.Pending, team.Counts.Summarised));
            Assert.True(team.Counts.Recovered > 0);
            await AssertRunHoldsTogetherAsync(team.Team.Id, team.Counts);
            await AssertHistoryLeadsThereAsync(team.Team.Id, team.Counts);
        }

        Assert.Empty(await database.Get<CoverageRecount>().FindDifferencesAsync(Cancellation));
        var exported = 0;
        await foreach (
            var summary in database
                .Get<ICurrentSummaries>()
                .StreamAsync(coverage.Teams.Single(team => team.Team.Slug == "sample-antiwork").Team, "simulator", Cancellation)
        )
        {
            exported++;
            Assert.False(summary.IsStale);
        }

        Assert.Equal(3_935 - 3_083, exported);

        clock.Restart();
        var removed = await samples.RemoveAsync(SourcesDatabase.Ada, Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine($"removed in {clock.Elapsed.TotalSeconds:F1} s");

        Assert.Equal(Expected.Select(team => team.Slug), removed);
        Assert.Empty(await samples.RemoveAsync(SourcesDatabase.Ada, Cancellation));
        Assert.Equal("own", Assert.Single(await database.Get<ITeamStore>().ListAsync(Cancellation)).Slug);
        foreach (var table in new[] { "runs", "passes", "pass_failures", "batches", "requests", "attempts", "summaries", "run_events" })
        {
            Assert.Equal(0, await database.QueryAsync<long>($"select count(*) from groqbatch.{table}"));
        }

        Assert.Equal(1, await database.QueryAsync<long>("select count(*) from groqbatch.pull_requests"));
        Assert.Empty(await database.Get<CoverageRecount>().FindDifferencesAsync(Cancellation));
        Assert.Equal(
            "3 sample.add,3 sample.remove",
            await database.QueryAsync<string>(
                "select string_agg(n || ' ' || action, ',' order by action) from (select action, count(*) n from groqbatch.audit_events where action like 'sample%' group by action) a"
            )
        );
    }

    /// <summary>The month before says what stood in the ledger on each evening: nothing before the run, its summaries since.</summary>
    private async Task AssertHistoryLeadsThereAsync(int teamId, CoverageCounts counts)
    {
        Assert.Equal(
            "30 evenings, 0 summarised before the run",
            await database.QueryAsync<string>(
                """
                select count(*) || ' evenings, ' || sum(history.summarised_first + history.recovered) filter (where history.taken_at < run.created_at)
                       || ' summarised before the run'
                from groqbatch.coverage_history history join groqbatch.runs run on run.team_id = history.team_id
                where history.team_id = $1
                """,
                teamId
            )
        );
        Assert.Equal(
            0,
            await database.QueryAsync<long>(
                """
                select count(*) from groqbatch.coverage_history history join groqbatch.runs run on run.team_id = history.team_id
                where history.team_id = $1
                  and (history.excluded + history.summarised_first + history.recovered + history.pending
                           <> (select count(*) from groqbatch.pull_requests pr where pr.team_id = $1 and pr.created_at <= history.taken_at)
                       or history.taken_at > run.ended_at and (history.summarised_first, history.recovered) <> ($2, $3))
                """,
                teamId,
                counts.Summarised - counts.Recovered,
                counts.Recovered
            )
        );
    }

    /// <summary>Every figure of the run is a sum of rows.</summary>
    private async Task AssertRunHoldsTogetherAsync(int teamId, CoverageCounts counts)
    {
        var runId = await database.QueryAsync<Guid>("select id from groqbatch.runs where team_id = $1", teamId);
        Assert.Empty(await database.Get<IRunStore>().ReconcileAsync(runId, Cancellation));
        var run = (await database.Get<IRunStore>().FindAsync(runId, Cancellation))!;
        Assert.Equal((RunState.Completed, counts.Summarised, true), (run.State, run.Selected, run.WithFallback));
        Assert.Equal(["first", "third"], run.Ladder.Rungs.Select(rung => rung.Model));
        Assert.Equal("second", run.Ladder.Rungs[1].Replaced);

        Assert.Equal(
            0,
            await database.QueryAsync<long>(
                """
                select count(*) from groqbatch.passes pass where run_id = $1 and (
                    requests <> (select count(*) from groqbatch.requests r where r.run_id = pass.run_id and r.pass_ordinal = pass.ordinal)
                 or succeeded <> (select count(*) from groqbatch.requests r where r.run_id = pass.run_id and r.pass_ordinal = pass.ordinal and r.outcome = 'succeeded')
                 or failed <> (select coalesce(sum(f.requests), 0) from groqbatch.pass_failures f where f.run_id = pass.run_id and f.ordinal = pass.ordinal)
                 or requests <> (select sum(b.requests) from groqbatch.batches b where b.run_id = pass.run_id and b.pass_ordinal = pass.ordinal)
                 or cost <> (select sum(b.cost) from groqbatch.batches b where b.run_id = pass.run_id and b.pass_ordinal = pass.ordinal)
                 or (cost, unknown_requests, prompt_tokens, completion_tokens) <> (
                     select sum(a.cost), count(*) filter (where a.cost is null), sum(a.prompt_tokens), sum(a.completion_tokens)
                     from groqbatch.attempts a join groqbatch.requests r on r.id = a.request_id where r.run_id = pass.run_id and r.pass_ordinal = pass.ordinal))
                """,
                runId
            )
        );
        Assert.Equal(
            0,
            await database.QueryAsync<long>(
                """
                select count(*) from groqbatch.batches batch where run_id = $1 and (
                    provider_total <> requests or provider_completed <> succeeded or provider_failed <> failed
                 or requests <> (select count(*) from groqbatch.attempts a where a.batch_id = batch.id)
                 or succeeded <> (select count(*) from groqbatch.attempts a where a.batch_id = batch.id and a.http_status = 200)
                 or requests <> (select count(distinct a.line) from groqbatch.attempts a where a.batch_id = batch.id))
                """,
                runId
            )
        );
        Assert.Equal(
            counts.Summarised,
            await database.QueryAsync<long>("select count(*) from groqbatch.summaries where run_id = $1", runId)
        );
        Assert.Equal(
            counts.Recovered,
            await database.QueryAsync<int>("select succeeded from groqbatch.passes where run_id = $1 and ordinal = 2", runId)
        );
        // Every raw answer names the pull request that its request is about.
        Assert.Equal(
            0,
            await database.QueryAsync<long>(
                "select count(*) from groqbatch.attempts a join groqbatch.requests r on r.id = a.request_id where r.run_id = $1 and a.raw_answer::json ->> 'custom_id' <> 'pr-' || r.pull_request_id",
                runId
            )
        );
        Assert.Equal(
            "Queued,Running,Completed",
            await database.QueryAsync<string>(
                "select string_agg(to_state, ',' order by id) from groqbatch.run_events where run_id = $1 and subject = 'run'",
                runId
            )
        );
    }
}
