using GroqBatch.Core.Batches;

namespace GroqBatch.Pipeline.Batches;

/// <summary>A step met something that only a person can mend; the message says what, and what to do.</summary>
internal sealed class AttentionException(string message) : Exception(message);

/// <summary>How long to wait after a call that failed.</summary>
internal static class Backoff
{
    /// <summary>What the provider asks for, else doubling from <see cref="PipelineOptions.RetryDelay"/>, with up to a quarter of jitter.</summary>
    public static TimeSpan After(ProviderException failure, int troubles, PipelineOptions options)
    {
        if (failure.RetryAfter is { } asked && asked > TimeSpan.Zero)
        {
            return asked;
        }

        return After(troubles, options);
    }

    /// <summary>The same where nobody asks for anything.</summary>
    public static TimeSpan After(int troubles, PipelineOptions options)
    {
        var doubled = options.RetryDelay * Math.Pow(2, Math.Min(troubles, 16));
        var bounded = doubled < options.MaxRetryDelay ? doubled : options.MaxRetryDelay;
        return bounded * (1 - (Random.Shared.NextDouble() / 4));
    }
}
