using Bunit;
using GroqBatch.Core.Notifications;
using GroqBatch.Web.Features.Notifications;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Notifications;

public sealed class InboxPageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Shows_one_kind_as_its_address_says()
    {
        _context.Inbox.Add(NotificationKind.RunCompleted, "Cal.com");
        _context.Inbox.Add(NotificationKind.RunHeld, "Dub", reason: "Held by ada.");
        Go("inbox?kind=run.held");

        var page = _context.Render<InboxPage>();

        var line = Assert.Single(page.FindAll(".notes > li"));
        Assert.Contains("Dub", line.TextContent, StringComparison.Ordinal);
        Assert.Contains("Show all", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Goes_on_to_what_is_older()
    {
        for (var one = 1; one <= 60; one++)
        {
            _context.Inbox.Add(NotificationKind.RunCompleted, $"Team {one}");
        }

        var page = _context.Render<InboxPage>();
        Assert.Equal("inbox?older=11", page.Find(".tbl-foot .pg a").GetAttribute("href"));

        Go("inbox?older=11");

        page.WaitForAssertion(() => Assert.Equal(10, page.FindAll(".notes > li").Count));
        Assert.Equal("Newest", page.Find(".tbl-foot .pg a").TextContent);
    }

    [Fact]
    public void Says_what_will_stand_there_while_it_is_empty() =>
        Assert.Contains("when a team reaches or loses its goal", _context.Render<InboxPage>().Markup, StringComparison.Ordinal);

    [Fact]
    public void Says_what_went_wrong_and_tries_again()
    {
        _context.Inbox.Failure = new TimeoutException("no connection");
        _context.Inbox.Add(NotificationKind.RunCompleted, "Cal.com");
        var page = _context.Render<InboxPage>();
        Assert.Contains("Notifications could not be read", page.Markup, StringComparison.Ordinal);

        _context.Inbox.Failure = null;
        page.Find("button").Click();

        page.WaitForAssertion(() => Assert.Single(page.FindAll(".notes > li")));
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Render<InboxPage>();
        Assert.Equal(1, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }

    private void Go(string address) => _context.Services.GetRequiredService<NavigationManager>().NavigateTo(address);
}
