using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Pipeline.Tests.Outcomes;

/// <summary>
/// The table "what came back, and what follows", line by line: one run over two rungs and one over a single rung, in which each kind of answer
/// is given to one pull request on the first rung, over real HTTP.
/// </summary>
public sealed class LineAnswerTests(LineAnswerTests.Answered answered) : IClassFixture<LineAnswerTests.Answered>
{
    private const string FirstModel = "openai/gpt-oss-20b";

    [Theory]
    [InlineData(SimulatedAnswer.JsonValidateFailed, "json_validate_failed")]
    [InlineData(SimulatedAnswer.SchemaMismatch, "json_validate_failed")]
    [InlineData(SimulatedAnswer.TokenLimit, "max_tokens")]
    [InlineData(SimulatedAnswer.TokenLimitInMessage, "max_tokens")]
    [InlineData(SimulatedAnswer.FinishLength, "max_tokens")]
    [InlineData(SimulatedAnswer.NullContent, "invalid_json")]
    [InlineData(SimulatedAnswer.EmptyContent, "invalid_json")]
    [InlineData(SimulatedAnswer.NotJson, "invalid_json")]
    [InlineData(SimulatedAnswer.SchemaViolation, "schema_violation")]
    [InlineData(SimulatedAnswer.Contradiction, "schema_violation")]
    public void A_failure_of_content_climbs_at_once(SimulatedAnswer answer, string code)
    {
        var (first, second) = answered.Ladder(answer);

        Assert.Equal(("failed", code, false, 1), (first.Outcome, first.Code, first.IsFinal, first.Attempts));
        Assert.False(string.IsNullOrWhiteSpace(first.Message));
        Assert.Equal(("succeeded", null, 1), (second!.Outcome, second.Code, second.Attempts));
    }

    [Theory]
    [InlineData(SimulatedAnswer.RateLimited)]
    [InlineData(SimulatedAnswer.ServerError)]
    [InlineData(SimulatedAnswer.Unavailable)]
    [InlineData(SimulatedAnswer.InvalidRequest)]
    [InlineData(SimulatedAnswer.NeverRun)]
    public void An_error_of_the_provider_is_tried_once_more_on_its_rung_and_then_climbs(SimulatedAnswer answer)
    {
        var (first, second) = answered.Ladder(answer);

        Assert.Equal(("failed", "api_error", false, 2), (first.Outcome, first.Code, first.IsFinal, first.Attempts));
        Assert.Equal(2, first.Sendings);
        Assert.Equal("succeeded", second!.Outcome);
    }

    [Fact]
    public void An_error_of_the_provider_that_passes_stays_on_its_rung()
    {
        var (first, second) = answered.Passing;

        Assert.Equal(("succeeded", null, 2), (first.Outcome, first.Code, first.Attempts));
        Assert.Null(first.Message);
        Assert.Null(second);
    }

    [Fact]
    public void A_prompt_that_no_rung_has_a_larger_context_for_ends_at_once()
    {
        var (first, second) = answered.Ladder(SimulatedAnswer.ContextLength);

        Assert.Equal(("failed", "context_length", true, 1), (first.Outcome, first.Code, first.IsFinal, first.Attempts));
        Assert.Null(second);
    }

    [Fact]
    public async Task A_prompt_that_a_later_rung_has_a_larger_context_for_climbs_to_it()
    {
        var cancelled = TestContext.Current.CancellationToken;
        const string Larger = "openai/gpt-oss-120b";
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Models.Add(new SimulatedModel { Id = Larger, ContextWindow = 262_144 }),
            new Dictionary<string, string?> { ["Ladder:Rungs:1:Model"] = Larger, [$"Models:Catalogue:{Larger}:ContextTokens"] = "262144" },
            hosts: 0,
            cancellationToken: cancelled
        );
        installation.Simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.AnswerAs,
                Model = FirstModel,
                Answer = SimulatedAnswer.ContextLength,
                CustomIds = ["pr-2"],
            }
        );
        var team = await installation.AddTeamAsync("acme", 3, cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, cancelled);

        var figures = await installation.DriveToEndAsync(run, cancelled);

        Assert.Equal(("Completed", 3, 1, 1), (figures.State, figures.Succeeded, figures.FirstPassFailures, figures.Recovered));
        Assert.Equal(1, figures.FirstPassByCode["context_length"]);
    }

    [Theory]
    [InlineData(SimulatedAnswer.Succeeded)]
    [InlineData(SimulatedAnswer.OverLong)]
    public void A_valid_summary_is_a_success(SimulatedAnswer answer)
    {
        var (first, second) = answered.Ladder(answer);

        Assert.Equal(("succeeded", null, 1), (first.Outcome, first.Code, first.Attempts));
        Assert.Null(second);
    }

    [Theory]
    [InlineData(SimulatedAnswer.JsonValidateFailed, "json_validate_failed", 1)]
    [InlineData(SimulatedAnswer.TokenLimit, "max_tokens", 1)]
    [InlineData(SimulatedAnswer.NullContent, "invalid_json", 1)]
    [InlineData(SimulatedAnswer.Contradiction, "schema_violation", 1)]
    [InlineData(SimulatedAnswer.ContextLength, "context_length", 1)]
    [InlineData(SimulatedAnswer.ServerError, "api_error", 2)]
    public void Without_a_later_rung_the_failure_is_final(SimulatedAnswer answer, string code, int attempts)
    {
        var request = answered.Single(answer);

        Assert.Equal(("failed", code, true, attempts), (request.Outcome, request.Code, request.IsFinal, request.Attempts));
    }

    [Fact]
    public void The_runs_figures_are_those_of_their_rows()
    {
        var ladder = answered.LadderFigures;
        var single = answered.SingleFigures;

        Assert.Equal("CompletedWithFailures", ladder.State);
        Assert.Equal("1 pull request has no summary.", ladder.Reason);
        Assert.Equal((ladder.Selected, 1), (ladder.Succeeded + ladder.FinalFailures, ladder.FinalByCode["context_length"]));
        Assert.Equal(16, ladder.FirstPassFailures);
        Assert.Equal(15, ladder.Recovered);
        Assert.Equal("CompletedWithFailures", single.State);
        Assert.Equal("16 pull requests have no summary.", single.Reason);
        Assert.Equal(single.FirstPassByCode.OrderBy(pair => pair.Key), single.FinalByCode.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Cost_is_booked_once_per_attempt_and_what_is_unknown_is_counted_as_unknown() =>
        Assert.Equal(answered.CostOfRows, answered.CostOfPasses);

    [Fact]
    public void The_answer_is_kept_as_it_came()
    {
        Assert.Contains("failed_generation", answered.RawOf(SimulatedAnswer.TokenLimit), StringComparison.Ordinal);
        Assert.Contains("\"status_code\":429", answered.RawOf(SimulatedAnswer.RateLimited), StringComparison.Ordinal);
    }

    /// <summary>Both runs, taken to their ends once for all tests of this class.</summary>
    public sealed class Answered : IAsyncLifetime
    {
        private static readonly SimulatedAnswer[] Kinds =
        [
            SimulatedAnswer.Succeeded,
            SimulatedAnswer.OverLong,
            SimulatedAnswer.JsonValidateFailed,
            SimulatedAnswer.SchemaMismatch,
            SimulatedAnswer.TokenLimit,
            SimulatedAnswer.TokenLimitInMessage,
            SimulatedAnswer.FinishLength,
            SimulatedAnswer.NullContent,
            SimulatedAnswer.EmptyContent,
            SimulatedAnswer.NotJson,
            SimulatedAnswer.SchemaViolation,
            SimulatedAnswer.Contradiction,
            SimulatedAnswer.ContextLength,
            SimulatedAnswer.RateLimited,
            SimulatedAnswer.ServerError,
            SimulatedAnswer.Unavailable,
            SimulatedAnswer.InvalidRequest,
            SimulatedAnswer.NeverRun,
        ];

        private readonly Dictionary<SimulatedAnswer, string> _raw = [];
        private List<RequestRow> _ladder = [];
        private List<RequestRow> _single = [];
        private long _firstOfSingle;

        internal RunFigures LadderFigures { get; private set; } = null!;
        internal RunFigures SingleFigures { get; private set; } = null!;

        /// <summary>Dollars and unknown attempts, as the attempts' own rows say.</summary>
        internal string CostOfRows { get; private set; } = "";

        /// <summary>The same as the passes say.</summary>
        internal string CostOfPasses { get; private set; } = "";

        /// <summary>One pull request more, which met an error once.</summary>
        internal (RequestRow First, RequestRow? Second) Passing => Rows(_ladder, Kinds.Length + 1);

        internal (RequestRow First, RequestRow? Second) Ladder(SimulatedAnswer answer) => Rows(_ladder, Array.IndexOf(Kinds, answer) + 1);

        internal RequestRow Single(SimulatedAnswer answer) => Rows(_single, _firstOfSingle + Array.IndexOf(Kinds, answer)).First;

        internal string RawOf(SimulatedAnswer answer) => _raw[answer];

        public async ValueTask InitializeAsync()
        {
            var cancelled = TestContext.Current.CancellationToken;
            await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: cancelled);
            var ladder = await installation.AddTeamAsync("ladder", Kinds.Length + 1, cancelled);
            var single = await installation.AddTeamAsync("single", Kinds.Length, cancelled);
            _firstOfSingle = Kinds.Length + 2;
            for (var kind = 0; kind < Kinds.Length; kind++)
            {
                installation.Simulator.AddFault(
                    new Fault
                    {
                        Kind = FaultKind.AnswerAs,
                        Model = FirstModel,
                        Answer = Kinds[kind],
                        CustomIds = [$"pr-{kind + 1}", $"pr-{_firstOfSingle + kind}"],
                    }
                );
            }

            installation.Simulator.AddFault(
                new Fault
                {
                    Kind = FaultKind.AnswerAs,
                    BatchNumber = 1,
                    Answer = SimulatedAnswer.Unavailable,
                    CustomIds = [$"pr-{Kinds.Length + 1}"],
                }
            );

            var withFallback = await installation.StartRunAsync(new StartRun { TeamId = ladder, WithFallback = true }, cancelled);
            LadderFigures = await installation.DriveToEndAsync(withFallback, cancelled);
            var without = await installation.StartRunAsync(new StartRun { TeamId = single }, cancelled);
            SingleFigures = await installation.DriveToEndAsync(without, cancelled);

            _ladder = await installation.RequestsAsync(withFallback, cancelled);
            _single = await installation.RequestsAsync(without, cancelled);
            CostOfRows = await installation.ScalarAsync<string>(
                $"""
                select coalesce(sum(cost), 0)::numeric(18,9) || ' and ' || count(*) filter (where cost is null and attempt.outcome <> 'not_run') || ' unknown'
                from groqbatch.attempts attempt join groqbatch.requests request on request.id = attempt.request_id
                where request.run_id = '{withFallback}'
                """,
                cancelled
            );
            CostOfPasses = await installation.ScalarAsync<string>(
                $"""
                select sum(cost)::numeric(18,9) || ' and ' || sum(unknown_requests) || ' unknown'
                from groqbatch.passes where run_id = '{withFallback}'
                """,
                cancelled
            );
            foreach (var kind in new[] { SimulatedAnswer.TokenLimit, SimulatedAnswer.RateLimited })
            {
                _raw[kind] = await installation.ScalarAsync<string>(
                    $"""
                    select raw_answer from groqbatch.attempts attempt join groqbatch.requests request on request.id = attempt.request_id
                    where request.run_id = '{withFallback}' and pass_ordinal = 1 and pull_request_id = {Array.IndexOf(Kinds, kind) + 1}
                    limit 1
                    """,
                    cancelled
                );
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static (RequestRow First, RequestRow? Second) Rows(List<RequestRow> rows, long pullRequestId) =>
            (
                rows.Single(row => row.Pass == 1 && row.PullRequestId == pullRequestId),
                rows.SingleOrDefault(row => row.Pass == 2 && row.PullRequestId == pullRequestId)
            );
    }
}
