namespace GroqBatch.Testing.Ledgers;

/// <summary>What became of a generated pull request.</summary>
internal enum Fate : byte
{
    /// <summary>Its body is empty.</summary>
    Excluded,

    /// <summary>Nobody has tried.</summary>
    Pending,

    /// <summary>A live run has it.</summary>
    InFlight,

    /// <summary>Summarised on the first rung.</summary>
    First,

    /// <summary>Failed on the first rung, summarised on the second.</summary>
    Recovered,

    /// <summary>Failed on both.</summary>
    Failed,
}

/// <summary>A pull request of a generated team.</summary>
internal struct FactOfPullRequest
{
    public long Id;
    public int Repository;
    public int Number;
    public Fate Fate;
    public bool IsStale;
    public bool IsParked;

    /// <summary>Index into <see cref="Failures"/> of what failed on the first rung.</summary>
    public byte Failure;

    public long SummaryId;
    public Guid SummaryRun;
}

/// <summary>A team of a generated ledger.</summary>
internal sealed class FactsOfTeam
{
    public required int Id { get; init; }
    public required string Slug { get; init; }
    public required string[] Repositories { get; init; }
    public required DateTimeOffset Oldest { get; init; }
    public required TimeSpan Step { get; init; }

    /// <summary>Oldest first.</summary>
    public required FactOfPullRequest[] PullRequests { get; init; }

    /// <summary>When the one at a place was opened.</summary>
    public DateTimeOffset OpenedAt(int place) => Oldest + (Step * place);
}

/// <summary>How requests fail, and how often.</summary>
internal static class Failures
{
    private static readonly (string Code, string Message, int Weight)[] All =
    [
        ("json_validate_failed", "Failed to validate JSON. Please adjust your prompt. See 'failed_generation' for more details.", 880),
        (
            "json_validate_failed",
            "Generated JSON does not match the expected schema. Errors: jsonschema: '/summary/type' does not validate.",
            55
        ),
        ("max_tokens", "max completion tokens reached before generating a valid document", 45),
        ("schema_violation", "health.insights is missing", 10),
        ("api_error", "Internal server error, request req_01kd3v8z2me9f", 10),
    ];

    public static string Code(byte failure) => All[failure].Code;

    public static string Message(byte failure) => All[failure].Message;

    public static byte Pick(Random random)
    {
        var weight = random.Next(All.Sum(failure => failure.Weight));
        for (var at = 0; ; at++)
        {
            weight -= All[at].Weight;
            if (weight < 0)
            {
                return (byte)at;
            }
        }
    }
}
