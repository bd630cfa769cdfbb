using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Runs;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Connection;

/// <summary>A page that stays open while its connection, or its server, goes away.</summary>
[Collection<SlowRuns>]
public sealed class ReconnectTests(SlowDashboard slow)
{
    [Fact]
    public async Task Comes_back_to_the_same_view_after_a_lost_connection_and_after_a_killed_server()
    {
        var dashboard = slow.Dashboard;
        await using var session = await BrowserSession.SignInAsync(dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        var bar = page.Locator("#components-reconnect-modal");
        IWebSocketRoute? connection = null;
        await page.RouteWebSocketAsync(
            "**/_blazor**",
            route =>
            {
                connection = route;
                route.ConnectToServer();
            }
        );
        await session.GoToAsync("/?sort=name&q=post");
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await Assertions.Expect(bar).ToBeHiddenAsync();
        session.MayLoseConnection = true;

        // The network goes and comes: the same page, not a new one.
        await page.EvaluateAsync("window.stays = true");
        await session.Context.SetOfflineAsync(true);
        await connection!.CloseAsync();
        await Assertions.Expect(bar).ToBeVisibleAsync();
        await session.Context.SetOfflineAsync(false);
        await Assertions.Expect(bar).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Searchbox).FillAsync("anti");
        await page.WaitForURLAsync("**/?sort=name&q=anti");
        Assert.True(await page.EvaluateAsync<bool>("window.stays === true"));

        // The server dies and another takes its place: the same address, still signed in.
        await dashboard.KillAsync();
        await Assertions.Expect(bar).ToBeVisibleAsync();
        await dashboard.StartAsync();
        await page.WaitForFunctionAsync("() => window.stays === undefined", null, new() { Timeout = 30_000 });
        await session.WaitUntilReadyAsync();

        Assert.EndsWith("/?sort=name&q=anti", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("anti");
    }
}
