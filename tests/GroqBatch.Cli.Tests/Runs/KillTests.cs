using System.Globalization;
using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Runs;

/// <summary>A worker is killed again and again in the middle of runs of two passes and four batches; the ledger ends as if nobody had.</summary>
public sealed class KillTests(KillTests.Killed killed, KillTests.Undisturbed undisturbed)
    : IClassFixture<KillTests.Killed>,
        IClassFixture<KillTests.Undisturbed>
{
    private const int Kills = 30;
    private const int MostRuns = 12;
    private const int PullRequests = 90;

    /// <summary>Everything that a run came to, without what differs from one installation to another.</summary>
    private const string Ledger = """
        select team.slug || ' #' || pull_request.number || ' pass ' || request.pass_ordinal || ': ' || coalesce(request.outcome, 'open')
               || ' ' || coalesce(request.failure_code, '-') || ', attempts ' || request.attempts
               || (select coalesce(string_agg(attempt.outcome || coalesce(' ' || attempt.prompt_tokens, ''), ', ' order by attempt.number), '')
                   from groqbatch.attempts attempt where attempt.request_id = request.id and attempt.outcome <> 'not_run')
        from groqbatch.requests request
        join groqbatch.pull_requests pull_request on pull_request.id = request.pull_request_id
        join groqbatch.teams team on team.id = pull_request.team_id
        order by pull_request.id, request.pass_ordinal
        """;

    [Fact]
    public async Task Thirty_kills_change_nothing()
    {
        var random = new Random(20261124);
        var kills = 0;
        var runs = 0;
        while (kills < Kills && runs < MostRuns)
        {
            var team = $"team{++runs}";
            await killed.AddTeamAsync(team, PullRequests);
            var runId = await StartAsync(killed, team);
            while (kills < Kills && await IsLiveAsync(killed, runId))
            {
                using var worker = Short(killed).Start("work");
                await worker.WaitForAsync(said => said.Contains("Carrying on", StringComparison.Ordinal));
                await Task.Delay(random.Next(0, 400));
                await worker.SignalAsync("KILL");
                await worker.EndAsync();
                kills++;
            }
        }

        // It ends by itself: nobody does anything but start a worker. Where failures are left it says so by its exit code.
        await Short(killed).RunAsync("work", "--until-idle");
        for (var team = 1; team <= runs; team++)
        {
            await undisturbed.AddTeamAsync($"team{team}", PullRequests);
        }

        await Short(undisturbed).RunAsync("run-llm-batch", "--all-teams", "--full", "--with-fallback");

        Assert.Equal(Kills, kills);
        Assert.Equal(await ListAsync(undisturbed, Ledger), await ListAsync(killed, Ledger));
        Assert.Empty(await ListAsync(killed, "select 'claim ' || pull_request_id from groqbatch.claims"));
        Assert.Empty(await ListAsync(killed, "select id || ' ' || state from groqbatch.runs where state not like 'Completed%'"));

        // Four batches a run, each created once: by the simulator's own book, and each of them is in ours.
        var created = killed.Simulated.Batches;
        Assert.Equal(runs * 4, created.Count);
        Assert.Equal(created.Count, created.Select(batch => batch.Metadata!["groqbatch_nonce"]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(
            created.Select(batch => batch.Id).Order(StringComparer.Ordinal),
            await ListAsync(
                killed,
                "select provider_batch_id from groqbatch.batches where provider_batch_id is not null order by provider_batch_id collate \"C\""
            )
        );

        // Each answer that succeeded is one summary, and one only.
        Assert.Equal(
            created.Sum(batch => batch.Succeeded!.Value).ToString(CultureInfo.InvariantCulture),
            Assert.Single(await ListAsync(killed, "select count(*)::text from groqbatch.summaries"))
        );
        Assert.Equal(
            $"{runs * PullRequests}",
            Assert.Single(
                await ListAsync(
                    killed,
                    "select (sum(summarised_first + recovered + failed))::text from groqbatch.coverage_by_team where provider = 'simulator'"
                )
            )
        );
    }

    private static GroqBatchCommand Short(Workplace workplace) =>
        workplace.With(
            ("Pipeline__MaxRequestsPerBatch", "30"),
            ("Pipeline__LeaseDuration", "00:00:00.5"),
            ("Pipeline__PollInterval", "00:00:00.05"),
            ("Pipeline__FirstMinutePollInterval", "00:00:00.05"),
            ("Pipeline__DoubtGrace", "00:00:00.3"),
            ("Simulator__Fast", "false"),
            ("Simulator__Duration", "00:00:00.6"),
            ("Simulator__Models__0__Id", "openai/gpt-oss-20b"),
            ("Simulator__Models__0__FailureRate", "0.2"),
            ("Simulator__Models__1__Id", "openai/gpt-oss-120b"),
            ("Simulator__Models__1__FailureRate", "0.1")
        );

    private static async Task<string> StartAsync(Workplace workplace, string team)
    {
        var started = await Short(workplace).RunAsync("run-llm-batch", "--team", team, "--full", "--with-fallback", "--detach");
        Workplace.AssertEnded(0, started);
        return started.Out.Trim();
    }

    private static async Task<bool> IsLiveAsync(Workplace workplace, string runId) =>
        (await ListAsync(workplace, $"select 'live' from groqbatch.runs where id = '{runId}' and state not like 'Completed%'")).Count > 0;

    private static async Task<List<string>> ListAsync(Workplace workplace, string sql)
    {
        await using var command = workplace.Database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    /// <summary>Where the worker is killed.</summary>
    public sealed class Killed : Workplace;

    /// <summary>Where it is not.</summary>
    public sealed class Undisturbed : Workplace;
}
