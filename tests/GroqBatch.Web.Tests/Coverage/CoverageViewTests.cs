using GroqBatch.Core.Coverage;
using GroqBatch.Web.Features.Coverage;

namespace GroqBatch.Web.Tests.Coverage;

public sealed class CoverageViewTests
{
    [Theory]
    [InlineData(null, null, null, null, "")]
    [InlineData("missing", "", 1, "", "")]
    [InlineData("-missing", null, null, null, "?sort=-missing")]
    [InlineData("name", "a&b", 2, "b,a", "?sort=name&q=a%26b&page=2&select=a,b")]
    [InlineData("-coverage", null, null, null, "?sort=-coverage")]
    [InlineData("nonsense", null, -4, "A B,<x>", "")]
    [InlineData("-nonsense", null, null, null, "")]
    public void Reads_an_address_and_says_the_same_one_again(string? sort, string? search, int? page, string? selected, string address) =>
        Assert.Equal(address, CoverageView.Read(sort, search, page, selected).ToAddress());

    [Fact]
    public void Turns_a_column_round_that_is_sorted_by_already()
    {
        var view = new CoverageView { Page = 3 };

        Assert.Equal("?sort=-missing", view.SortedBy(CoverageSort.Missing).ToAddress());
        Assert.Equal("", view.SortedBy(CoverageSort.Missing).SortedBy(CoverageSort.Missing).ToAddress());
        Assert.Equal("?sort=failed", view.SortedBy(CoverageSort.Failed).ToAddress());
        Assert.False(view.SortedBy(CoverageSort.Name).IsDescending);
    }

    [Fact]
    public void Takes_a_team_into_the_selection_and_out_of_it()
    {
        var view = new CoverageView().Toggled("b").Toggled("a");

        Assert.Equal(["a", "b"], view.Selected);
        Assert.Equal(["b"], view.Toggled("a").Selected);
    }

    [Fact]
    public void Asks_for_the_page_it_shows()
    {
        var query = new CoverageView { Page = 3, Search = "cal" }.ToQuery("groq");

        Assert.Equal((50, 25, "cal", "groq"), (query.Skip, query.Take, query.Search, query.Provider));
    }
}
