using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Tests.Teams;

public sealed class TeamTests
{
    private static readonly Team Team = new(1, "a", "A", 0.95, IsSample: false);

    [Fact]
    public void Teams_with_the_same_values_are_the_same_however_often_their_ladder_was_read()
    {
        var (one, other) = (
            Team with
            {
                Ladder = ["x", "y"],
            },
            Team with
            {
                Ladder = new List<string> { "x", "y" },
            }
        );

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, Team with { Ladder = ["y", "x"] });
        Assert.NotEqual(one, Team);
    }

    [Fact]
    public void A_ladder_of_its_own_is_named_by_its_team()
    {
        Assert.Null(Team.OwnLadder);
        Assert.Equal(
            ("a", "x y"),
            ((Team with { Ladder = ["x", "y"] }).OwnLadder is { } own ? (own.Team, string.Join(' ', own.Models)) : default)
        );
    }
}
