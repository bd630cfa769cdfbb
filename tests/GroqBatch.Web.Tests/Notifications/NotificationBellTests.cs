using Bunit;
using GroqBatch.Core.Notifications;
using GroqBatch.Web.Features.Notifications;

namespace GroqBatch.Web.Tests.Notifications;

public sealed class NotificationBellTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_how_many_are_unread_and_what_they_are_in_words()
    {
        _context.Inbox.Add(NotificationKind.RunCompletedWithFailures);
        _context.Inbox.Add(
            NotificationKind.GoalReached,
            "Dub",
            new NotificationFigures
            {
                Covered = 955,
                Eligible = 1_000,
                Goal = 0.95,
            }
        );

        var bell = _context.Render<NotificationBell>();

        Assert.Equal("Notifications, 2 unread", bell.Find("button.bell").GetAttribute("aria-label"));
        var lines = bell.FindAll(".notes > li");
        Assert.Equal(2, lines.Count);
        Assert.Contains("Goal reached", lines[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("unread", lines[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Coverage is 95.5 %: the goal of 95 % is reached.", lines[0].TextContent, StringComparison.Ordinal);
        Assert.Equal("teams/calcom", lines[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("98 of 100 pull requests have a summary; 2 final failures.", lines[1].TextContent, StringComparison.Ordinal);
        Assert.StartsWith("runs/", lines[1].QuerySelector("a")!.GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_what_comes_while_it_is_open_and_says_it_once()
    {
        var bell = _context.Render<NotificationBell>();
        Assert.Equal("Notifications, none unread", bell.Find("button.bell").GetAttribute("aria-label"));

        _context.Inbox.Add(NotificationKind.RunNeedsAttention, reason: "The key was refused.");
        await _context.Feed.SayNotificationsChangedAsync();

        bell.WaitForAssertion(() => Assert.Equal("Notifications, 1 unread", bell.Find("button.bell").GetAttribute("aria-label")));
        Assert.Equal("Needs attention: Cal.com", bell.Find("[role=status]").TextContent);
        Assert.Contains("The key was refused.", bell.Find(".notes").TextContent, StringComparison.Ordinal);

        await _context.Feed.SayNotificationsChangedAsync();

        bell.WaitForAssertion(() => Assert.Equal("", bell.Find("[role=status]").TextContent));
    }

    [Fact]
    public void Marks_all_as_read()
    {
        _context.Inbox.Add(NotificationKind.RunCompleted);
        _context.Inbox.Add(NotificationKind.RunHeld, reason: "Held by ada.");
        var bell = _context.Render<NotificationBell>();

        bell.Find(".notes-bar button").Click();

        bell.WaitForAssertion(() => Assert.Empty(bell.FindAll(".notes > li.unread")));
        Assert.Empty(bell.FindAll(".bell-n"));
        Assert.True(bell.Find(".notes-bar button").HasAttribute("disabled"));
    }

    [Fact]
    public void Marks_the_one_whose_link_is_followed()
    {
        _context.Inbox.Add(NotificationKind.RunCompleted);
        _context.Inbox.Add(NotificationKind.RunCancelled);
        var bell = _context.Render<NotificationBell>();

        bell.Find(".notes > li a").Click();

        bell.WaitForAssertion(() => Assert.Equal("Notifications, 1 unread", bell.Find("button.bell").GetAttribute("aria-label")));
        Assert.False(bell.FindAll(".notes > li")[0].ClassList.Contains("unread"));
    }

    [Fact]
    public void Counts_no_further_than_ninety_nine()
    {
        for (var one = 0; one < 120; one++)
        {
            _context.Inbox.Add(NotificationKind.RunCompleted);
        }

        var bell = _context.Render<NotificationBell>();

        Assert.Equal("99+", bell.Find(".bell-n").TextContent);
        Assert.Equal(50, bell.FindAll(".notes > li").Count);
    }

    [Theory]
    [InlineData("off", true)]
    [InlineData("on", true)]
    [InlineData("denied", false)]
    [InlineData("missing", false)]
    public void Offers_the_browsers_own_notifications_where_there_are_any(string state, bool isOffered)
    {
        _context.JSInterop.SetupModule("./js/notify.js").Setup<string?>("watch", _ => true).SetResult(state);

        var bell = _context.Render<NotificationBell>();

        bell.WaitForAssertion(() => Assert.Equal(isOffered, bell.FindAll("input[data-notify]").Count == 1));
        if (isOffered)
        {
            Assert.Equal(state == "on", bell.Find("input[data-notify]").HasAttribute("checked"));
        }
    }

    [Fact]
    public async Task Has_the_browser_show_what_is_new_and_nothing_that_was_there_before()
    {
        var script = _context.JSInterop.SetupModule("./js/notify.js");
        script.Setup<string?>("watch", _ => true).SetResult("on");
        script.SetupVoid("show", _ => true).SetVoidResult();
        _context.Inbox.Add(NotificationKind.RunCompleted, "Old");
        var bell = _context.Render<NotificationBell>();
        bell.WaitForAssertion(() => Assert.True(bell.Find("input[data-notify]").HasAttribute("checked")));

        _context.Inbox.Add(NotificationKind.RunCompleted, "New");
        await _context.Feed.SayNotificationsChangedAsync();

        bell.WaitForAssertion(() => Assert.Single(script.Invocations["show"]));
        Assert.Equal("Completed: New", script.Invocations["show"][0].Arguments[0]);
    }

    [Fact]
    public void Writes_what_strangers_wrote_as_text()
    {
        _context.Inbox.Add(NotificationKind.RunHeld, "<img src=x onerror=alert(1)>", reason: "<script>alert(1)</script>");

        var bell = _context.Render<NotificationBell>();

        Assert.Empty(bell.FindAll(".notes img, .notes script"));
        Assert.Contains("<script>alert(1)</script>", bell.Find(".note-say").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_listening_when_left()
    {
        _context.Render<NotificationBell>();
        Assert.Equal(1, _context.Feed.Listening);

        await _context.DisposeComponentsAsync();

        Assert.Equal(0, _context.Feed.Listening);
    }
}
