using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Web.Features.Teams;

namespace GroqBatch.Web.Tests.Teams;

public sealed class TeamViewTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?state=in-flight")]
    [InlineData("?state=failed&repo=acme%2Fapp&month=2026-07&q=fix%20it&older=1764000000000000.5&select=3,12&do=park&until=2025-12")]
    [InlineData("?select=all&do=backfill")]
    [InlineData("?newer=-5.1")]
    public void An_address_survives_reading_and_writing(string query)
    {
        Assert.Equal(query, Read(query).ToQuery());
    }

    [Theory]
    [InlineData("?state=nonsense&month=2026-13&older=x&newer=1&select=a,-1,0&do=explode&until=1800-01")]
    [InlineData("?q=%20%20&repo=%20")]
    public void What_is_not_understood_is_as_it_is_without_it(string query)
    {
        Assert.Equal("", Read(query).ToQuery());
    }

    [Fact]
    public void Other_filters_begin_anew_and_choose_nothing()
    {
        var view = Read("?older=5.1&select=3&do=park&repo=acme%2Fapp");

        Assert.Equal("?state=stale&repo=acme%2Fapp", view.Filtered(old => old with { State = ListedState.Stale }).ToQuery());
    }

    [Fact]
    public void No_more_than_two_hundred_are_chosen_one_by_one()
    {
        var view = new TeamView { Selected = [.. Enumerable.Range(1, PullRequestFilter.MostIds).Select(id => (long)id)] };

        Assert.Equal(PullRequestFilter.MostIds, view.Toggled(999).Selected.Count);
        Assert.Equal(PullRequestFilter.MostIds - 1, view.Toggled(1).Selected.Count);
    }

    [Fact]
    public void All_that_match_is_the_filter_and_the_chosen_ones_are_their_keys()
    {
        var all = Read("?state=failed&repo=acme%2Fapp&select=all").SelectedFilter;
        var some = Read("?state=failed&select=3,5").SelectedFilter;

        Assert.Equal(("failed ones in acme/app", 0), (all.InWords(), all.Ids.Count));
        Assert.Equal([3L, 5L], some.Ids);
        Assert.Empty(some.States);
    }

    [Fact]
    public void What_can_be_sent_is_neither_claimed_nor_empty_and_nothing_is_not_everything()
    {
        Assert.Equal(
            [CoverageState.Pending, CoverageState.Failed, CoverageState.Parked],
            new PullRequestFilter { States = CoverageStates.Missing }
                .Sendable()!
                .States
        );
        Assert.Null(new PullRequestFilter { States = [CoverageState.Excluded] }.Sendable());
    }

    private static TeamView Read(string query)
    {
        var values = System.Web.HttpUtility.ParseQueryString(query);
        return TeamView.Read(
            values["state"],
            values["repo"],
            values["month"],
            values["q"],
            values["older"],
            values["newer"],
            values["select"],
            values["do"],
            values["until"]
        );
    }
}
