using System.Text;
using GroqBatch.EndToEndTests.Browser;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Import;

/// <summary>Importing files in a browser.</summary>
[Collection<Writers>]
public sealed class ImportPageTests(SampleDashboard sample)
{
    [Fact]
    public async Task Takes_files_into_a_new_team_and_is_sound_in_both_themes_wide_and_narrow()
    {
        await using var session = await BrowserSession.SignInAsync(sample.Dashboard, new Look(false, 1440));
        var page = session.Page;
        await session.GoToAsync("import");
        await page.GetByLabel("Team", new() { Exact = true }).SelectOptionAsync("New team…");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Acme");
        await page.GetByLabel("Slug").FillAsync("acme");
        await page.Locator("#import-files")
            .SetInputFilesAsync(
                (FilePayload[])
                    [
                        new FilePayload
                        {
                            Name = "<img src=x onerror=alert(1)>.jsonl",
                            MimeType = "application/x-ndjson",
                            Buffer = Encoding.UTF8.GetBytes($"{Line(1)}\n<script>alert(1)</script>\n{Line(2)}\n"),
                        },
                        new FilePayload
                        {
                            Name = "blank.jsonl",
                            MimeType = "application/x-ndjson",
                            Buffer = new byte[1_000_000],
                        },
                    ]
            );
        await page.GetByRole(AriaRole.Button, new() { Name = "Import 2 files" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Done; some lines were rejected.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByTestId("upload").First).ToHaveTextAsync("3 lines: 2 added, 1 rejected");
        await session.AssertSoundInEveryLookAsync("import");

        await session.GoToAsync("/?q=acme");
        await Assertions.Expect(page.GetByText("Acme").First).ToBeVisibleAsync();
    }

    private static string Line(int number) =>
        $$"""{"base":{"repo":{"full_name":"acme/web"} },"number":{{number}},"title":"Say what {{number}} is for","body":"It says so.","state":"open","created_at":"2026-11-01T00:00:00Z"}""";
}
