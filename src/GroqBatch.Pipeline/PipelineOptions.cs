using System.Text.RegularExpressions;

namespace GroqBatch.Pipeline;

/// <summary>How runs move. Section <c>Pipeline</c> of the configuration.</summary>
public sealed partial class PipelineOptions
{
    public const string SectionName = "Pipeline";

    /// <summary>Lines in a batch's file at most. The provider takes 50,000 and advises about 1,000 to keep expiry unlikely.</summary>
    public int MaxRequestsPerBatch { get; set; } = 5_000;

    /// <summary>Bytes in a batch's file at most; the provider takes 100 MB.</summary>
    public long MaxBatchBytes { get; set; } = 100_000_000;

    /// <summary>How often a batch is asked for after its first minute.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a batch is asked for in its first minute.</summary>
    public TimeSpan FirstMinutePollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The time the provider has for a batch, such as <c>24h</c> or <c>7d</c>.</summary>
    public string CompletionWindow { get; set; } = "24h";

    /// <summary>Attempts of one request on one rung at most.</summary>
    public int MaxAttemptsPerRequest { get; set; } = 2;

    /// <summary>How long a dead process keeps others from moving its run.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Batches under way at once at most; null: no limit.</summary>
    public int? MaxLiveBatches { get; set; }

    /// <summary>Requests sent in a day (UTC) at most; null: no limit.</summary>
    public int? MaxRequestsPerDay { get; set; }

    /// <summary>Dollars a run may cost; null: no limit.</summary>
    public decimal? MaxCostPerRun { get; set; }

    /// <summary>Dollars a day (UTC) may cost; null: no limit.</summary>
    public decimal? MaxCostPerDay { get; set; }

    /// <summary>
    /// How long after the intent to create a batch the provider's list is taken as proof that it does not exist: a creation under way may not be
    /// in it yet. A creation is sent in the first half of this time or not at all; the other half is the provider's.
    /// </summary>
    public TimeSpan DoubtGrace { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a batch may be unknown to the provider before it counts as lost.</summary>
    public TimeSpan LostGrace { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a batch may overrun its window before it is closed.</summary>
    public TimeSpan OverrunGrace { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a cancelled run waits for its batches to end.</summary>
    public TimeSpan CancelGrace { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long to wait after a call that failed; doubled each time, up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait between two tries of a call.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the sweep looks for what nobody moves.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Every mistake, each by its key; empty when all is well.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (MaxRequestsPerBatch is < 1 or > 50_000)
        {
            yield return $"{SectionName}:{nameof(MaxRequestsPerBatch)} is {MaxRequestsPerBatch}; it must be from 1 to 50,000.";
        }

        if (MaxBatchBytes is < 100_000 or > 200_000_000)
        {
            yield return $"{SectionName}:{nameof(MaxBatchBytes)} is {MaxBatchBytes}; it must be from 100,000 to 200,000,000.";
        }

        if (!WindowPattern().IsMatch(CompletionWindow))
        {
            yield return $"{SectionName}:{nameof(CompletionWindow)} is \"{CompletionWindow}\"; it must be hours or days from 24h to 7d, such as 24h.";
        }

        if (MaxAttemptsPerRequest is < 1 or > 10)
        {
            yield return $"{SectionName}:{nameof(MaxAttemptsPerRequest)} is {MaxAttemptsPerRequest}; it must be from 1 to 10.";
        }

        foreach (
            var (key, value, least) in new[]
            {
                (nameof(PollInterval), PollInterval, TimeSpan.FromMilliseconds(20)),
                (nameof(FirstMinutePollInterval), FirstMinutePollInterval, TimeSpan.FromMilliseconds(20)),
                (nameof(LeaseDuration), LeaseDuration, TimeSpan.FromMilliseconds(500)),
                (nameof(DoubtGrace), DoubtGrace, TimeSpan.FromMilliseconds(100)),
                (nameof(LostGrace), LostGrace, TimeSpan.Zero),
                (nameof(OverrunGrace), OverrunGrace, TimeSpan.Zero),
                (nameof(CancelGrace), CancelGrace, TimeSpan.Zero),
                (nameof(RetryDelay), RetryDelay, TimeSpan.FromMilliseconds(1)),
                (nameof(MaxRetryDelay), MaxRetryDelay, RetryDelay),
                (nameof(SweepInterval), SweepInterval, TimeSpan.FromMilliseconds(100)),
            }
        )
        {
            if (value < least)
            {
                yield return $"{SectionName}:{key} is {value}; it must be at least {least}.";
            }
        }

        foreach (
            var (key, value) in new (string, decimal?)[]
            {
                (nameof(MaxLiveBatches), MaxLiveBatches),
                (nameof(MaxRequestsPerDay), MaxRequestsPerDay),
                (nameof(MaxCostPerRun), MaxCostPerRun),
                (nameof(MaxCostPerDay), MaxCostPerDay),
            }
        )
        {
            if (value <= 0)
            {
                yield return $"{SectionName}:{key} is {value}; it must be above 0, or absent for no limit.";
            }
        }
    }

    // 24h to 168h, or 1d to 7d.
    [GeneratedRegex("^((2[4-9]|[3-9][0-9]|1[0-5][0-9]|16[0-8])h|[1-7]d)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex WindowPattern();
}
