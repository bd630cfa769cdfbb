using GroqBatch.Core.Backfills;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Tests.Backfills;

public sealed class BackfillKeyTests
{
    private static readonly StartRun Start = new()
    {
        TeamId = 7,
        Limit = 100,
        WithFallback = true,
        Canary = 50,
    };

    [Fact]
    public void The_same_start_from_the_same_standing_has_the_same_key_whatever_was_shown() =>
        Assert.Equal(
            BackfillKey.Of("groq", Start, null),
            BackfillKey.Of("groq", Start with { PreviewToken = "seen", RequestKey = "other" }, null)
        );

    [Fact]
    public void Anything_else_that_is_started_has_another()
    {
        string[] keys =
        [
            BackfillKey.Of("groq", Start, null),
            BackfillKey.Of("simulator", Start, null),
            BackfillKey.Of("groq", Start, Guid.NewGuid()),
            BackfillKey.Of("groq", Start with { TeamId = 8 }, null),
            BackfillKey.Of("groq", Start with { Limit = null }, null),
            BackfillKey.Of("groq", Start with { WithFallback = false }, null),
            BackfillKey.Of("groq", Start with { IncludeStale = true }, null),
            BackfillKey.Of("groq", Start with { Canary = null }, null),
            BackfillKey.Of("groq", Start with { CanaryMaxFailure = 0.2 }, null),
            BackfillKey.Of("groq", Start with { CanaryWait = true }, null),
            BackfillKey.Of("groq", Start with { HoldAfterPass = 1 }, null),
            BackfillKey.Of("groq", Start with { Filter = new PullRequestFilter { Ids = [1, 2] } }, null),
            BackfillKey.Of("groq", Start with { Filter = new PullRequestFilter { Ids = [1, 3] } }, null),
            BackfillKey.Of("groq", Start with { Filter = new PullRequestFilter { Repository = "acme/web" } }, null),
        ];

        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
    }
}
