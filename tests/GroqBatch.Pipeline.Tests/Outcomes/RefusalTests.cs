using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Pipeline.Tests.Outcomes;

/// <summary>What only a person can mend: on lines, on calls, and in the ladder. Each stops the run with a sentence, and resume goes on.</summary>
public sealed class RefusalTests
{
    private const string First = "openai/gpt-oss-20b";
    private const string Llama = "llama-3.3-70b-versatile";
    private const string Successor = "openai/gpt-oss-120b";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("unauthorized", "Invalid API Key")]
    [InlineData("forbidden", "blocked")]
    [InlineData("model_not_found", "does not exist or you do not have access to it")]
    [InlineData("model_decommissioned", "decommissioned")]
    public async Task A_refusal_on_lines_is_nobodys_failure_and_is_sent_again_after_resume(string answer, string says)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse($"answer_as,answer={answer},custom_ids=pr-2;pr-4"));
        var run = await StartAsync(installation, 5);

        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);

        Assert.StartsWith("2 requests were refused: ", waiting.Reason, StringComparison.Ordinal);
        Assert.Contains(says, waiting.Reason, StringComparison.Ordinal);
        Assert.Equal((3, 3, 0, 5), (waiting.Succeeded, waiting.Summaries, waiting.FirstPassFailures, waiting.Claims));
        Assert.Equal(
            2,
            await installation.ScalarAsync<int>(
                "select count(*)::int from groqbatch.attempts where outcome = 'not_run' and failure_code is null",
                Cancelled
            )
        );

        installation.Simulator.ClearFaults();
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 5, 7), (figures.State, figures.Succeeded, figures.Attempts));
        Assert.All(await installation.RequestsAsync(run, Cancelled), request => Assert.Equal(1, request.Attempts));
        Assert.Equal(
            0,
            await installation.ScalarAsync<int>(
                $"select sum(unknown_requests)::int from groqbatch.passes where run_id = '{run}'",
                Cancelled
            )
        );
    }

    [Theory]
    [InlineData("unauthorized,method=POST,path=/files", "does not accept the API key")]
    [InlineData("plan_gate,method=POST,path=/files", "plan does not include batches")]
    [InlineData("cdn_block,method=POST,path=/files", "network edge blocked the call")]
    [InlineData("unauthorized,method=POST,path=/batches", "does not accept the API key")]
    [InlineData("plan_gate,method=POST,path=/batches", "plan does not include batches")]
    [InlineData("cdn_block,method=POST,path=/batches", "network edge blocked the call")]
    [InlineData("unauthorized,method=GET,path=/files/*", "does not accept the API key")]
    [InlineData("file_expired,method=GET", "does not know it")]
    public async Task A_refused_call_needs_a_person_says_so_and_resume_goes_on(string fault, string says)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse(fault));
        var run = await StartAsync(installation, 4);

        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        var before = installation.ReadSimulator().Batches.Count;
        Assert.Contains(says, waiting.Reason, StringComparison.Ordinal);
        Assert.Equal((0, 0, 4), (waiting.Succeeded, waiting.FirstPassFailures, waiting.Claims));

        installation.Simulator.ClearFaults();
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4, 1), (figures.State, figures.Succeeded, figures.Attempts, figures.Batches));
        Assert.InRange(before, 0, 1);
        Assert.Single(installation.ReadSimulator().Batches);
    }

    [Fact]
    public async Task A_file_that_is_gone_before_its_batch_was_created_is_sent_again_by_resume()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("rate_limited,method=POST,path=/batches,seconds=0.05"));
        var run = await StartAsync(installation, 4);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: "Uploaded" }],
            Cancelled
        );
        var file = await installation.ScalarAsync<string>("select input_file_id from groqbatch.batches", Cancelled);
        using (var http = new HttpClient())
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", "any");
            http.DefaultRequestHeaders.UserAgent.ParseAdd("somebody/1.0");
            using var deleted = await http.DeleteAsync(new Uri($"{installation.Simulator.BaseUrl}/files/{file}"), Cancelled);
            deleted.EnsureSuccessStatusCode();
        }

        installation.Simulator.ClearFaults();
        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        Assert.Equal((0, 0, 4), (waiting.Succeeded, waiting.FinalFailures, waiting.Claims));

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4), (figures.State, figures.Succeeded));
        Assert.Equal(["Abandoned", "Ingested"], (await installation.BatchesAsync(run, Cancelled)).Select(batch => batch.State));
        Assert.All(await installation.RequestsAsync(run, Cancelled), request => Assert.Equal(1, request.Attempts));
    }

    [Fact]
    public async Task What_the_ledger_refuses_to_take_needs_a_person_and_resume_takes_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        await installation.ExecuteAsync("alter table groqbatch.attempts add constraint no_tokens check (prompt_tokens is null)", Cancelled);
        var run = await StartAsync(installation, 4);

        RunFigures waiting;
        try
        {
            waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        }
        finally
        {
            await installation.ExecuteAsync("alter table groqbatch.attempts drop constraint no_tokens", Cancelled);
        }

        Assert.Contains("could not be taken", waiting.Reason, StringComparison.Ordinal);
        Assert.Contains("no_tokens", waiting.Reason, StringComparison.Ordinal);
        Assert.Equal((0, 4), (waiting.Succeeded, waiting.Claims));

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 4, 4, 1), (figures.State, figures.Succeeded, figures.Attempts, figures.Batches));
    }

    [Fact]
    public async Task Resume_before_the_mending_says_what_is_still_wrong_and_changes_nothing()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(Fault.Parse("unauthorized,method=POST"));
        var run = await StartAsync(installation, 3);
        await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        installation.Simulator.AddFault(Fault.Parse("unauthorized,method=GET,path=/models"));

        var failure = await Assert.ThrowsAsync<ProviderException>(() =>
            installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled)
        );

        Assert.Equal(ProviderFault.WrongKey, failure.Fault);
        Assert.Equal(RunState.NeedsAttention, (await installation.RunStore.FindAsync(run, Cancelled))!.State);
    }

    [Fact]
    public async Task A_retired_model_is_replaced_by_its_successor_before_anything_is_sent()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = First });
        var run = await StartAsync(installation, 3);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3, 3), (figures.State, figures.Succeeded, figures.Recovered));
        Assert.Equal([$"{First}/", $"{Successor}/{Llama}"], await ModelsAsync(installation, run));
        Assert.Equal([First, Successor], installation.ReadSimulator().Batches.SelectMany(batch => batch.RequestsByModel.Keys));
    }

    [Fact]
    public async Task The_configured_model_is_used_where_the_key_still_has_it()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
                simulator.Models.Add(
                    new SimulatedModel
                    {
                        Id = Llama,
                        Retired = false,
                        FailureRate = 0,
                    }
                ),
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = First });
        var run = await StartAsync(installation, 3);

        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3, 3), (figures.State, figures.Succeeded, figures.Recovered));
        Assert.Equal([$"{First}/", $"{Llama}/"], await ModelsAsync(installation, run));
    }

    [Fact]
    public async Task A_model_that_is_shut_down_during_a_run_stops_it_and_resume_goes_on_with_its_successor()
    {
        var llama = new SimulatedModel
        {
            Id = Llama,
            Retired = false,
            FailureRate = 0,
        };
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Models.Add(llama),
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = First });
        var run = await StartAsync(installation, 3, holdAfterPass: 1);
        await installation.DriveToAsync(run, RunState.Held, Cancelled);

        // Between the two passes, and with the run's ladder frozen on it. Resume looks first, so it is taken away once more after that look.
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        llama.Retired = true;
        var waiting = await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        Assert.Contains("`llama-3.3-70b-versatile` does not exist", waiting.Reason, StringComparison.Ordinal);

        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3, 3), (figures.State, figures.Succeeded, figures.Recovered));
        Assert.Equal([$"{First}/", $"{Successor}/{Llama}"], await ModelsAsync(installation, run));
        Assert.Contains(
            await installation.EventsAsync(run, Cancelled),
            told => told.Actor == "ada" && told.Reason == $"Rung 2 is {Successor} now, in place of {Llama}."
        );
        Assert.Equal(
            [Successor],
            await installation.ListAsync<string>($"select distinct model from groqbatch.summaries where run_id = '{run}'", Cancelled)
        );
        var audited = (await installation.AuditAsync(run.ToString(), Cancelled))[^1];
        Assert.Equal(("run.resume", "NeedsAttention", "Running"), (audited.Action, audited.Before, audited.After));
        Assert.Contains($"\"models\": [\"{First}\", \"{Successor}\"]", audited.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pass_whose_model_was_replaced_on_the_way_shows_both()
    {
        var llama = new SimulatedModel
        {
            Id = Llama,
            Retired = false,
            FailureRate = 0,
        };
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Models.Add(llama),
            settings: new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "2", ["Pipeline:MaxLiveBatches"] = "1" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.AllFail, Model = First });
        var run = await StartAsync(installation, 4);
        await installation.DriveUntilAsync(
            run,
            async () =>
                (await installation.BatchesAsync(run, Cancelled)).Exists(batch => batch is { Pass: 2, State: "Submitted" or "Ended" }),
            Cancelled
        );
        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        await installation.DriveUntilAsync(
            run,
            async () => (await installation.BatchesAsync(run, Cancelled)).Exists(batch => batch is { Pass: 2, State: "Ingested" }),
            Cancelled
        );

        llama.Retired = true;
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        var passes = (await installation.OverviewAsync(run, Cancelled)).Passes;
        Assert.Equal((First, Successor), (passes[0].Model, passes[1].Model));
        Assert.Empty(passes[0].EarlierModels);
        Assert.Equal([Llama], passes[1].EarlierModels);
        Assert.Equal([Llama, Successor], passes[1].Batches.Where(batch => batch.State == BatchState.Ingested).Select(batch => batch.Model));
    }

    [Fact]
    public async Task A_file_that_was_written_for_a_model_that_is_gone_is_written_again()
    {
        var llama = new SimulatedModel
        {
            Id = Llama,
            Retired = false,
            FailureRate = 0,
        };
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Models.Add(llama),
            settings: new Dictionary<string, string?> { ["Ladder:Rungs:0:Model"] = Llama, ["Ladder:Rungs:1:Model"] = "" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        installation.Simulator.AddFault(Fault.Parse("unauthorized,method=POST,path=/batches"));
        var run = await StartAsync(installation, 3);
        await installation.DriveToAsync(run, RunState.NeedsAttention, Cancelled);
        Assert.Equal("Uploaded", Assert.Single(await installation.BatchesAsync(run, Cancelled)).State);

        llama.Retired = true;
        installation.Simulator.ClearFaults();
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(("Completed", 3), (figures.State, figures.Succeeded));
        Assert.Equal([Successor], Assert.Single(installation.ReadSimulator().Batches).RequestsByModel.Keys);
    }

    [Fact]
    public async Task Answers_of_a_batch_that_was_under_way_keep_the_model_that_gave_them()
    {
        var llama = new SimulatedModel
        {
            Id = Llama,
            Retired = false,
            FailureRate = 0,
        };
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Models.Add(llama),
            settings: new Dictionary<string, string?> { ["Ladder:Rungs:0:Model"] = Llama, ["Ladder:Rungs:1:Model"] = "" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var run = await StartAsync(installation, 3);
        await installation.DriveUntilAsync(
            run,
            async () => await installation.BatchesAsync(run, Cancelled) is [{ State: not ("Planned" or "Uploaded") }],
            Cancelled
        );
        await installation.Runs.HoldAsync(run, reason: null, TestInstallation.Ada, Cancelled);
        llama.Retired = true;
        await installation.Runs.ResumeAsync(run, TestInstallation.Ada, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(
            [Llama],
            await installation.ListAsync<string>($"select distinct model from groqbatch.summaries where run_id = '{run}'", Cancelled)
        );
        Assert.Equal(
            await installation.ScalarAsync<decimal>(
                "select sum((prompt_tokens * 0.295 + completion_tokens * 0.395) / 1000000)::numeric(18,9) from groqbatch.attempts",
                Cancelled
            ),
            await installation.ScalarAsync<decimal>($"select cost from groqbatch.passes where run_id = '{run}'", Cancelled)
        );
    }

    [Fact]
    public async Task Without_a_model_to_be_had_nothing_starts()
    {
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Ladder:Rungs:1:Model"] = "qwen/qwen3.8-27b" },
            hosts: 0,
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 3, Cancelled);

        var failure = await Assert.ThrowsAsync<LadderUnavailableException>(() =>
            installation.Runs.StartAsync(new StartRun { TeamId = team, WithFallback = true }, TestInstallation.Ada, Cancelled)
        );

        Assert.Contains("qwen/qwen3.8-27b", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, await installation.ScalarAsync<int>("select count(*)::int from groqbatch.runs", Cancelled));
    }

    private static Task<IReadOnlyList<string>> ModelsAsync(TestInstallation installation, Guid run) =>
        installation.ListAsync<string>(
            $"select model || '/' || coalesce(replaced, '') from groqbatch.passes where run_id = '{run}' order by ordinal",
            Cancelled
        );

    private static async Task<Guid> StartAsync(TestInstallation installation, int pullRequests, int? holdAfterPass = null)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        return await installation.StartRunAsync(
            new StartRun
            {
                TeamId = team,
                WithFallback = true,
                HoldAfterPass = holdAfterPass,
            },
            Cancelled
        );
    }
}
