using GroqBatch.Testing.Browsers;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>The one browser of this test process: Chromium as the machine has it. Pages are kept apart by contexts.</summary>
internal static class Chromium
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static IPlaywright? _playwright;
    private static IBrowser? _browser;

    /// <summary>The browser; skips the calling test, with a reason, where there is none.</summary>
    public static async Task<IBrowser> RequireAsync()
    {
        if (ChromiumFile.Path is null)
        {
            Assert.Skip($"There is no Chromium on this machine: install the package chromium, or name one in {ChromiumFile.Variable}.");
        }

        await Gate.WaitAsync();
        try
        {
            if (_browser is null)
            {
                _playwright = await Playwright.CreateAsync();
                _browser = await _playwright.Chromium.LaunchAsync(
                    new BrowserTypeLaunchOptions
                    {
                        ExecutablePath = ChromiumFile.Path,
                        Args =
                        [
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--force-color-profile=srgb",
                            "--font-render-hinting=none",
                            // Pages are here for seconds, on as many processors as there are tests beside each other: no process for each page of a
                            // dashboard, none in reserve, and only the quick one of the compilers. A quarter less of the processor.
                            "--process-per-site",
                            "--disable-features=SpareRendererForSitePerProcess,BackForwardCache,PaintHolding,Prerender2",
                            "--js-flags=--single-threaded,--no-opt",
                        ],
                    }
                );
                AppDomain.CurrentDomain.ProcessExit += (_, _) => _playwright.Dispose();
            }

            return _browser;
        }
        finally
        {
            Gate.Release();
        }
    }
}
