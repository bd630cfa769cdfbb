using GroqBatch.Testing.Browsers;
using Microsoft.Playwright;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>Real browser pages that note by their own clock, which is this machine's, when they show a count.</summary>
internal sealed class BrowserPages : IAsyncDisposable
{
    private const string Watch = """
        window.shown = [];
        let last = 0;
        new MutationObserver(() => {
            const main = document.querySelector('.frame:not(.boot-frame) main');
            const texts = main && document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
            while (texts?.nextNode()) {
                for (const text of texts.currentNode.data.match(/(?<![\d,.])1\d\d,\d{3}(?![\d,.])/g) || []) {
                    const count = Number(text.replace(',', ''));
                    if (count > last) { last = count; window.shown.push([count, performance.timeOrigin + performance.now()]); }
                }
            }
        }).observe(document, { childList: true, subtree: true, characterData: true });
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<IPage> _pages = [];

    private BrowserPages(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Opens pages; null where there is no Chromium.</summary>
    public static async Task<BrowserPages?> OpenAsync(string link, IEnumerable<Uri> addresses)
    {
        if (ChromiumFile.Path is null)
        {
            return null;
        }

        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = ChromiumFile.Path, Args = ["--no-sandbox", "--disable-gpu"] }
        );
        var pages = new BrowserPages(playwright, browser);
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { Locale = "en-GB" });
        var first = await context.NewPageAsync();
        await first.GotoAsync(link);
        await first.GetByLabel("Name").FillAsync("browser");
        await first.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await first.WaitForSelectorAsync(".frame:not(.boot-frame) main h1", new() { State = WaitForSelectorState.Attached });
        await first.CloseAsync();
        foreach (var address in addresses)
        {
            var page = await context.NewPageAsync();
            await page.AddInitScriptAsync(Watch);
            await page.GotoAsync(address.ToString());
            await page.WaitForSelectorAsync(".frame:not(.boot-frame) main .tabs");
            pages._pages.Add(page);
        }

        return pages;
    }

    /// <summary>What each has shown since it was last asked.</summary>
    public async Task<IReadOnlyList<OpenPage>> ReadAsync()
    {
        var read = new List<OpenPage>();
        foreach (var page in _pages)
        {
            var open = new OpenPage();
            foreach (var shown in (await page.EvaluateAsync("() => window.shown"))!.Value.EnumerateArray())
            {
                open.Note(shown[0].GetInt32(), DateTimeOffset.UnixEpoch.AddMilliseconds(shown[1].GetDouble()));
            }

            read.Add(open);
        }

        return read;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
