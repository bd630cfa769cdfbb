using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Runs;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>"Antiwork is at 94 %, why, and bring it to 95 %": as docs/below-goal.md tells it, whose pictures are taken here.</summary>
public sealed partial class BelowGoalTests
{
    private const int Failing = 230;
    private const int MostClicks = 8;

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Somebody_who_is_new_finds_out_why_a_team_is_below_its_goal_and_brings_it_there_in_eight_clicks()
    {
        await Chromium.RequireAsync();
        await using var database = new SampleDatabase();
        await database.InitializeAsync();
        await using var dashboard = await DashboardProcess.StartAsync(
            database.ConnectionString,
            ("Pipeline__PollInterval", "00:00:00.300"),
            ("Pipeline__FirstMinutePollInterval", "00:00:00.300"),
            ("Simulator__Fast", "true"),
            ("Simulator__Faults__0__Id", "weak"),
            ("Simulator__Faults__0__Kind", "AnswerAs"),
            ("Simulator__Faults__0__Model", "openai/gpt-oss-20b"),
            ("Simulator__Faults__0__Answer", "JsonValidateFailed"),
            ("Simulator__Faults__0__Share", "0.25"),
            ("Simulator__Faults__1__Id", "strong"),
            ("Simulator__Faults__1__Kind", "AnswerAs"),
            ("Simulator__Faults__1__Model", "openai/gpt-oss-120b"),
            ("Simulator__Faults__1__Answer", "JsonValidateFailed"),
            ("Simulator__Faults__1__Count", $"{Failing}")
        );
        await Starter.EndAsync(database, await Starter.StartAsync(dashboard, database.ConnectionString, "sample-antiwork", 10_000));
        await using var session = await BrowserSession.SignInAsync(dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("/");
        await HealAsync(page);
        var clicks = 0;

        await ShowAsync("1-coverage");
        await ClickAsync(page.GetByRole(AriaRole.Link, new() { Name = "Antiwork (sample)" }));
        await Assertions.Expect(page.GetByText("94.").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("table.prs")).ToBeVisibleAsync();
        await ShowAsync("2-team");
        await ClickAsync(
            page.GetByRole(AriaRole.Navigation, new() { Name = "State" }).GetByRole(AriaRole.Link, new() { NameRegex = Failed() })
        );
        await Assertions.Expect(page.Locator("table.prs")).ToContainTextAsync("json_validate_failed");
        await ClickAsync(page.GetByRole(AriaRole.Link, new() { Name = "Why: by code and message" }));
        await Assertions.Expect(page.Locator("table.f-all")).ToBeVisibleAsync();
        await ShowAsync("3-failures");
        await ClickAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = Open() }).First);
        await Assertions.Expect(page.Locator(".example").First).ToBeVisibleAsync();
        await ShowAsync("4-group");
        await ClickAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = Words.RetryThese() }));
        await ClickAsync(page.GetByLabel("Begin on the last model of the ladder"));
        await ShowAsync("5-retry");
        await ClickAsync(page.GetByRole(AriaRole.Button, new() { NameRegex = Words.SendAgain() }));
        await ClickAsync(page.Locator(".f-note a").First);
        await Assertions.Expect(page.GetByTestId("state")).ToHaveTextAsync(Words.Ended(), new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByText("failures of earlier runs, without fallback")).ToBeVisibleAsync();
        await ShowAsync("6-run");

        Assert.True(clicks <= MostClicks, $"It took {clicks} clicks.");
        await session.GoToAsync("/");
        await Assertions
            .Expect(page.Locator("table.teams tbody tr").Filter(new() { Has = page.Locator("a[href='teams/sample-antiwork']") }))
            .ToContainTextAsync("goal reached");

        async Task ClickAsync(ILocator target)
        {
            await target.ClickAsync();
            clicks++;
        }

        async Task ShowAsync(string name)
        {
            await session.WaitUntilReadyAsync();
            await Screenshots.TakeAsync(page, $"below-goal-{name}", session.What);
        }
    }

    /// <summary>Whatever made the models fail is over, as it would be after a bad hour at the provider.</summary>
    private static async Task HealAsync(IPage page)
    {
        var simulator = Address().Match(await page.Locator(".frame:not(.boot-frame) .top").InnerTextAsync()).Value;
        Assert.NotEmpty(simulator);
        using var client = new HttpClient();
        using var done = await client.DeleteAsync(new Uri($"http://{simulator}/_simulator/faults"), TestContext.Current.CancellationToken);
        done.EnsureSuccessStatusCode();
    }

    [GeneratedRegex(@"127\.0\.0\.1:[0-9]+", RegexOptions.None, 1_000)]
    private static partial Regex Address();

    [GeneratedRegex("^Failed", RegexOptions.None, 1_000)]
    private static partial Regex Failed();

    [GeneratedRegex("^Open json_validate_failed", RegexOptions.None, 1_000)]
    private static partial Regex Open();
}
