using GroqBatch.Web.Features.TeamComparisons;

namespace GroqBatch.Web.Tests.TeamComparisons;

public sealed class CompareViewTests
{
    [Fact]
    public void Reads_each_team_once_in_the_order_of_the_address_and_no_more_than_there_is_room_for()
    {
        Assert.Equal(["b", "a"], CompareView.Read(["b", "a", "b", "<script>", "A B", ""]).Slugs);
        Assert.Equal(["a", "b", "c", "d", "e", "f"], CompareView.Read(["a", "b", "c", "d", "e", "f", "g"]).Slugs);
        Assert.Empty(CompareView.Read(null).Slugs);
    }

    [Fact]
    public void Is_the_same_after_the_way_through_an_address()
    {
        var view = CompareView.Read(["cal-com", "antiwork"]);

        Assert.Equal("teams/compare?team=cal-com&team=antiwork", view.ToAddress());
        Assert.Equal(view, CompareView.Read(["cal-com", "antiwork"]));
        Assert.NotEqual(view, CompareView.Read(["antiwork", "cal-com"]));
        Assert.Equal("teams/compare", CompareView.Read([]).ToAddress());
    }

    [Fact]
    public void Takes_teams_in_and_out()
    {
        var view = CompareView.Read(["a", "b", "c", "d", "e"]);

        Assert.Equal(["a", "b", "c", "d", "e", "f"], view.With("f").Slugs);
        Assert.Equal(view, view.With("a"));
        Assert.Equal(view.With("f"), view.With("f").With("g"));
        Assert.Equal(["a", "c", "d", "e"], view.Without("b").Slugs);
    }
}
