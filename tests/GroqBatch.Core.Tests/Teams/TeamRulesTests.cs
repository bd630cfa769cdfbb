using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Tests.Teams;

public sealed class TeamRulesTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("cal-com", true)]
    [InlineData("0-9", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("Cal", false)]
    [InlineData("cal.com", false)]
    [InlineData("cal com", false)]
    [InlineData("cäl", false)]
    [InlineData("a\n", false)]
    public void A_slug_is_lower_case_letters_digits_and_hyphens(string text, bool isSlug) => Assert.Equal(isSlug, TeamRules.IsSlug(text));

    [Fact]
    public void A_slug_has_at_most_63_characters()
    {
        Assert.True(TeamRules.IsSlug(new string('a', 63)));
        Assert.False(TeamRules.IsSlug(new string('a', 64)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(-0.1, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    [InlineData(1.000001, false)]
    [InlineData(95, false)]
    [InlineData(1, true)]
    [InlineData(0.0001, true)]
    public void A_goal_is_a_share_above_0(double goal, bool isGoal) => Assert.Equal(isGoal, TeamRules.IsGoal(goal));

    [Fact]
    public void Every_mistake_is_told_with_what_was_expected()
    {
        var mistakes = TeamRules.Check("Nö", " ", 95);

        Assert.Equal(3, mistakes.Count);
        Assert.All(mistakes, mistake => Assert.Contains("expected", mistake));
        Assert.Empty(TeamRules.Check("cal", "Cal", 0.95));
        Assert.Empty(TeamRules.Check(null, null, null));
    }
}
