using System.Text;
using System.Text.RegularExpressions;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.TeamComparisons;

/// <summary>Teams beside each other, and a team on paper, in a browser.</summary>
[Collection<Strangers>]
public sealed class CompareAndReportTests(ComparedDashboard compared)
{
    private const string Comparison = "/teams/compare?team=sample-calcom&team=acme&team=hostile&team=sample-posthog&team=sample-antiwork";

    /// <summary>A sheet without its margins, in pixels of 1/96 of an inch: A4 and Letter.</summary>
    private static readonly (string Format, int Width)[] Papers = [("A4", 688), ("Letter", 710)];

    [Fact]
    [Trait("Screenshots", "yes")]
    public async Task Both_pages_are_sound_in_both_themes_wide_and_narrow_and_on_paper()
    {
        await using var session = await BrowserSession.SignInAsync(compared.Dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        await session.Context.AddInitScriptAsync("window.trapped = []; window.trap = what => window.trapped.push(String(what));");
        await session.GoToAsync(Comparison);
        await Assertions.Expect(page.Locator("table.cmp thead .team-name")).ToHaveCountAsync(5);
        await session.AssertSoundInEveryLookAsync("compare");
        await page.Locator("svg.line").ScrollIntoViewIfNeededAsync();
        await Screenshots.TakeAsync(page, "compare-trend", session.What);

        foreach (var team in new[] { "acme", "hostile" })
        {
            await session.GoToAsync($"/teams/{team}/report");
            await Assertions.Expect(page.GetByTestId("sentence")).ToBeVisibleAsync();
            await session.AssertSoundInEveryLookAsync($"report-{team}");
        }

        // Dark: paper is white all the same.
        foreach (var team in new[] { "acme", "hostile", "sample-calcom" })
        {
            await page.EmulateMediaAsync(new() { Media = Media.Screen, ColorScheme = ColorScheme.Dark });
            await page.SetViewportSizeAsync(1440, 1000);
            await session.GoToAsync($"/teams/{team}/report");
            foreach (var (format, width) in Papers)
            {
                await AssertPrintsAsync(page, $"{team}-{format}", format, width);
            }
        }

        Assert.Empty(await page.EvaluateAsync<string[]>("window.trapped"));
    }

    [Fact]
    public async Task Teams_are_chosen_compared_looked_behind_and_reported_on()
    {
        await using var session = await BrowserSession.SignInAsync(compared.Dashboard, new Look(false, 1440), isItsOwn: true);
        var page = session.Page;
        await session.Context.AddInitScriptAsync("window.printed = 0; window.print = () => { window.printed++; };");
        await session.GoToAsync("/");

        await page.GetByLabel("Select Acme", new() { Exact = true }).CheckAsync();
        await Assertions.Expect(page.GetByText("1 selected")).ToBeVisibleAsync();
        await page.Locator("input[aria-label^='Select'][aria-label*='al.com']").CheckAsync();
        await Assertions.Expect(page.GetByText("2 selected")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync("/teams/compare?team=acme&team=sample-calcom");
        await Assertions.Expect(page.Locator("table.cmp thead .team-name")).ToHaveCountAsync(2);

        // A third one, by the keyboard alone: the focus is on the title of the page that has been come to.
        await Assertions.Expect(page.Locator("main h1")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Searchbox).FocusAsync();
        await page.Keyboard.TypeAsync("posth");
        await Assertions.Expect(page.Locator(".cmp-found button")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("table.cmp thead .team-name")).ToHaveCountAsync(3);
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await page.ReloadAsync();
        await session.WaitUntilReadyAsync();
        await Assertions.Expect(page).ToHaveURLAsync("/teams/compare?team=acme&team=sample-calcom&team=sample-posthog");
        await Assertions.Expect(page.Locator("table.cmp thead .team-name")).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Button, new() { NameRegex = Pattern("^Remove .*os.*og") }).ClickAsync();
        await Assertions.Expect(page.Locator("table.cmp thead .team-name")).ToHaveCountAsync(2);

        // The figure is that of the rows, and they are behind it.
        var failed = await compared.ScalarAsync<long>(
            "select count(*) from groqbatch.pull_request_states where provider = 'simulator' and team_id = 900 and state = 'failed'"
        );
        var row = page.GetByRole(AriaRole.Row)
            .Filter(new() { Has = page.GetByRole(AriaRole.Rowheader, new() { Name = "Failed", Exact = true }) });
        await Assertions
            .Expect(row.Locator("td").First)
            .ToHaveTextAsync(failed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await row.Locator("td").First.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator(".tbl-foot").First).ToContainTextAsync($"{failed} pull requests");

        await page.GetByRole(AriaRole.Link, new() { Name = "Report", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByTestId("sentence")).ToContainTextAsync("Acme is at");
        await page.GetByRole(AriaRole.Button, new() { Name = "Print", Exact = true }).ClickAsync();
        await page.WaitForFunctionAsync("() => window.printed === 1");
        await session.AssertSoundAsync();
    }

    private static async Task AssertPrintsAsync(IPage page, string name, string format, int width)
    {
        await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        await page.SetViewportSizeAsync(width, 1000);
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("rgb(0, 0, 0)", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.report h1')).color"));
        Assert.Empty(
            await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('.rail, .top, .bottom, button, .btn, .as-table, .tip')].filter(one => one.getClientRects().length > 0).map(one => one.outerHTML.slice(0, 200))"
            )
        );
        Assert.Empty(
            await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('.report, .report *')].filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !one.closest('.vh')).map(one => one.outerHTML.slice(0, 200))"
            )
        );
        // Only its own address stands on it: links are printed as their words.
        Assert.Equal(
            0,
            await page.EvaluateAsync<int>(
                "[...document.querySelectorAll('.report a')].filter(one => !['none', 'normal'].includes(getComputedStyle(one, '::after').content)).length"
            )
        );
        await Screenshots.TakeAsync(page, "paper", name);

        var pdf = await page.PdfAsync(new() { Format = format, PrintBackground = false });

        var pages = Pattern(@"/Type\s*/Page\b(?!s)").Count(Encoding.Latin1.GetString(pdf));
        Assert.InRange(pages, 1, 12);
        if (Environment.GetEnvironmentVariable(Screenshots.Variable) is { Length: > 0 } folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"paper-{name}.pdf"), pdf, TestContext.Current.CancellationToken);
        }
    }

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(5));
}
