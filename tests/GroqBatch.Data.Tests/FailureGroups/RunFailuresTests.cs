using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.FailureGroups;

/// <summary>The failures and the requests of runs with twenty thousand of them.</summary>
public sealed class RunFailuresTests(LargeRuns runs) : IClassFixture<LargeRuns>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Groups_what_failed_by_pass_code_and_message_and_agrees_with_the_rows()
    {
        var report = await runs.Failures.ReadRunAsync(LargeRuns.First, Cancellation);

        Assert.True(report.IsFinal);
        Assert.Equal([(1, 20_000, 2_000), (2, 2_000, 400)], report.Passes.Select(pass => (pass.Ordinal, pass.Requests, pass.Failed)));
        Assert.Equal(
            [
                ("Failed to generate JSON: …", 667, 0, 0),
                ("Failed to validate JSON of #", 667, 0, 0),
                ("max completion tokens reached", 666, 0, 0),
            ],
            report.Passes[0].Groups.Select(group => (group.Message, group.Requests, group.Final, group.Open)).Order()
        );
        var final = Assert.Single(report.Passes[1].Groups);
        Assert.Equal((FailureCode.MaxTokens, 400, 400, 400), (final.Key.Code, final.Requests, final.Final, final.Open));
        Assert.Empty(await runs.Services.GetRequiredService<IRunStore>().ReconcileAsync(LargeRuns.First, Cancellation));
    }

    [Fact]
    public async Task A_run_without_a_plan_and_one_that_is_not_there_have_no_failures()
    {
        Assert.Empty((await runs.Failures.ReadRunAsync(Guid.NewGuid(), Cancellation)).Passes);
    }

    [Fact]
    public async Task Shows_a_few_of_a_group_with_their_messages_and_the_beginning_of_their_answers()
    {
        var group = (await runs.Failures.ReadRunAsync(LargeRuns.First, Cancellation))
            .Passes[0]
            .Groups.Single(group => group.Message == "Failed to validate JSON of #");

        var examples = await runs.Failures.ListExamplesAsync(LargeRuns.First, 1, group.Key, 3, Cancellation);

        Assert.Equal([10L, 50L, 70L], examples.Select(example => example.Number));
        Assert.Equal("Failed to validate JSON of pr-10", examples[0].Message);
        Assert.Equal(
            (FailureExample.AnswerLength, 10_000, 400),
            (examples[0].RawAnswer!.Length, examples[0].RawLength, examples[0].HttpStatus)
        );
    }

    [Theory]
    [InlineData(RequestSelection.All, null, null, 22_000)]
    [InlineData(RequestSelection.Succeeded, null, null, 19_600)]
    [InlineData(RequestSelection.Recovered, null, null, 1_600)]
    [InlineData(RequestSelection.Recovered, 1, null, 0)]
    [InlineData(RequestSelection.Failed, null, null, 2_400)]
    [InlineData(RequestSelection.Failed, 1, null, 2_000)]
    [InlineData(RequestSelection.FinalFailures, null, null, 400)]
    [InlineData(RequestSelection.Open, null, null, 0)]
    [InlineData(RequestSelection.All, null, FailureCode.MaxTokens, 1_066)]
    [InlineData(RequestSelection.FinalFailures, 2, FailureCode.MaxTokens, 400)]
    [InlineData(RequestSelection.Succeeded, null, FailureCode.MaxTokens, 0)]
    public async Task Pages_through_all_that_a_filter_selects_and_no_more(
        RequestSelection selection,
        int? pass,
        FailureCode? code,
        int total
    )
    {
        var query = new RequestListQuery
        {
            RunId = LargeRuns.First,
            Selection = selection,
            Pass = pass,
            Code = code,
            Take = 1_000,
        };
        var seen = new List<RequestCursor>();

        var page = await runs.Reader.ReadAsync(query, Cancellation);
        Assert.Null(page.Previous);
        seen.AddRange(page.Rows.Select(row => row.Cursor));
        while (page.Next is { } next)
        {
            page = await runs.Reader.ReadAsync(query with { After = next }, Cancellation);
            seen.AddRange(page.Rows.Select(row => row.Cursor));
        }

        Assert.Equal((total, total, total), (page.Total, seen.Count, seen.Distinct().Count()));
        Assert.Equal(seen.OrderBy(cursor => cursor.Pass).ThenBy(cursor => cursor.PullRequestId), seen);
    }

    [Fact]
    public async Task Goes_back_to_the_page_it_came_from()
    {
        var query = new RequestListQuery { RunId = LargeRuns.First };
        var first = await runs.Reader.ReadAsync(query, Cancellation);
        var second = await runs.Reader.ReadAsync(query with { After = first.Next }, Cancellation);

        var back = await runs.Reader.ReadAsync(query with { Before = second.Previous }, Cancellation);

        Assert.Equal(first.Rows, back.Rows);
        Assert.Null(back.Previous);
        Assert.Equal(first.Next, back.Next);
        Assert.Equal(51, second.Rows[0].Number);
    }

    [Fact]
    public async Task Counts_what_the_attempts_of_each_took()
    {
        var page = await runs.Reader.ReadAsync(new() { RunId = LargeRuns.First, Take = 10 }, Cancellation);

        Assert.Equal(
            (1, 1_000L, 200L, 0.0003m, false),
            (page.Rows[0].Attempts, page.Rows[0].PromptTokens, page.Rows[0].CompletionTokens, page.Rows[0].Cost, page.Rows[0].IsCostUnknown)
        );
        Assert.Equal(
            (false, FailureCode.JsonValidateFailed, null, true),
            (page.Rows[9].HasSucceeded!.Value, page.Rows[9].Code!.Value, page.Rows[9].Cost, page.Rows[9].IsCostUnknown)
        );
    }

    [Theory]
    [InlineData("#777", 1)] // pass 1: each tenth only is in pass 2
    [InlineData("770", 2)]
    [InlineData("no such title", 0)]
    [InlineData("%", 0)]
    [InlineData("'; drop table groqbatch.requests; --", 0)]
    public async Task Finds_a_number_or_part_of_a_title(string search, int found)
    {
        var rows = new List<RequestListRow>();
        var query = new RequestListQuery { RunId = LargeRuns.First, Search = search };

        var page = await runs.Reader.ReadAsync(query, Cancellation);
        rows.AddRange(page.Rows.Where(row => row.Number < 1_000));
        while (page.Next is { } next)
        {
            page = await runs.Reader.ReadAsync(query with { After = next }, Cancellation);
            rows.AddRange(page.Rows.Where(row => row.Number < 1_000));
        }

        Assert.Equal(found, rows.Count);
    }

    [Fact]
    public async Task A_search_stops_at_its_budget_says_so_and_goes_on_from_there()
    {
        var query = new RequestListQuery { RunId = LargeRuns.First, Search = "a rare TITLE 19999" };

        var first = await runs.Reader.ReadAsync(query, Cancellation);
        Assert.Equal((0, true, new RequestCursor(1, 10_000)), (first.Rows.Count, first.IsUnfinished, first.Next));
        var second = await runs.Reader.ReadAsync(query with { After = first.Next }, Cancellation);
        Assert.Equal(19_999, Assert.Single(second.Rows).Number);
        Assert.True(second.IsUnfinished);
        var third = await runs.Reader.ReadAsync(query with { After = second.Next }, Cancellation);
        Assert.Equal((0, false, null), (third.Rows.Count, third.IsUnfinished, third.Next));
    }

    [Theory]
    [InlineData(RequestSelection.All, null, null, "")]
    [InlineData(RequestSelection.Failed, null, null, "")]
    [InlineData(RequestSelection.FinalFailures, 2, FailureCode.MaxTokens, "")]
    [InlineData(RequestSelection.Open, null, null, "")]
    [InlineData(RequestSelection.All, null, null, "rare")]
    public async Task Scans_neither_pull_requests_nor_the_requests_of_other_runs(
        RequestSelection selection,
        int? pass,
        FailureCode? code,
        string search
    )
    {
        var query = new RequestListQuery
        {
            RunId = LargeRuns.First,
            Selection = selection,
            Pass = pass,
            Code = code,
            Search = search,
            After = new RequestCursor(1, 9_000),
        };

        foreach (
            var sql in Data
                .Runs.RequestListSql.Read(query)
                .Split(";", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        )
        {
            AssertIndexed(await runs.ExplainAsync(sql, Data.Runs.RequestReader.ParametersOf(query)));
        }
    }

    [Fact]
    public async Task Scans_neither_for_groups_nor_for_examples()
    {
        var key = (await runs.Failures.ReadRunAsync(LargeRuns.First, Cancellation)).Passes[0].Groups[0].Key;

        AssertIndexed(await runs.ExplainAsync(Data.FailureGroups.FailureGroupSql.OfRun, new("run", LargeRuns.First), new("most", 500)));
        AssertIndexed(
            await runs.ExplainAsync(
                Data.FailureGroups.FailureGroupSql.Examples,
                new("run", LargeRuns.First),
                new("pass", (short)1),
                new("code", key.Code.ToWire()),
                new("message", key.Message),
                new("take", 5),
                new("answer", 100)
            )
        );
    }

    private static void AssertIndexed(string plan)
    {
        Assert.DoesNotContain("Seq Scan on requests", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on pull_request", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan on attempts", plan, StringComparison.Ordinal);
    }
}
