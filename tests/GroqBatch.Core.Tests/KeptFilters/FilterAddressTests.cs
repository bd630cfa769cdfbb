using GroqBatch.Core.KeptFilters;

namespace GroqBatch.Core.Tests.KeptFilters;

/// <summary>What may be kept as a filter's address, and what of it.</summary>
public sealed class FilterAddressTests
{
    [Theory]
    [InlineData("?q=cal&sort=-name&page=3&select=a,b", "?sort=-name&q=cal", "")]
    [InlineData("runs?team=cal-com&state=failures&page=2&pr=12", "runs?team=cal-com&state=failures", "runs")]
    [InlineData("runs?who=me#top", "runs?who=me", "runs")]
    [InlineData(
        "teams/cal-com?state=failed&repo=acme%2Fapp&month=2026-07&q=fix%20it&older=1.5&select=1,2&do=park&until=2026-07",
        "teams/cal-com?state=failed&repo=acme%2Fapp&month=2026-07&q=fix%20it",
        "teams/cal-com"
    )]
    [InlineData(
        "failures?code=max_tokens&model=openai/gpt-oss-20b&since=7d&group=x",
        "failures?model=openai%2Fgpt-oss-20b&code=max_tokens&since=7d",
        "failures"
    )]
    [InlineData("settings?tab=audit&action=run.&older=7", "settings?tab=audit&action=run.", "settings")]
    [InlineData("runs?team=a&team=b", "runs?team=a", "runs")]
    [InlineData("?q=a%26b%3Dc", "?q=a%26b%3Dc", "")]
    [InlineData("?q=a+b", "?q=a%20b", "")]
    public void Keeps_the_filter_of_a_known_page_and_nothing_else(string address, string kept, string page)
    {
        var read = FilterAddress.Read(address);

        Assert.Equal((kept, page), (read.Address, read.Page));
        Assert.Equal(read, FilterAddress.Read(read.Address));
    }

    [Theory]
    [InlineData("https://evil.example/runs?team=a")]
    [InlineData("//evil.example?q=a")]
    [InlineData("/runs?team=a")]
    [InlineData("\\\\evil.example?q=a")]
    [InlineData("javascript:alert(1)?q=a")]
    [InlineData("runs/0198c0de-0000-7000-8000-000000000001?q=a")]
    [InlineData("teams/../runs?team=a")]
    [InlineData("teams/?state=failed")]
    [InlineData("inbox?kind=goal.lost")]
    [InlineData("settings?tab=prompt&actor=mira")]
    [InlineData("settings?actor=mira")]
    public void Refuses_every_other_address(string address)
    {
        var refused = Assert.Throws<InvalidFilterException>(() => FilterAddress.Read(address));

        Assert.Equal("The address is of no page whose filters can be kept.", refused.Message);
        Assert.Null(FilterAddress.TryRead(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?page=3")]
    [InlineData("runs")]
    [InlineData("runs?q=unknown-there")]
    [InlineData("runs?team=")]
    [InlineData("settings?tab=audit")]
    public void Refuses_an_address_in_which_nothing_is_filtered(string address) =>
        Assert.Equal(
            "Nothing is filtered there: choose a filter first.",
            Assert.Throws<InvalidFilterException>(() => FilterAddress.Read(address)).Message
        );

    [Theory]
    [InlineData("runs?team=Not%20A%20Slug", "team")]
    [InlineData("runs?state=%22%3E", "state")]
    [InlineData("runs?who=you", "who")]
    [InlineData("teams/a?month=2026-13", "month")]
    [InlineData("failures?code=nothing", "code")]
    [InlineData("?q=a%00b", "q")]
    [InlineData("?q=a%0Ab", "q")]
    [InlineData("?sort=1%3D1", "sort")]
    public void Refuses_a_value_that_can_not_be_that_filter(string address, string parameter) =>
        Assert.EndsWith(
            $"as {parameter}, which is none.",
            Assert.Throws<InvalidFilterException>(() => FilterAddress.Read(address)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Refuses_what_is_too_long()
    {
        Assert.Contains(
            "at most 2,000",
            Assert.Throws<InvalidFilterException>(() => FilterAddress.Read($"?q={new string('a', 2_000)}")).Message,
            StringComparison.Ordinal
        );
        // 300 characters of three bytes each are 2,700 once they are escaped.
        Assert.Contains(
            "at most 2,000",
            Assert.Throws<InvalidFilterException>(() => FilterAddress.Read($"?q={new string('\u20AC', 300)}")).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidFilterException>(() => FilterAddress.Read($"?q={new string('a', 301)}"));
    }

    [Theory]
    [InlineData("", "Coverage")]
    [InlineData("runs", "Runs")]
    [InlineData("failures", "Failures")]
    [InlineData("settings", "Audit log")]
    [InlineData("teams/cal-com", "Team cal-com")]
    public void Names_its_page(string page, string name) => Assert.Equal(name, FilterAddress.NameOf(page));
}
