using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Web.Tests.FailureGroups;

/// <summary>Failures by hand.</summary>
internal sealed class FakeFailures : IFailureReader
{
    /// <summary>What a run is said to have.</summary>
    public RunFailureReport Report { get; set; } = new(IsFinal: true, []);

    /// <summary>What each group is said to have.</summary>
    public List<FailureExample> Examples { get; } = [];

    /// <summary>What there is said to be over runs.</summary>
    public FailureList List { get; set; } = new([], 0, 0, 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    /// <summary>What each group over runs is said to have.</summary>
    public FailureGroupDetail Detail { get; set; } = new([], [], []);

    /// <summary>Lists that were asked for.</summary>
    public List<FailureListQuery> Lists { get; } = [];

    /// <summary>Groups over runs that were asked for.</summary>
    public List<(FailureGroupKey Key, int Open)> DetailsAsked { get; } = [];

    /// <summary>Groups whose examples were asked for.</summary>
    public List<(int Pass, FailureGroupKey Key)> Asked { get; } = [];

    /// <summary>Thrown when read, where it is set.</summary>
    public Exception? Failure { get; set; }

    public static FailureGroupKey Key(FailureCode code, byte message = 1) => new(code, new Guid([.. Enumerable.Repeat(message, 16)]));

    public static FailureExample AnExample(
        string title = "Fix it",
        string message = "No JSON.",
        string? raw = "{}",
        string url = "https://host.example/pull/7"
    ) =>
        new()
        {
            RunId = Guid.NewGuid(),
            Pass = 1,
            Model = "openai/gpt-oss-20b",
            PullRequestId = 7,
            Repository = "acme/app",
            Number = 4711,
            Title = title,
            Url = url,
            Message = message,
            RawAnswer = raw,
            RawLength = raw?.Length ?? 0,
            HttpStatus = 400,
            At = new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.Zero),
        };

    public Task<RunFailureReport> ReadRunAsync(Guid runId, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult(Report) : Task.FromException<RunFailureReport>(Failure);

    public Task<IReadOnlyList<FailureExample>> ListExamplesAsync(
        Guid runId,
        int pass,
        FailureGroupKey key,
        int take,
        CancellationToken cancellationToken
    )
    {
        Asked.Add((pass, key));
        return Task.FromResult<IReadOnlyList<FailureExample>>([.. Examples.Take(take)]);
    }

    public Task<FailureList> ReadAsync(FailureListQuery query, CancellationToken cancellationToken)
    {
        Lists.Add(query);
        return Failure is null ? Task.FromResult(List) : Task.FromException<FailureList>(Failure);
    }

    public Task<FailureGroupDetail> ReadGroupAsync(
        FailureListQuery query,
        FailureGroupKey key,
        int open,
        CancellationToken cancellationToken
    )
    {
        DetailsAsked.Add((key, open));
        return Task.FromResult(Detail);
    }
}
