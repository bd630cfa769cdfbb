using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Web.Tests.Dashboard;

/// <summary>The dashboard as a process: how it starts, says where it is, and ends.</summary>
public sealed class StartTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_with_3_and_every_reason_when_it_cannot_run()
    {
        using var process = Start(
            ("Pipeline__PollInterval", "soon"),
            ("Coverage__Goal", "7"),
            ("ConnectionStrings__GroqBatch", "Host=nowhere")
        );

        var error = await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(3, process.ExitCode);
        Assert.Contains("Pipeline:PollInterval", error, StringComparison.Ordinal);
        Assert.Contains("Coverage:Goal", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adds_sample_teams_to_an_empty_database_says_where_it_is_and_ends_when_told()
    {
        using var folder = new TestFolder();
        using var process = Start(
            ("ConnectionStrings__GroqBatch", database.ConnectionString),
            ("Storage__DataFolder", folder.Combine("data")),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0")
        );
        var address = await FindAddressAsync(process);
        using var client = new HttpClient { BaseAddress = address };

        using var live = await client.GetAsync(new Uri("/health/live", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await using (
            var count = database.DataSource.CreateCommand("select string_agg(slug, ' ' order by slug) from groqbatch.teams where is_sample")
        )
        {
            Assert.Equal("sample-antiwork sample-calcom sample-posthog", await count.ExecuteScalarAsync(Cancellation));
        }

        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<Uri> FindAddressAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            var said = Regex.Match(line, @"GroqBatch is at (?<address>http://\S+) \(Simulated", RegexOptions.None, TimeSpan.FromSeconds(1));
            if (said.Success)
            {
                _ = process.StandardOutput.ReadToEndAsync(Cancellation);
                return new Uri(said.Groups["address"].Value);
            }
        }

        Assert.Fail($"It ended without an address: {await process.StandardError.ReadToEndAsync(Cancellation)}");
        return null!;
    }

    private static Process Start(params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "GroqBatch.Web.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var name in start
                .Environment.Keys.Where(name => name.Contains("__", StringComparison.Ordinal) || name is "GROQ_API_KEY")
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
