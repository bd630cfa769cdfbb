using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Tests.Outcomes;

public sealed class ConsequenceTests
{
    private static readonly Ladder Ladder = new([Rung(1, 100), Rung(2, 100), Rung(3, 200)]);

    // Code; the first attempt on rung 1; the second; the first attempt on the last rung; the second.
    // -> = same rung, a number = that rung, final, attention.
    public static TheoryData<FailureCode, string, string, string, string> Table { get; } =
        new()
        {
            { FailureCode.JsonValidateFailed, "2", "2", "final", "final" },
            { FailureCode.MaxTokens, "2", "2", "final", "final" },
            { FailureCode.InvalidJson, "2", "2", "final", "final" },
            { FailureCode.SchemaViolation, "2", "2", "final", "final" },
            { FailureCode.ContextLength, "3", "3", "final", "final" },
            { FailureCode.ApiError, "->", "2", "->", "final" },
            { FailureCode.Expired, "->", "2", "->", "final" },
            { FailureCode.Unanswered, "->", "2", "->", "final" },
            { FailureCode.Lost, "->", "attention", "->", "attention" },
            { FailureCode.BatchRejected, "final", "final", "final", "final" },
            { FailureCode.Cancelled, "final", "final", "final", "final" },
            { FailureCode.NotSent, "final", "final", "final", "final" },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public void What_follows_is_the_table(FailureCode code, string first, string second, string lastRungFirst, string lastRungSecond)
    {
        Assert.Equal(first, Of(code, rung: 1, attempts: 1));
        Assert.Equal(second, Of(code, rung: 1, attempts: 2));
        Assert.Equal(lastRungFirst, Of(code, rung: 3, attempts: 1));
        Assert.Equal(lastRungSecond, Of(code, rung: 3, attempts: 2));
    }

    [Fact]
    public void The_table_has_every_code() =>
        Assert.Equal(Enum.GetValues<FailureCode>().Order(), Table.Select(row => row.Data.Item1).Order());

    [Fact]
    public void A_single_attempt_per_rung_climbs_at_once()
    {
        Assert.Equal("2", Of(FailureCode.Expired, rung: 1, attempts: 1, max: 1));
        Assert.Equal("attention", Of(FailureCode.Lost, rung: 1, attempts: 1, max: 1));
    }

    [Fact]
    public void More_attempts_per_rung_are_used_up_first()
    {
        Assert.Equal("->", Of(FailureCode.ApiError, rung: 1, attempts: 2, max: 3));
        Assert.Equal("2", Of(FailureCode.ApiError, rung: 1, attempts: 3, max: 3));
    }

    [Fact]
    public void Without_fallback_a_failure_of_content_is_final()
    {
        var alone = Ladder.WithoutFallback();

        Assert.Equal(Consequence.Final, Consequence.Of(FailureCode.MaxTokens, alone.Rungs[0], 1, 2, alone));
        Assert.Equal(Consequence.Final, Consequence.Of(FailureCode.ContextLength, alone.Rungs[0], 1, 2, alone));
    }

    [Fact]
    public void Too_long_a_prompt_never_goes_to_an_equal_or_smaller_context()
    {
        var ladder = new Ladder([Rung(1, 100), Rung(2, 50), Rung(3, 100), Rung(4, 101)]);

        Assert.Equal(Consequence.NextRung(4), Consequence.Of(FailureCode.ContextLength, ladder.Rungs[0], 1, 2, ladder));
        Assert.Equal(Consequence.NextRung(3), Consequence.Of(FailureCode.ContextLength, ladder.Rungs[1], 1, 2, ladder));
    }

    [Fact]
    public void A_limit_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Consequence.Of(FailureCode.Expired, Ladder.Rungs[0], 1, 0, Ladder));

    private static string Of(FailureCode code, int rung, int attempts, int max = 2)
    {
        var consequence = Consequence.Of(code, Ladder.Rungs[rung - 1], attempts, max, Ladder);
        return consequence.Kind switch
        {
            ConsequenceKind.SameRung => "->",
            ConsequenceKind.NextRung => $"{consequence.Rung}",
            ConsequenceKind.Final => "final",
            ConsequenceKind.Attention => "attention",
            _ => "?",
        };
    }

    private static Rung Rung(int ordinal, int context) =>
        new()
        {
            Ordinal = ordinal,
            Model = $"model-{ordinal}",
            ResponseFormat = ResponseFormat.JsonObject,
            MaxCompletionTokens = 10,
            ContextTokens = context,
        };
}
