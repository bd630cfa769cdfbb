using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Range = GroqBatch.Core.Estimates.Range;

namespace GroqBatch.Web.Tests.Runs;

public sealed class RunPageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_the_ladder_and_three_figures()
    {
        var page = Open(A.Run(RunState.CompletedWithFailures, A.Pass(1, 4_147, 4_022, 125), A.Pass(2, 125, 123, 2)));

        Assert.Equal(["125", "123", "2"], page.FindAll(".figs3 .fig").Select(Text));
        Assert.Contains("4,147 requests4,022 ok125 failed", Text(page.Find("[data-testid=pass-1] .rung-head")), StringComparison.Ordinal);
        Assert.Contains("125fell through, 3.0 % of pass 1", Text(page.Find(".fall")), StringComparison.Ordinal);
        Assert.Equal("2final failures", Text(page.Find(".floor")));
        Assert.Equal("Completed with failures", Text(page.Find("[data-testid=state]")));
    }

    [Fact]
    public void Says_whose_counts_they_are_while_a_file_is_not_read()
    {
        var page = Open(A.Run(RunState.Running, A.Pass(1, 100, 90, 10), A.Pass(2, 10, 0, 0, A.Batch(1, 10, BatchState.Submitted, 7, 1))));

        Assert.DoesNotContain("count until", Text(page.Find("[data-testid=pass-1]")), StringComparison.Ordinal);
        Assert.Contains("the simulator's count until its file is read", Text(page.Find("[data-testid=pass-2]")), StringComparison.Ordinal);
        Assert.Equal(["10", "7", "1"], page.FindAll(".figs3 .fig").Select(Text));
        Assert.Contains("final failuresso far", Text(page.Find(".figs3")), StringComparison.Ordinal);
        Assert.Contains("as of 4 s ago", Text(page.Find(".meta")), StringComparison.Ordinal);
        Assert.Equal("Running, pass 2 of 2", Text(page.Find("[data-testid=state]")));
    }

    [Fact]
    public void Names_the_pass_that_is_under_way_and_not_the_one_in_which_failures_wait_for_its_end()
    {
        var page = Open(A.Run(RunState.Running, A.Pass(1, 100, 45, 5, A.Batch(2, 50, BatchState.Submitted)), A.Pass(2, 5, 0, 0)));

        Assert.Equal("Running, pass 1 of 2", Text(page.Find("[data-testid=state]")));
        Assert.Contains("Hold after pass 1", page.FindAll(".acts button").Select(Text));
    }

    [Fact]
    public void Says_what_it_was_started_over()
    {
        var run = A.Run(RunState.Completed, A.Pass(1, 3, 3, 0));

        Assert.Contains("everything missing, with fallback", Text(Open(run).Find(".meta")), StringComparison.Ordinal);
        Assert.Contains(
            "failures of earlier runs, with fallback",
            Text(Open(run with { IsOfFailures = true }).Find(".meta")),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "one pull request, again, with fallback",
            Text(Open(run with { IsOfOne = true }).Find(".meta")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Says_since_when_and_why_the_provider_could_not_be_asked()
    {
        var batch = A.Batch(1, 10, BatchState.Submitted, 7, 1) with
        {
            PolledAt = new DateTimeOffset(2026, 11, 24, 11, 53, 0, TimeSpan.Zero),
            Trouble = "no connection",
        };

        var page = Open(A.Run(RunState.Running, A.Pass(1, 10, 0, 0, batch)));

        Assert.Contains(
            "could not be asked since 7 min ago: no connection",
            Text(page.Find("[data-testid=trouble]")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Says_why_it_is_held()
    {
        var run = A.Run(RunState.Held, A.Pass(1, 4_147, 40, 10, A.Batch(1, 50, BatchState.Ingested, 40, 10))) with
        {
            Reason = "The canary: 10 of 50 failed on the first rung (20.0 %), at most 10.0 % may.",
        };

        var page = Open(run, A.Frozen(2, canary: 50));

        Assert.Contains("10 of 50 failed", Text(page.Find("[data-testid=reason]")), StringComparison.Ordinal);
        Assert.Contains("4,097 not sent yet", Text(page.Find("[data-testid=pass-1]")), StringComparison.Ordinal);
        Assert.Contains("not begun", Text(page.Find("[data-testid=pass-2]")), StringComparison.Ordinal);
        Assert.Equal(["Resume", "Cancel, keep 40 summaries"], page.FindAll(".acts .btn").Select(Text));
    }

    [Fact]
    public void Shows_cost_against_its_estimate_and_what_of_it_is_unknown()
    {
        var pass = A.Pass(1, 4_147, 4_022, 125) with { Cost = 1.02m, UnknownRequests = 122 };
        var run = A.Run(RunState.CompletedWithFailures, pass) with { Estimate = Estimate(new Range(0.97, 1.08, 1.36)) };

        var page = Open(run);

        var cost = Text(page.Find(".kv"));
        Assert.Contains("Estimate $0.97 to $1.36 $1.08", cost, StringComparison.Ordinal);
        Assert.Contains("Booked, pass 1 at least $1.02", cost, StringComparison.Ordinal);
        Assert.Contains("122 answers without usageunknown", cost, StringComparison.Ordinal);
        Assert.Contains("at least $0.25", cost, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_became_of_the_teams_coverage_and_moves_with_it()
    {
        _context.Coverage.Add("Cal.com", 5_390, 125);
        var page = Open(A.Run(RunState.Running, A.Pass(1, 4_147, 4_022, 125)));
        Assert.Contains("97.7 % from 24.8 %", Text(page.Find(".kv.foot")), StringComparison.Ordinal);

        _context.Coverage.Rows.Clear();
        _context.Coverage.Add("Cal.com", 5_515, 0);
        await _context.Feed.SayAsync(new CoverageOverview([.. _context.Coverage.Rows.Select(row => row.Coverage)]));

        page.WaitForAssertion(() => Assert.Contains("100 %", Text(page.Find(".kv.foot")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Moves_when_the_run_does()
    {
        var run = A.Run(RunState.Running, A.Pass(1, 100, 40, 2, A.Batch(1, 100, BatchState.Submitted, 0, 0)));
        var page = Open(run);

        await _context.Feed.SayAsync(
            run.Id,
            run with
            {
                State = RunState.CompletedWithFailures,
                Passes = [A.Pass(1, 100, 95, 5)],
                ReadAt = run.ReadAt.AddSeconds(1),
            }
        );

        page.WaitForAssertion(() => Assert.Equal("Completed with failures", Text(page.Find("[data-testid=state]"))));
        Assert.Equal("5", Text(page.Find("[data-testid=first-pass-failures]")));
    }

    [Fact]
    public async Task Does_not_go_back_to_older_news()
    {
        var run = A.Run(RunState.Running, A.Pass(1, 100, 40, 2));
        var page = Open(run);

        await _context.Feed.SayAsync(run.Id, run with { State = RunState.Queued, ReadAt = run.ReadAt.AddSeconds(-1) });

        Assert.Equal("Running, pass 1 of 2", Text(page.Find("[data-testid=state]")));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        Open(A.Run(RunState.Running, A.Pass(1, 100, 40, 2)));
        Assert.Equal(2, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    [Fact]
    public async Task Listens_to_the_run_that_its_address_names_now()
    {
        var first = A.Run(RunState.Running, A.Pass(1, 100, 40, 2));
        var second = A.Run(RunState.Running, A.Pass(1, 50, 10, 7)) with { Id = Guid.NewGuid() };
        _context.Runs.All.Add(second);
        var page = Open(first);

        page.Render(parameters => parameters.Add(shown => shown.RunId, second.Id));

        page.WaitForAssertion(() => Assert.Equal("7", Text(page.Find("[data-testid=first-pass-failures]"))));
        Assert.Equal(2, _context.Feed.Listening);
        await _context.Feed.SayAsync(first.Id, first with { State = RunState.Completed, ReadAt = first.ReadAt.AddSeconds(9) });
        Assert.Equal("7", Text(page.Find("[data-testid=first-pass-failures]")));
    }

    [Fact]
    public void Says_that_there_is_no_such_run()
    {
        var page = _context.Render<RunPage>(parameters => parameters.Add(shown => shown.RunId, Guid.NewGuid()));

        Assert.Contains("There is no such run", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_went_wrong_and_reads_again_when_asked_to()
    {
        _context.Runs.Failure = new InvalidOperationException("Password=secret");
        var run = A.Run(RunState.Running, A.Pass(1, 100, 40, 2));
        var page = Open(run);
        Assert.DoesNotContain("secret", page.Markup, StringComparison.Ordinal);

        _context.Runs.Failure = null;
        page.Find("[role=alert] button").Click();

        page.WaitForAssertion(() => Assert.Equal("2", Text(page.Find("[data-testid=first-pass-failures]"))));
    }

    [Fact]
    public void Asks_before_it_holds_and_says_what_that_will_do()
    {
        var page = Open(
            A.Run(
                RunState.Running,
                A.Pass(1, 1_000, 400, 20, A.Batch(1, 420, BatchState.Ingested, 400, 20), A.Batch(2, 300, BatchState.Submitted, 0, 0))
            ) with
            {
                FailuresByCode = new Dictionary<FailureCode, int>(),
            }
        );
        Assert.Empty(page.FindAll("dialog"));

        page.FindAll(".acts .btn")[0].Click();

        Assert.Empty(_context.Service.Asked);
        Assert.Contains("300 requests in 1 batch are under way at the simulator", Text(page.Find("dialog")), StringComparison.Ordinal);
        Assert.Contains("300 pull requests wait", Text(page.Find("dialog")), StringComparison.Ordinal);
        page.Find("dialog input").Input("looking at the failures");
        page.FindAll("dialog footer .btn")[1].Click();
        Assert.Equal(["hold (looking at the failures) by mira"], _context.Service.Asked);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("dialog")));
        Assert.Equal("Done: hold.", Text(page.Find(".said")));
    }

    [Fact]
    public async Task Holds_after_the_pass_it_is_in_and_takes_that_back()
    {
        var run = A.Run(RunState.Running, A.Pass(1, 100, 0, 0, A.Batch(1, 100, BatchState.Submitted, 0, 0)));
        var page = Open(run);
        Assert.Equal(["Hold", "Hold after pass 1", "Cancel"], page.FindAll(".acts .btn").Select(Text));

        page.FindAll(".acts .btn")[1].Click();
        page.FindAll("dialog footer .btn")[1].Click();
        _context.Runs.All[0] = run with { HoldAfterPass = 1 };
        await _context.Feed.SayAsync(run.Id, run with { HoldAfterPass = 1 });
        page.WaitForAssertion(() => Assert.Equal("Don't hold after pass 1", Text(page.FindAll(".acts .btn")[0])));
        Assert.Contains("to be held after pass 1", Text(page.Find(".meta")), StringComparison.Ordinal);
        page.FindAll(".acts .btn")[0].Click();
        page.FindAll("dialog footer .btn")[1].Click();

        Assert.Equal(["hold after pass 1 by mira", "go on after the pass by mira"], _context.Service.Asked);
    }

    [Fact]
    public void Keeps_the_question_where_the_answer_is_no()
    {
        _context.Service.Answer = new MoveResult(
            Done: false,
            Changed: false,
            RunState.Completed,
            "It is completed: there is nothing left to cancel."
        );
        var page = Open(A.Run(RunState.Running, A.Pass(1, 100, 40, 2)));

        page.FindAll(".acts .btn")[^1].Click();
        page.FindAll("dialog footer .btn")[1].Click();

        page.WaitForAssertion(() =>
            Assert.Contains("nothing left to cancel", Text(page.Find("dialog [role=alert]")), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Says_who_may_not()
    {
        _context.Service.Failure = new AccessDeniedException("mira may not do this: it takes the right to operate.");
        var page = Open(A.Run(RunState.Running, A.Pass(1, 100, 40, 2)));

        page.FindAll(".acts .btn")[0].Click();
        page.FindAll("dialog footer .btn")[1].Click();

        page.WaitForAssertion(() =>
            Assert.Contains("it takes the right to operate", Text(page.Find("dialog [role=alert]")), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Retries_failures_and_goes_to_the_new_run()
    {
        var page = Open(A.Run(RunState.CompletedWithFailures, A.Pass(1, 4_147, 4_022, 125), A.Pass(2, 125, 123, 2)));

        page.Find(".acts .btn").Click();
        Assert.Contains("max_tokens 2", Text(page.Find("dialog")), StringComparison.Ordinal);
        page.Find("dialog input[type=checkbox]").Change(true);
        page.FindAll("dialog footer .btn")[1].Click();

        Assert.Equal(["retry from the last rung by mira"], _context.Service.Asked);
        Assert.EndsWith(
            $"runs/{_context.Service.Retried.RunId}",
            _context.Services.GetRequiredService<NavigationManager>().Uri,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Shows_the_providers_counts_beside_ours_and_why_they_differ()
    {
        var batch = A.Batch(3, 1_000, BatchState.Ingested, 967, 33) with
        {
            ProviderCompleted = 970,
            ProviderFailed = 30,
            Difference = "2 requests are in neither file.",
        };
        _context.Service.Counted = new RunReconciliation
        {
            RunId = Guid.NewGuid(),
            Planned = 1_000,
            Succeeded = 967,
            FailuresByCode = new Dictionary<FailureCode, int> { [FailureCode.InvalidJson] = 33 },
            Open = 0,
            Differences = [],
            Batches =
            [
                new BatchReconciliation
                {
                    BatchId = batch.Id,
                    Pass = 1,
                    Ordinal = 3,
                    State = BatchState.Ingested,
                    Planned = 1_000,
                    Succeeded = 967,
                    FailuresByCode = new Dictionary<FailureCode, int>(),
                    NotRun = 0,
                    Open = 0,
                    OffendingIds = ["pr-17", "pr-18"],
                },
            ],
        };
        var page = Open(A.Run(RunState.CompletedWithFailures, A.Pass(1, 1_000, 967, 33, batch)));
        Assert.Equal("≠ 33", Text(page.Find(".diff")));

        page.Find(".diff").Click();

        Assert.Contains(
            "2 requests are in neither file.The first of them: pr-17pr-18",
            Text(page.Find("tr.more")),
            StringComparison.Ordinal
        );
        page.Find(".tbl-foot button").Click();
        Assert.Contains(
            "1,000 selected = 967 succeeded + 33 failed, by rows. Everything adds up.",
            Text(page.Find(".tbl-foot")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Gives_each_file_that_there_is_a_download()
    {
        var run = A.Run(RunState.Running, A.Pass(1, 100, 0, 0, A.Batch(1, 100, BatchState.Submitted, 10, 0)));
        var page = Open(run);

        var link = Assert.Single(page.FindAll(".raw a[download]"));
        Assert.Equal($"runs/{run.Id}/raw/{run.Passes[0].Batches[0].Id}/request", link.GetAttribute("href"));
        Assert.Equal("file_01kb2tpy8", page.Find(".raw [data-copy]").GetAttribute("data-copy"));
        Assert.Equal($"runs/{run.Id}/batches.csv", page.Find(".export").GetAttribute("href"));
    }

    [Fact]
    public void Tells_every_move_with_time_actor_and_reason()
    {
        var run = A.Run(RunState.Held, A.Pass(1, 100, 0, 0, A.Batch(1, 100, BatchState.Submitted, 10, 0)));
        _context.Runs.Events.Add(new RunEvent(run.CreatedAt, "mira", "run", null, null, null, "Queued", "Started."));
        _context.Runs.Events.Add(
            new RunEvent(
                run.CreatedAt.AddMinutes(1),
                "pipeline",
                "batch",
                run.Passes[0].Batches[0].Id,
                1,
                "Uploaded",
                "Submitted",
                "<b>accepted</b>"
            )
        );

        var page = Open(run, tab: "timeline");

        Assert.Equal(
            [
                "9 min ago 11:51:00 | pipeline | Batch 1, pass 1Uploaded → Submitted | <b>accepted</b>",
                "10 min ago 11:50:00 | mira | RunQueued | Started.",
            ],
            page.FindAll("tbody tr").Select(row => string.Join(" | ", row.Children.Select(Text)))
        );
    }

    [Fact]
    public void Shows_what_it_was_started_with()
    {
        var page = Open(A.Run(RunState.Completed, A.Pass(1, 100, 100, 0)), A.Frozen(2, canary: 50), "settings");

        Assert.Contains(
            "openai/gpt-oss-120b in place of llama-3.3-70b-versatile",
            Text(page.Find(".frozen table")),
            StringComparison.Ordinal
        );
        Assert.Contains("50 first; the rest goes by itself if at most 10 % fail", Text(page.Find(".defs")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunState.Queued)]
    [InlineData(RunState.Running)]
    [InlineData(RunState.Held)]
    [InlineData(RunState.NeedsAttention)]
    [InlineData(RunState.Cancelling)]
    [InlineData(RunState.Completed)]
    [InlineData(RunState.CompletedWithFailures)]
    [InlineData(RunState.Cancelled)]
    public void Says_what_each_of_its_buttons_will_do_in_every_state(RunState state)
    {
        var run = A.Run(state, A.Pass(1, 100, 40, 2, A.Batch(1, 100, BatchState.Submitted, 10, 0)));

        foreach (var deed in RunDeeds.Of(run, rungs: 2))
        {
            Assert.All(RunDeeds.WillDo(deed, run), sentence => Assert.EndsWith(".", sentence, StringComparison.Ordinal));
            Assert.NotEmpty(RunDeeds.Button(deed, run));
            Assert.EndsWith("?", RunDeeds.Title(deed, run), StringComparison.Ordinal);
            Assert.NotEmpty(RunDeeds.Confirm(deed, run));
        }
    }

    private static Estimate Estimate(Range cost) =>
        new()
        {
            Requests = Range.Exactly(1),
            PromptTokens = Range.Exactly(1),
            CompletionTokens = Range.Exactly(1),
            FirstPassFailures = Range.Exactly(1),
            FinalFailures = Range.Exactly(1),
            Cost = cost,
            Basis = "From defaults.",
        };

    private IRenderedComponent<RunPage> Open(RunOverview run, FrozenRun? frozen = null, string? tab = null)
    {
        _context.Runs.Frozen = frozen ?? A.Frozen(2);
        _context.Runs.All.Insert(0, run);
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo(tab is null ? $"runs/{run.Id}" : $"runs/{run.Id}?tab={tab}");
        return _context.Render<RunPage>(parameters => parameters.Add(page => page.RunId, run.Id));
    }

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
