using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Text;
using GroqBatch.Sources.Samples;

namespace GroqBatch.Sources.Tests.Samples;

public sealed class SampleGeneratorTests
{
    private static readonly DateTimeOffset Today = new(2026, 11, 24, 9, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("sample-calcom", 5_515, 4_147, 683)]
    [InlineData("sample-antiwork", 3_935, 3_083, 487)]
    [InlineData("sample-posthog", 6_159, 3_045, 762)]
    public void A_team_has_its_numbers_and_every_summary_is_a_valid_document(string slug, int eligible, int pending, int excluded)
    {
        var vocabulary = SampleVocabulary.Teams.Single(team => team.Slug == slug);

        var generated = new SampleGenerator(vocabulary, Today).Generate();

        Assert.Equal(pending, vocabulary.Pending);
        Assert.Equal(eligible, generated.Count(made => made.PullRequest.IsEligible));
        Assert.Equal(excluded, generated.Count(made => !made.PullRequest.IsEligible));
        Assert.Equal(generated.Count, generated.DistinctBy(made => (made.PullRequest.Repository, made.PullRequest.Number)).Count());
        Assert.Equal(
            vocabulary.Repositories.Select(repository => repository.Name).Order(),
            generated.Select(made => made.PullRequest.Repository).Distinct().Order()
        );
        Assert.All(
            generated,
            made =>
            {
                var reading = SummaryReader.Read(SummaryJson.ToUtf8(made.Summary));
                Assert.True(reading.IsValid, reading.Message);
                Assert.Equal(made.Summary.Summary, reading.Document.Summary); // nothing was cut
                Assert.InRange(made.PullRequest.CreatedAt, Today.AddDays(-1_001), Today);
                Assert.Equal(made.PullRequest.Files.Count, made.PullRequest.Files.DistinctBy(file => file.Path).Count());
                Assert.Same(made.PullRequest.Body, StorableText.Clean(made.PullRequest.Body, out _));
            }
        );
        var titles = generated.Select(made => made.PullRequest.Title).Distinct().Count();
        Assert.InRange(titles, 200, generated.Count); // many different things were done, some of them again and again
    }

    [Fact]
    public void The_same_day_gives_the_same_pull_requests()
    {
        var first = new SampleGenerator(SampleVocabulary.Teams[1], Today).Generate();
        var second = new SampleGenerator(SampleVocabulary.Teams[1], Today.AddHours(3)).Generate();

        Assert.Equal(first.Select(made => ContentHash.Of(made.PullRequest)), second.Select(made => ContentHash.Of(made.PullRequest)));
    }

    [Fact]
    public void AI_help_is_seen_in_the_text_or_in_a_trailer_exactly_where_the_summary_tells_of_it()
    {
        var generated = new SampleGenerator(SampleVocabulary.Teams[0], Today)
            .Generate()
            .Where(made => made.PullRequest.IsEligible)
            .ToList();

        Assert.All(
            generated,
            made =>
            {
                var text = made.PullRequest.Body + string.Concat(made.PullRequest.Commits.Select(commit => commit.Message));
                var isSeen =
                    text.Contains("Co-authored-by:", StringComparison.Ordinal)
                    || text.Contains("was written with", StringComparison.Ordinal);
                Assert.Equal(made.Summary.Ai.IsAssisted, isSeen);
            }
        );
        Assert.InRange(generated.Count(made => made.Summary.Ai.IsAssisted), generated.Count / 5, generated.Count / 3);
    }
}
