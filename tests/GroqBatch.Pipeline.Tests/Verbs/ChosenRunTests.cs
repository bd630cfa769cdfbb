using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Verbs;

/// <summary>A run over a chosen set: by what its pull requests are, or one by one.</summary>
public sealed class ChosenRunTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_over_chosen_ones_takes_these_and_shows_what_they_were()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 6, Cancelled);
        var filter = new PullRequestFilter { Ids = [2, 4, 5, 999] };
        var request = new StartRun
        {
            TeamId = team,
            Filter = filter,
            WithFallback = true,
            RequestKey = "chosen",
        };

        var preview = await installation.Runs.PreviewAsync(request, TestInstallation.Ada, Cancelled);
        var both = await Task.WhenAll(
            installation.Runs.StartAsync(request, TestInstallation.Ada, Cancelled),
            installation.Runs.StartAsync(request, TestInstallation.Ada, Cancelled)
        );
        var run = both[0].RunId!.Value;
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal((3, run), (preview.Selected, both[1].RunId));
        Assert.Equal(("Completed", 3, 3), (figures.State, figures.Selected, figures.Succeeded));
        Assert.Equal(
            preview.First.Select(first => first.Id).Order(),
            (await installation.RequestsAsync(run, Cancelled)).Select(request => request.PullRequestId).Order()
        );
        var shown = (await installation.Services.GetRequiredService<IRunReader>().FindAsync(run, Cancelled))!;
        Assert.Equal("4 chosen pull requests", shown.Filter!.InWords());
        Assert.Contains("Chosen: 4 chosen pull requests.", await installation.TimelineAsync(run, Cancelled), StringComparison.Ordinal);
        Assert.Equal("pending", await installation.StateOfAsync(1, Cancelled));
    }

    [Fact]
    public async Task A_run_over_all_that_match_leaves_out_what_another_run_has_and_counts_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 6, Cancelled);
        var other = await installation.StartRunAsync(new StartRun { TeamId = team, Limit = 2 }, Cancelled);
        await installation.DriveAsync([other], Cancelled, RunState.Running);

        var preview = await installation.Runs.PreviewAsync(
            new StartRun
            {
                TeamId = team,
                Filter = new() { States = CoverageStates.Missing },
            },
            TestInstallation.Ada,
            Cancelled
        );
        var none = await installation.Runs.StartAsync(
            new StartRun
            {
                TeamId = team,
                Filter = new() { States = [CoverageState.Failed] },
            },
            TestInstallation.Ada,
            Cancelled
        );

        Assert.Equal((4, 2), (preview.Selected, preview.ClaimedElsewhere));
        Assert.Null(none.RunId);
    }

    [Fact]
    public async Task A_summarised_one_that_is_chosen_is_summarised_again_and_keeps_its_summary_until_then()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 2, Cancelled);
        await installation.DriveToEndAsync(await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled), Cancelled);
        installation.Simulator.AddFault(Fault.Parse("answer_as,answer=not_json,custom_ids=pr-1"));

        var run = await installation.StartRunAsync(
            new StartRun
            {
                TeamId = team,
                Filter = new() { States = [CoverageState.Summarised] },
            },
            Cancelled
        );
        var figures = await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal((2, 1), (figures.Selected, figures.Succeeded));
        Assert.Equal("summarised", await installation.StateOfAsync(1, Cancelled));
        Assert.Equal(3L, await installation.ScalarAsync<long>("select count(*) from groqbatch.summaries", Cancelled));
    }

    [Fact]
    public async Task What_was_sent_is_read_from_its_file_and_built_again_without_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 3, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.DriveToEndAsync(run, Cancelled);
        var reader = installation.Services.GetRequiredService<IPullRequestReader>();
        var prompts = installation.Services.GetRequiredService<ISentPrompts>();
        var details = (await reader.FindAsync("simulator", 2, TestInstallation.Ada, Cancelled))!;
        var attempt = Assert.Single(details.Attempts);

        var sent = (await prompts.FindAsync(attempt.Id, TestInstallation.Ada, Cancelled))!;
        var answer = (await reader.FindAnswerAsync(attempt.Id, 200, TestInstallation.Ada, Cancelled))!;
        Directory.Delete(installation.RawFolder, recursive: true);
        var rebuilt = (await prompts.FindAsync(attempt.Id, TestInstallation.Ada, Cancelled))!;
        await installation.ExecuteAsync(
            "update groqbatch.pull_requests set body = 'Other', content_hash = '\\x02' where id = 2",
            Cancelled
        );
        var otherwise = (await prompts.FindAsync(attempt.Id, TestInstallation.Ada, Cancelled))!;

        Assert.Equal(SentPromptSource.RequestFile, sent.Source);
        Assert.Contains(details.PullRequest.Title, sent.Text, StringComparison.Ordinal);
        Assert.Equal((sent.Text, SentPromptSource.Rebuilt), (rebuilt.Text, rebuilt.Source));
        Assert.Equal(SentPromptSource.RebuiltOtherwise, otherwise.Source);
        Assert.Equal((200, true), (answer.Text.Length, answer.IsCut));
        Assert.Contains("pr-2", answer.Text, StringComparison.Ordinal);
        Assert.Null(await prompts.FindAsync(999, TestInstallation.Ada, Cancelled));
        Assert.NotNull(details.Current);
        Assert.Equal((run, "succeeded", CoverageState.Summarised), (attempt.RunId, attempt.Outcome, details.State));
        Assert.Equal(CoverageState.Stale, (await reader.FindAsync("simulator", 2, TestInstallation.Ada, Cancelled))!.State);
    }
}
