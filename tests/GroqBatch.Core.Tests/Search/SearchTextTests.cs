using GroqBatch.Core.Search;

namespace GroqBatch.Core.Tests.Search;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("4711", 4711L, null)]
    [InlineData("#4711", 4711L, null)]
    [InlineData("PR 4711", 4711L, null)]
    [InlineData("pull request #4711", 4711L, null)]
    [InlineData("acme/web.app#12", 12L, "acme/web.app")]
    [InlineData("https://github.com/acme/web.app/pull/12", 12L, "acme/web.app")]
    [InlineData("https://github.com/acme/web.app/pull/12/files?w=1", 12L, "acme/web.app")]
    [InlineData("github.com/acme/app/pulls/12#discussion_r1", 12L, "acme/app")]
    [InlineData("https://gitlab.com/acme/app/-/merge_requests/3", 3L, "acme/app")]
    [InlineData("fix 4711", null, null)]
    [InlineData("12345678901234567890", null, null)]
    [InlineData("acme/app", null, null)]
    public void Reads_what_names_a_pull_request(string typed, long? number, string? repository)
    {
        var text = SearchText.Read(typed);

        Assert.Equal((number, repository), (text.Number, text.Repository));
    }

    [Theory]
    [InlineData("0199a3f2", "0199a3f2")]
    [InlineData("run 0199a3f2-71c4", "0199a3f2-71c4")]
    [InlineData("Batch batch_01jx", "batch_01jx")]
    [InlineData("two words", null)]
    public void Reads_what_may_be_an_id(string typed, string? id) => Assert.Equal(id, SearchText.Read(typed).Id);

    [Fact]
    public void Reads_the_custom_id_of_a_request()
    {
        Assert.Equal(26313, SearchText.Read("PR-26313").PullRequestId);
        Assert.Null(SearchText.Read("PR-26313").Number);
        Assert.Null(SearchText.Read("pr-x").PullRequestId);
    }

    [Fact]
    public void Takes_whatever_is_pasted()
    {
        Assert.Equal("", SearchText.Read(null).Text);
        Assert.Equal("", SearchText.Read(" \t ").Text);
        Assert.Equal("ab", SearchText.Read(" a\0b ").Text);
        Assert.Equal(SearchText.MaxLength, SearchText.Read(new string('x', 100_000)).Text.Length);
    }
}
