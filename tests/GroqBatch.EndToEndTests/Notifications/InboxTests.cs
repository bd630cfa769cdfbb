using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Runs;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Notifications;

/// <summary>What happened while one was away, in a browser.</summary>
[Collection<Writers>]
public sealed class InboxTests(SampleDashboard sample)
{
    [Fact]
    public async Task A_run_that_ends_appears_unread_is_opened_and_the_rest_is_marked_read()
    {
        // What ends from now on is news to who comes now.
        await Starter.EndAsync(sample.Database);
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "away");
        var page = session.Page;
        var bell = page.Locator("button.bell");
        await session.GoToAsync("/");
        await Assertions.Expect(bell).ToHaveAttributeAsync("aria-label", "Notifications, none unread");

        var run = await Starter.StartAsync(sample.Dashboard, sample.Database.ConnectionString, "sample-antiwork", 5);
        await Assertions.Expect(bell).ToHaveAttributeAsync("aria-label", "Notifications, 1 unread", new() { Timeout = 60_000 });
        await Starter.StartAsync(sample.Dashboard, sample.Database.ConnectionString, "sample-posthog", 5);
        await Assertions.Expect(bell).ToHaveAttributeAsync("aria-label", "Notifications, 2 unread", new() { Timeout = 60_000 });

        // All of it by keyboard.
        await bell.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var panel = page.Locator("#notifications");
        await Assertions.Expect(panel).ToBeVisibleAsync();
        await session.AssertSoundAsync();
        var link = panel.Locator($"a[href='runs/{run}']");
        await link.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/runs/{run}");
        await Assertions.Expect(panel).ToBeHiddenAsync();
        await Assertions.Expect(bell).ToHaveAttributeAsync("aria-label", "Notifications, 1 unread");

        await session.GoToAsync("/inbox");
        await page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Mark all as read" }).ClickAsync();
        await Assertions.Expect(bell).ToHaveAttributeAsync("aria-label", "Notifications, none unread");
        await Assertions.Expect(page.Locator("main .notes > li.unread")).ToHaveCountAsync(0);

        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();
        await Assertions.Expect(bell).ToHaveAttributeAsync("aria-label", "Notifications, none unread");
    }

    [Fact]
    public async Task The_browser_shows_what_is_new_once_its_reader_has_chosen_so()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(true, 1440), "ben", isItsOwn: true);
        var page = session.Page;
        // A browser without a head refuses by itself: one that asks stands in its place.
        await page.AddInitScriptAsync(
            """
            window.shown = [];
            window.Notification = class {
                static permission = 'default';
                static async requestPermission() { window.asked = (window.asked || 0) + 1; this.permission = 'granted'; return 'granted'; }
                constructor(title, options) { window.shown.push(title + '|' + options.body); }
            };
            """
        );
        await session.GoToAsync("/");
        Assert.Null(await page.EvaluateAsync<int?>("() => window.asked ?? null"));

        await page.Locator("button.bell").ClickAsync();
        await page.GetByRole(AriaRole.Switch).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Switch)).ToBeCheckedAsync();
        Assert.Equal(1, await page.EvaluateAsync<int>("() => window.asked"));

        await Starter.StartAsync(sample.Dashboard, sample.Database.ConnectionString, "sample-calcom", 3);
        await page.WaitForFunctionAsync(
            "() => window.shown.some(one => one.includes('pull requests have a summary'))",
            null,
            new() { Timeout = 60_000 }
        );
        await session.AssertSoundAsync();
    }

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440), "looker");
        await WriteSomeOfEachAsync();

        await session.GoToAsync("/inbox");
        await session.AssertSoundInEveryLookAsync("inbox");

        await session.Page.Locator("button.bell").ClickAsync();
        await Assertions.Expect(session.Page.Locator("#notifications")).ToBeVisibleAsync();
        await session.AssertSoundInEveryLookAsync("notifications");

        await session.GoToAsync("/inbox?kind=goal.lost");
        await session.AssertSoundInEveryLookAsync();
    }

    private async Task WriteSomeOfEachAsync()
    {
        await using var command = sample.Database.DataSource.CreateCommand(
            """
            insert into groqbatch.notifications (kind, provider, team_id, run_id, actor, reason, figures, dedupe_key, at)
            select kind, 'simulator', team.id, case when kind like 'Goal%' then null else run.id end, 'pipeline', reason, figures::jsonb,
                   gen_random_uuid()::text, clock_timestamp()
            from (values
                ('RunCompleted', 'Every request has its final outcome.', '{"selected":4147,"succeeded":4147}'),
                ('RunCompletedWithFailures', 'Every request has its final outcome.', '{"selected":3083,"succeeded":3079}'),
                ('RunHeld', 'The canary failed 14 of 50: more than 10 % may not.', '{}'),
                ('RunNeedsAttention', 'The provider refused the key (401). Mend it, then resume.', '{}'),
                ('RunCancelled', 'Cancelled by ada.', '{"selected":600,"succeeded":212}'),
                ('GoalReached', null, '{"covered":5241,"eligible":5515,"goal":0.95}'),
                ('GoalLost', null, '{"covered":5230,"eligible":5515,"goal":0.95}'),
                ('OutOfLimits', null, '{"model":"openai/gpt-oss-20b","pass":1,"failed":578,"requests":1000,"low":0.012,"high":0.063}')
            ) written (kind, reason, figures)
            cross join lateral (select id from groqbatch.teams where slug = 'sample-calcom') team
            cross join lateral (select id from groqbatch.runs where team_id = team.id order by created_at limit 1) run
            """
        );
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
