using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Web.Features.KeptFilters;
using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.KeptFilters;

public sealed class KeptFilterMenuTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Lists_those_of_this_page_with_who_kept_them_and_says_which_is_shown()
    {
        _context.Filters.Add("Cancelled", "runs?state=cancelled");
        _context.Filters.Add("Mine", "runs?who=me");
        _context.Filters.Add("Elsewhere", "failures?since=7d");
        Go("runs?who=me&page=2");

        var menu = _context.Render<KeptFilterMenu>();

        Assert.Equal(["runs?state=cancelled", "runs?who=me"], menu.FindAll("a.kept-name").Select(link => link.GetAttribute("href")));
        Assert.Equal("Mine", menu.Find("a[aria-current]").TextContent);
        Assert.Contains("kept by ada, 1 h ago", Text(menu.Find(".lines li")), StringComparison.Ordinal);
        Assert.Equal("Kept filters2", Text(menu.Find(".kept-open")));
    }

    [Fact]
    public void Keeps_what_is_in_the_address_without_its_place()
    {
        Go("runs?team=cal-com&state=cancelled&page=4&pr=12");
        var menu = _context.Render<KeptFilterMenu>();
        Assert.Contains("None of this page yet.", menu.Markup, StringComparison.Ordinal);

        menu.Find("#kept-new").Input("Cancelled of Cal");
        menu.Find(".kept-keep").Submit();

        Assert.Equal("runs?team=cal-com&state=cancelled", Assert.Single(_context.Filters.All).Address);
        Assert.Equal("Cancelled of Cal is kept.", menu.Find("[role=status]").TextContent);
        Assert.Equal("", menu.Find("#kept-new").GetAttribute("value"));
        Assert.Equal("true", menu.Find("a.kept-name").GetAttribute("aria-current"));
    }

    [Fact]
    public void Says_that_there_is_nothing_to_keep_until_something_is_filtered()
    {
        Go("runs?page=3");
        var menu = _context.Render<KeptFilterMenu>();
        Assert.Contains("Nothing is filtered on this page at the moment.", menu.Markup, StringComparison.Ordinal);

        Go("runs?state=live");

        menu.WaitForAssertion(() => Assert.NotNull(menu.Find("#kept-new")));
    }

    [Fact]
    public void Renames_and_removes_after_asking()
    {
        _context.Filters.Add("Mine", "runs?who=me");
        Go("runs");
        var menu = _context.Render<KeptFilterMenu>();

        menu.Find("[aria-label='Rename Mine']").Click();
        menu.Find(".lines input").Input("Ours");
        menu.Find(".lines form").Submit();
        Assert.Equal("Ours", Assert.Single(_context.Filters.All).Name);
        menu.Find("[aria-label='Remove Ours']").Click();
        Assert.Contains("Remove Ours for everybody?", Text(menu.Find(".lines li")), StringComparison.Ordinal);
        Assert.Single(_context.Filters.All);
        menu.Find(".lines .danger").Click();

        Assert.Empty(_context.Filters.All);
        Assert.Equal("Ours is removed.", menu.Find("[role=status]").TextContent);
    }

    [Fact]
    public void Says_why_it_was_refused_and_keeps_what_was_typed()
    {
        _context.Filters.Add("Mine", "runs?who=me");
        Go("runs?state=live");
        var menu = _context.Render<KeptFilterMenu>();

        menu.Find("#kept-new").Input("Mine");
        menu.Find(".kept-keep").Submit();

        Assert.Equal("Taken.", menu.Find("[role=alert]").TextContent);
        Assert.Equal("Mine", menu.Find("#kept-new").GetAttribute("value"));
    }

    [Fact]
    public void A_list_that_can_not_be_read_is_said_without_secrets()
    {
        _context.Filters.Failure = new InvalidOperationException("Password=secret");
        Go("runs");

        var menu = _context.Render<KeptFilterMenu>();

        Assert.DoesNotContain("secret", menu.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(menu.FindAll("[role=alert]"));
    }

    [Fact]
    public void Who_may_only_look_sees_them_and_changes_nothing()
    {
        _context.Services.AddSingleton<ICurrentActor>(new Looking());
        _context.Filters.Add("Mine", "runs?who=me");
        Go("runs?who=me");

        var menu = _context.Render<KeptFilterMenu>();

        Assert.Single(menu.FindAll("a.kept-name"));
        Assert.Empty(menu.FindAll("form, .icon-btn"));
    }

    [Fact]
    public void Names_are_text()
    {
        _context.Filters.Add("<img src=x onerror=alert(1)>", "runs?who=me");
        Go("runs");

        var menu = _context.Render<KeptFilterMenu>();

        Assert.Empty(menu.FindAll("img"));
        Assert.Contains("&lt;img", menu.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_not_there_on_a_page_without_filters()
    {
        Go("models");

        Assert.Empty(_context.Render<KeptFilterMenu>().Markup.Trim());
    }

    [Fact]
    public async Task Follows_to_another_page_and_stops_listening_when_left()
    {
        _context.Filters.Add("Failed ones", "teams/beta?state=failed");
        Go("teams/acme");
        var menu = _context.Render<KeptFilterMenu>();
        Assert.Empty(menu.FindAll("a.kept-name"));

        Go("teams/beta?q=fix");
        menu.WaitForAssertion(() => Assert.Single(menu.FindAll("a.kept-name")));
        var reads = _context.Filters.Reads;
        await _context.DisposeComponentsAsync();
        Go("teams/acme");

        Assert.Equal(reads, _context.Filters.Reads);
    }

    private void Go(string address) => _context.Services.GetRequiredService<NavigationManager>().NavigateTo(address);

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class Looking : ICurrentActor
    {
        public Task<Actor> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new Actor("vera", Right.View));
    }
}
