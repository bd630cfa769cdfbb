using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>Pictures of pages, where somebody asks for them: scripts/screenshots.sh names the folder.</summary>
internal static class Screenshots
{
    /// <summary>Names the folder; without it no picture is taken.</summary>
    public const string Variable = "GROQBATCH_SCREENSHOTS";

    /// <summary>Takes one of what is seen.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">What it shows.</param>
    /// <param name="look">Theme and width.</param>
    public static async Task TakeAsync(IPage page, string name, string look)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}-{look}.png"), Caret = ScreenshotCaret.Hide }
        );
    }
}
