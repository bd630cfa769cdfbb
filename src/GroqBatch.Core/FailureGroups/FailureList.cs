namespace GroqBatch.Core.FailureGroups;

/// <summary>Which groups of failures over runs, and which page of them.</summary>
public sealed record FailureListQuery
{
    /// <summary>Such as <c>groq</c> or <c>simulator</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Only of this team; null: of all.</summary>
    public int? TeamId { get; init; }

    /// <summary>Which failures.</summary>
    public FailureFilter Filter { get; init; } = new();

    public int Skip { get; init; }
    public int Take { get; init; } = 25;
}

/// <summary>One page of groups over runs, most failed requests first, at one instant.</summary>
/// <param name="Rows">The page.</param>
/// <param name="Matching">Groups that match, on all pages.</param>
/// <param name="Requests">Requests that failed in them.</param>
/// <param name="Open">Pull requests whose last failure is in them: failed, not parked, in no live run.</param>
/// <param name="From">Where the trends begin.</param>
/// <param name="ReadAt">By the database's clock; where the trends end.</param>
public sealed record FailureList(
    IReadOnlyList<FailureListRow> Rows,
    int Matching,
    long Requests,
    int Open,
    DateTimeOffset From,
    DateTimeOffset ReadAt
);

/// <summary>The failures of one code and folded message over runs.</summary>
public sealed record FailureListRow
{
    /// <summary>Parts that <see cref="Trend"/> has.</summary>
    public const int TrendParts = 30;

    public required FailureGroupKey Key { get; init; }

    /// <summary>The folded message; empty when there was none.</summary>
    public required string Message { get; init; }

    /// <summary>Requests that failed like this, in every pass.</summary>
    public required long Requests { get; init; }

    /// <summary>Of them, those that no later rung tried.</summary>
    public required long Final { get; init; }

    /// <summary>Pull requests whose last failure this is: what a retry of the group takes, but for what a live run has by then.</summary>
    public required int Open { get; init; }

    public required int Runs { get; init; }
    public required int Teams { get; init; }

    /// <summary>In order of their names.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>When it was first seen at all, whatever the filter.</summary>
    public required DateTimeOffset FirstAt { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Failed requests in equal parts of the time from <see cref="FailureList.From"/> to <see cref="FailureList.ReadAt"/>.</summary>
    public required IReadOnlyList<int> Trend { get; init; }
}

/// <summary>What is behind the figures of a group over runs.</summary>
/// <param name="Runs">The latest of its passes.</param>
/// <param name="Open">The first of the pull requests whose last failure this is, newest first.</param>
/// <param name="Examples">A few requests, of different runs where there are.</param>
public sealed record FailureGroupDetail(
    IReadOnlyList<FailedPass> Runs,
    IReadOnlyList<OpenFailure> Open,
    IReadOnlyList<FailureExample> Examples
);

/// <summary>A pass that had failures of a group.</summary>
/// <param name="Team">The team's slug.</param>
/// <param name="Pass">Counted from 1.</param>
/// <param name="Requests">Requests that failed like this.</param>
/// <param name="Of">All requests of the pass.</param>
/// <param name="LastAt">When the last of them did.</param>
public sealed record FailedPass(
    Guid RunId,
    string Team,
    string TeamName,
    int Pass,
    string Model,
    int Requests,
    int Of,
    DateTimeOffset LastAt
);

/// <summary>A pull request without a summary, and what it failed with last. Title and url are written by strangers.</summary>
public sealed record OpenFailure(
    long PullRequestId,
    string TeamName,
    string Repository,
    long Number,
    string Title,
    string Url,
    Guid RunId,
    string Model,
    DateTimeOffset FailedAt
);
