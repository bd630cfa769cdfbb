using GroqBatch.Core.Access;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Statistics;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;
using GroqBatch.Data.SpotChecks;
using GroqBatch.Data.Tests.Coverage;
using Npgsql;

namespace GroqBatch.Data.Tests.SpotChecks;

public sealed class SpotCheckTests(CoverageDatabase database) : IClassFixture<CoverageDatabase>
{
    private static readonly Actor Ada = new("ada", Right.View | Right.Review);
    private static readonly Actor Bob = new("bob", Right.View | Right.Review);
    private static readonly string Document = SummaryJson.ToText(
        new SummaryDocument(
            new AiAssistance(false, [], AiUsageType.None, 1),
            new Technology(["C#"], [], [TechnologyCategory.Backend]),
            new Synopsis("Title", "Description", ChangeType.Chore),
            new Health(Level.Low, ChangeScope.Small, Level.Low, [])
        )
    );

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ISpotChecks Checks => database.Get<ISpotChecks>();

    [Fact]
    public async Task A_draw_is_stored_before_anyone_looks_and_anybody_can_repeat_it()
    {
        var team = await TeamOfAsync("drawing", 300);
        await SummariseAsync(team, "groq", Guid.NewGuid(), "other", 1, 1, 20); // another provider's

        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;

        Assert.Equal((300, 300, "ada", "drawing", 0), (sample.Population, sample.Drawn, sample.DrawnBy, sample.TeamSlug, sample.Read));
        Assert.Equal([new SampleStratum(0, 300, 300)], sample.Strata);
        var drawn = await ListAsync<long>(
            $"select summary_id from groqbatch.sample_items where sample_id = '{sample.Id}' order by position"
        );
        var again = await ListAsync<long>(
            $"""
            select summary_id from groqbatch.pull_request_states where team_id = {team.Id} and provider = 'simulator' and state in ('summarised', 'stale')
            order by md5('{sample.Seed}:' || summary_id)
            """
        );
        Assert.Equal(again, drawn);
        Assert.NotEqual(drawn.Order(), drawn);
        var logged = await ListAsync<string>(
            $"select actor || ' ' || (after ->> 'seed') || ' ' || (after ->> 'population') from groqbatch.audit_events where action = 'sample.draw' and target = '{sample.Id}'"
        );
        Assert.Equal([$"ada {sample.Seed} 300"], logged);

        var other = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        Assert.NotEqual(sample.Seed, other.Seed);
        Assert.Equal(
            [other.Id, sample.Id],
            (await Checks.ListAsync("simulator", SampleScope.Team, 2, Ada, Cancellation)).Select(listed => listed.Id)
        );
    }

    [Fact]
    public async Task What_was_drawn_can_not_be_rewritten_and_no_verdict_either()
    {
        var team = await TeamOfAsync("frozen", 5);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        await Checks.GiveAsync(sample.Id, 1, Verdict.Good, null, Ada, Cancellation);

        foreach (
            var rewriting in new[]
            {
                $"update groqbatch.samples set seed = 1 where id = '{sample.Id}'",
                $"update groqbatch.samples set population = 4 where id = '{sample.Id}'",
                $"update groqbatch.verdicts set verdict = 'wrong' where sample_id = '{sample.Id}'",
            }
        )
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(rewriting));
            Assert.Contains("append-only", refused.MessageText);
        }
    }

    [Fact]
    public async Task A_run_and_a_model_are_populations_too_of_what_is_current_only()
    {
        var team = await TeamOfAsync("scopes", 30, model: "scope-old");
        var run = await RunOfAsync(team);
        await SummariseAsync(team, "simulator", run, "scope-new", 1, 11, 12, 13, 14);

        var ofRun = (
            await Checks.DrawAsync(
                new()
                {
                    Provider = "simulator",
                    Scope = SampleScope.Run,
                    RunId = run,
                },
                Ada,
                Cancellation
            )
        )!;
        var ofModel = (
            await Checks.DrawAsync(
                new()
                {
                    Provider = "simulator",
                    Scope = SampleScope.Model,
                    Model = "scope-old",
                },
                Ada,
                Cancellation
            )
        )!;
        var none = await Checks.DrawAsync(
            new()
            {
                Provider = "simulator",
                Scope = SampleScope.Model,
                Model = "nobody",
            },
            Ada,
            Cancellation
        );

        Assert.Equal((4, "scopes", "this run's"), (ofRun.Population, ofRun.TeamName, ofRun.Subject));
        Assert.Equal((26, null, "scope-old's"), (ofModel.Population, ofModel.TeamId, ofModel.Subject));
        Assert.Null(none);
    }

    [Fact]
    public async Task Strata_are_laid_into_each_other_and_the_later_rung_is_read_more_often_than_its_share()
    {
        var team = await TeamOfAsync("strata", 400);
        await SummariseAsync(team, "simulator", Guid.NewGuid(), "strong", 2, [.. Enumerable.Range(1, 20).Select(number => (long)number)]);

        var sample = (await Checks.DrawAsync(Of(team) with { ByRung = true }, Ada, Cancellation))!;

        Assert.Equal([1, 2], sample.Strata.Select(stratum => stratum.Rung));
        Assert.Equal([380, 20], sample.Strata.Select(stratum => stratum.Population));
        Assert.Equal(20, sample.Strata[1].Drawn);
        var order = await ListAsync<short>($"select stratum from groqbatch.sample_items where sample_id = '{sample.Id}' order by position");
        Assert.Equal(sample.Drawn, order.Count);
        Assert.InRange(order.Take(40).Count(stratum => stratum == 1), 10, 12); // of 40: half of 5 % and half of 50 %
    }

    [Fact]
    public async Task Two_reviewers_at_once_are_never_given_the_same_item()
    {
        var team = await TeamOfAsync("reserving", 60);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        Actor[] reviewers = [.. Enumerable.Range(1, 8).Select(index => new Actor($"reviewer {index}", Right.View | Right.Review))];

        var taken = await Task.WhenAll(
            reviewers.Select(async reviewer =>
            {
                var mine = new List<(int Position, string Reviewer)>();
                while (await Checks.TakeAsync(sample.Id, 0, reviewer, Cancellation) is { } item)
                {
                    mine.Add((item.Position, reviewer.Name));
                    Assert.Equal(reviewer.Name, item.ReservedBy);
                    await Checks.GiveAsync(sample.Id, item.Position, Verdict.Minor, null, reviewer, Cancellation);
                }

                return mine;
            })
        );

        var all = taken.SelectMany(mine => mine).ToList();
        Assert.Equal(all.Count, all.Select(entry => entry.Position).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, all.Count), all.Select(entry => entry.Position).Order());
        var report = (await Checks.FindAsync(sample.Id, Ada, Cancellation))!;
        Assert.Equal((all.Count, all.Count), (report.Sample.Read, report.Sample.Minor));
        Assert.Equal(Settlement.Good, report.Sample.Settlement);
        Assert.InRange(all.Count, report.Judgement.SettledAfter!.Value, 59); // it stopped asking
    }

    [Fact]
    public async Task A_reservation_is_kept_for_its_holder_given_back_and_expires()
    {
        var team = await TeamOfAsync("expiring", 20);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;

        Assert.Equal(1, await TakeAsync(Ada));
        Assert.Equal(1, await TakeAsync(Ada)); // opened again
        Assert.Equal(2, await TakeAsync(Bob));
        Assert.Equal(3, await TakeAsync(Ada, after: 1)); // skips the first, which stays hers
        Assert.Equal(1, await TakeAsync(Ada));
        await Checks.ReleaseAsync(sample.Id, Bob, Cancellation);
        Assert.Equal(2, await TakeAsync(new Actor("carl", Right.All)));
        await database.ExecuteAsync(
            $"update groqbatch.sample_items set reserved_until = clock_timestamp() where sample_id = '{sample.Id}' and position = 1"
        );
        Assert.Equal(1, await TakeAsync(Bob));

        async Task<int?> TakeAsync(Actor actor, int after = 0) => (await Checks.TakeAsync(sample.Id, after, actor, Cancellation))?.Position;
    }

    [Fact]
    public async Task The_first_verdict_stands_against_somebody_elses_and_one_may_change_ones_own()
    {
        var team = await TeamOfAsync("standing", 20);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;

        var first = await Checks.GiveAsync(sample.Id, 1, Verdict.Wrong, WrongReason.MissingPoint, Ada, Cancellation);
        var other = await Checks.GiveAsync(sample.Id, 1, Verdict.Good, null, Bob, Cancellation);
        await Checks.GiveAsync(sample.Id, 1, Verdict.Wrong, WrongReason.MissingPoint, Ada, Cancellation); // a second key press
        var changed = await Checks.GiveAsync(sample.Id, 1, Verdict.Minor, null, Ada, Cancellation);

        Assert.Equal((true, 1), (first.IsTaken, first.Report.Judgement.Wrong));
        Assert.Equal((false, Verdict.Wrong), (other.IsTaken, other.Verdict));
        Assert.Equal((1, 0, 1), (changed.Report.Sample.Read, changed.Report.Sample.Wrong, changed.Report.Sample.Minor));
        Assert.Equal(
            ["ada wrong missing_point", "ada minor "],
            await ListAsync<string>(
                $"select reviewer || ' ' || verdict || ' ' || coalesce(reason, '') from groqbatch.verdicts where sample_id = '{sample.Id}' order by id"
            )
        );
        var item = (await Checks.LookAsync(sample.Id, 1, Bob, Cancellation))!;
        Assert.Equal((Verdict.Minor, null, "ada", null), (item.Verdict, item.Reason, item.ReadBy, item.ReservedBy));
    }

    [Fact]
    public async Task Undo_appends_gives_the_item_back_and_can_be_taken_again()
    {
        var team = await TeamOfAsync("undoing", 20);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        await Checks.GiveAsync(sample.Id, 1, Verdict.Good, null, Ada, Cancellation);
        await Checks.GiveAsync(sample.Id, 2, Verdict.Good, null, Bob, Cancellation);
        await Checks.GiveAsync(sample.Id, 3, Verdict.Wrong, WrongReason.Other, Ada, Cancellation);

        var undone = (await Checks.UndoAsync(sample.Id, Ada, Cancellation))!;
        var before = (await Checks.UndoAsync(sample.Id, Ada, Cancellation))!;

        Assert.Equal((3, 2, 0), (undone.Position, undone.Report.Sample.Read, undone.Report.Sample.Wrong));
        Assert.Equal((1, 1), (before.Position, before.Report.Sample.Read));
        Assert.Null(await Checks.UndoAsync(sample.Id, Ada, Cancellation)); // Bob's is his
        Assert.Equal(1, (await Checks.TakeAsync(sample.Id, 0, Ada, Cancellation))!.Position);
        Assert.Equal(4, (await Checks.TakeAsync(sample.Id, 0, Bob, Cancellation))!.Position); // both are hers again
        Assert.Equal(5, Assert.Single(await ListAsync<long>($"select count(*) from groqbatch.verdicts where sample_id = '{sample.Id}'")));
    }

    [Fact]
    public async Task Stops_asking_once_it_is_settled_and_asks_again_when_that_is_undone()
    {
        var team = await TeamOfAsync("settling", 10);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;

        SampleReport? report = null;
        for (var read = 0; await Checks.TakeAsync(sample.Id, 0, Ada, Cancellation) is { } item; read++)
        {
            Assert.Equal(Settlement.Open, report?.Sample.Settlement ?? Settlement.Open);
            report = (await Checks.GiveAsync(sample.Id, item.Position, Verdict.Good, null, Ada, Cancellation)).Report;
        }

        Assert.Equal((10, Settlement.Good, Settlement.Good), (report!.Sample.Read, report.Sample.Settlement, report.Judgement.Settlement));
        await Checks.UndoAsync(sample.Id, Ada, Cancellation);
        Assert.Equal(10, (await Checks.TakeAsync(sample.Id, 0, Ada, Cancellation))!.Position);
    }

    [Fact]
    public async Task An_item_shows_the_summary_that_was_drawn_and_says_when_its_source_has_changed()
    {
        var team = await TeamOfAsync("changing", 3);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        var before = (await Checks.LookAsync(sample.Id, 1, Ada, Cancellation))!;

        await database.UpsertAsync(team, (before.PullRequest.Number, "another body"));
        await SummariseAsync(team, "simulator", Guid.NewGuid(), "newer", 1, before.PullRequest.Number);
        var after = (await Checks.LookAsync(sample.Id, 1, Ada, Cancellation))!;

        Assert.Equal(("first", false), (before.Model, before.HasChanged));
        Assert.Equal(("first", true, "another body"), (after.Model, after.HasChanged, after.PullRequest.Body));
        Assert.Equal(3, (await Checks.LookAtFirstAsync(sample.Id, 10, Ada, Cancellation)).Count);
    }

    [Fact]
    public async Task It_takes_the_right_to_review_and_whole_questions()
    {
        var team = await TeamOfAsync("rights", 3);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        var viewer = new Actor("viewer", Right.View);

        await Assert.ThrowsAsync<AccessDeniedException>(() => Checks.DrawAsync(Of(team), viewer, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Checks.TakeAsync(sample.Id, 0, viewer, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Checks.GiveAsync(sample.Id, 1, Verdict.Good, null, viewer, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Checks.UndoAsync(sample.Id, viewer, Cancellation));
        Assert.NotNull(await Checks.FindAsync(sample.Id, viewer, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Checks.GiveAsync(sample.Id, 1, Verdict.Wrong, null, Ada, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Checks.GiveAsync(sample.Id, 1, Verdict.Good, WrongReason.Other, Ada, Cancellation)
        );
        await Assert.ThrowsAsync<ArgumentException>(() => Checks.GiveAsync(sample.Id, 99, Verdict.Good, null, Ada, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Checks.DrawAsync(Of(team) with { Terms = new(0.2) }, Ada, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Checks.DrawAsync(Of(team) with { TeamId = null }, Ada, Cancellation));
        Assert.Null(await Checks.FindAsync(Guid.NewGuid(), Ada, Cancellation));
    }

    [Fact]
    public async Task Quality_of_team_run_and_model_is_that_of_the_verdicts_that_stand()
    {
        var quality = database.Get<IQualityReader>();
        var team = await TeamOfAsync("quality", 40, model: "quality-model");
        var run = await RunOfAsync(team);
        await SummariseAsync(team, "simulator", run, "quality-model", 1, [.. Enumerable.Range(1, 10).Select(number => (long)number)]);
        var old = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        // Of another run: this one's has none then.
        var elsewhere = await ListAsync<int>(
            $"select position::int from groqbatch.sample_items where sample_id = '{old.Id}' and run_id is distinct from '{run}' order by position limit 1"
        );
        await Checks.GiveAsync(old.Id, Assert.Single(elsewhere), Verdict.Wrong, WrongReason.Other, Ada, Cancellation);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        await Checks.DrawAsync(Of(team), Ada, Cancellation); // nobody has read from this one

        Assert.Null(await quality.ReadRunAsync(run, Cancellation));
        for (var position = 1; position <= 30; position++)
        {
            await Checks.GiveAsync(sample.Id, position, position == 7 ? Verdict.Minor : Verdict.Good, null, Ada, Cancellation);
        }

        var ofTeam = (await quality.ReadTeamsAsync("simulator", Cancellation))[team.Id];
        Assert.Equal(new Quality(29, 1, 0, sample.Id, Settlement.Good), ofTeam);
        Assert.Equal((Wilson.Of(30, 30), Wilson.Of(29, 30)), (ofTeam.Interval, ofTeam.Strict));
        var ofRun = (await quality.ReadRunAsync(run, Cancellation))!;
        Assert.Equal(
            Assert.Single(
                await ListAsync<long>(
                    $"select count(distinct summary_id) from groqbatch.sample_items where run_id = '{run}' and verdict is not null"
                )
            ),
            ofRun.Read
        );
        var ofModel = (await quality.ReadModelsAsync("simulator", Cancellation))["quality-model"];
        Assert.InRange(ofModel.Read, 30, 31); // one summary may be in both samples, and counts once
        Assert.False((await quality.ReadTeamsAsync("groq", Cancellation)).ContainsKey(team.Id));
    }

    [Fact]
    public async Task Reading_quality_and_taking_an_item_look_at_no_list_of_pull_requests()
    {
        foreach (
            var sql in new[] { SpotCheckSql.QualityOfTeams, SpotCheckSql.QualityOfRun, SpotCheckSql.QualityOfModels, SpotCheckSql.Take }
        )
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
            await using var explain = new NpgsqlCommand(
                "explain "
                    + sql.Replace("@provider", "'simulator'")
                        .Replace("@run", "gen_random_uuid()")
                        .Replace("@id", "gen_random_uuid()")
                        .Replace("@after", "0")
                        .Replace("@actor", "'ada'")
                        .Replace("@period", "interval '1 minute'"),
                connection
            );
            await using var reader = await explain.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation))
            {
                Assert.DoesNotContain("pull_request", reader.GetString(0));
            }
        }
    }

    [Fact]
    public async Task Samples_go_with_a_removed_sample_team_also_those_of_a_model_that_it_was_in()
    {
        var team = await TeamOfAsync("leaving", 5, model: "leaving-model");
        await database.ExecuteAsync("update groqbatch.teams set is_sample = true where id = $1", team.Id);
        var ofTeam = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        var ofModel = (
            await Checks.DrawAsync(
                new()
                {
                    Provider = "simulator",
                    Scope = SampleScope.Model,
                    Model = "leaving-model",
                },
                Ada,
                Cancellation
            )
        )!;
        await Checks.GiveAsync(ofModel.Id, 1, Verdict.Good, null, Ada, Cancellation);

        await database.Get<Core.Samples.ISampleStore>().RemoveAsync(new Actor("ada", Right.All), Cancellation);

        Assert.Null(await Checks.FindAsync(ofTeam.Id, Ada, Cancellation));
        Assert.Null(await Checks.FindAsync(ofModel.Id, Ada, Cancellation));
        Assert.Empty(await ListAsync<long>($"select id from groqbatch.verdicts where sample_id = '{ofModel.Id}'"));
    }

    [Fact]
    public async Task A_change_is_told_to_whoever_listens()
    {
        var team = await TeamOfAsync("telling", 5);
        var sample = (await Checks.DrawAsync(Of(team), Ada, Cancellation))!;
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        var heard = new List<string>();
        connection.Notification += (_, notification) => heard.Add(notification.Payload);
        await using (var listen = new NpgsqlCommand("listen groqbatch_changes", connection))
        {
            await listen.ExecuteNonQueryAsync(Cancellation);
        }

        await Checks.GiveAsync(sample.Id, 1, Verdict.Good, null, Ada, Cancellation);

        while (!heard.Contains($"sample:{sample.Id}"))
        {
            Assert.True(await connection.WaitAsync(TimeSpan.FromSeconds(10), Cancellation), "nothing was told");
        }
    }

    private static SampleRequest Of(Team team) =>
        new()
        {
            Provider = "simulator",
            Scope = SampleScope.Team,
            TeamId = team.Id,
        };

    private async Task<Team> TeamOfAsync(string slug, int summaries, string model = "first")
    {
        var team = await database.AddTeamAsync(slug);
        await database.UpsertAsync(team, Enumerable.Range(1, summaries).Select(number => ((long)number, "body")));
        await SummariseAsync(
            team,
            "simulator",
            Guid.NewGuid(),
            model,
            1,
            [.. Enumerable.Range(1, summaries).Select(number => (long)number)]
        );
        return team;
    }

    private async Task<Guid> RunOfAsync(Team team, Guid? id = null)
    {
        var run = id ?? Guid.CreateVersion7();
        await database.ExecuteAsync(
            """
            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, selected, succeeded, is_canary_decided)
            values ($1, $2, 'simulator', 'Completed', true, false, '{}', '{}', '1.0', '{}', 'test', 0, 0, true)
            on conflict do nothing
            """,
            run,
            team.Id
        );
        return run;
    }

    /// <summary>As an ingest leaves it.</summary>
    private async Task SummariseAsync(Team team, string provider, Guid run, string model, int rung, params long[] numbers)
    {
        await RunOfAsync(team, run);
        await database.ExecuteAsync(
            """
            with made as (
                insert into groqbatch.summaries (pull_request_id, provider, run_id, attempt_id, model, rung, pass, prompt_version, content_hash, document)
                select pr.id, $2, $6, (select coalesce(max(attempt_id), 0) from groqbatch.summaries) + row_number() over (),
                       $3, $7, $7, '1.0', pr.content_hash, $5::jsonb
                from groqbatch.pull_requests pr where pr.team_id = $1 and pr.number = any($4)
                returning id, pull_request_id, content_hash
            )
            update groqbatch.pull_request_states state set summary_id = made.id, summary_hash = made.content_hash, summary_rung = $7
            from made where state.provider = $2 and state.pull_request_id = made.pull_request_id
            """,
            team.Id,
            provider,
            model,
            numbers,
            Document,
            run,
            (short)rung
        );
    }

    private async Task<List<T>> ListAsync<T>(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(Cancellation))
        {
            rows.Add(await reader.GetFieldValueAsync<T>(0, Cancellation));
        }

        return rows;
    }
}
