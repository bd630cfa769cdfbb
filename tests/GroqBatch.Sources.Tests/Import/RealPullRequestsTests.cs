using System.Diagnostics;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Import;
using GroqBatch.Data.Coverage;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Sources.Tests.Import;

/// <summary>The real pull requests of three teams, where a machine has them.</summary>
public sealed class RealPullRequestsTests(SourcesDatabase database) : IClassFixture<SourcesDatabase>
{
    private static readonly (string Team, int PullRequests, string[] Files)[] Expected =
    [
        ("posthog", 3_000, ["posthog-js", "posthog-python", "code", "wizard", "plugin-server", "posthog-android"]),
        ("antiwork", 2_999, ["gumroad", "flexile", "helper", "gumboard", "shortest", "gumroad-mobile", "gumroad-cli", "iffy"]),
        ("calcom", 2_998, ["cal.com", "companion", "synclinear.com"]),
    ];

    [Fact]
    public async Task All_of_them_go_in_and_a_second_time_changes_nothing()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = SampleData.Require();
        var shares = new Dictionary<string, double>();
        foreach (var (slug, pullRequests, files) in Expected)
        {
            var team = await database.AddTeamAsync(slug);
            var request = new ImportRequest(team, [.. files.Select(file => ImportFile.FromPath(Path.Combine(folder, $"{file}.jsonl.gz")))]);
            var importer = database.Get<IPullRequestImporter>();

            var clock = Stopwatch.StartNew();
            var first = await importer.ImportAsync(request, null, SourcesDatabase.Ada, cancellationToken);
            var took = clock.Elapsed;
            clock.Restart();
            var second = await importer.ImportAsync(request, null, SourcesDatabase.Ada, cancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine($"{slug}: {took.TotalSeconds:F2} s, again {clock.Elapsed.TotalSeconds:F2} s");

            Assert.True(first.IsClean, first.ToJson());
            Assert.Equal((pullRequests, 0, 0), (first.Total.Added, first.Total.Updated, first.Total.Superseded));
            Assert.Equal((0, 0, pullRequests), (second.Total.Added, second.Total.Updated, second.Total.Unchanged));
            var coverage = (await database.Get<ICoverageReader>().ReadTeamAsync("groq", slug, cancellationToken))!.Total;
            Assert.Equal((pullRequests, 0), (coverage.Total, coverage.Summarised));
            shares[slug] = (double)coverage.Excluded / coverage.Total;
        }

        // Empty bodies, as counted when the files were made: 36, 27 and 60 %.
        Assert.Equal(0.36, shares["posthog"], 0.005);
        Assert.Equal(0.27, shares["antiwork"], 0.005);
        Assert.Equal(0.60, shares["calcom"], 0.005);
        Assert.Empty(await database.Get<CoverageRecount>().FindDifferencesAsync(cancellationToken));
    }
}
