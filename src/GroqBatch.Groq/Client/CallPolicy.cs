using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using GroqBatch.Groq.Settings;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace GroqBatch.Groq.Client;

/// <summary>
/// What is tried again, when, and how long a try may take. Only GET is ever repeated: a second POST can create, and bill, a second batch, and what
/// to do about a lost reply is the pipeline's to decide from what it stored before.
/// </summary>
internal static class CallPolicy
{
    // No provider means it when it asks for more, and a larger number can't be scheduled.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    public static void Configure(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, GroqOptions options)
    {
        if (options.MaxRetries > 0)
        {
            pipeline.AddRetry(
                new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = options.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = options.RetryDelay,
                    MaxDelay = options.RetryDelay * 16,
                    ShouldRetryAfterHeader = false, // ours also knows retry-after-ms and is bounded
                    ShouldHandle = arguments => ValueTask.FromResult(ShouldRetry(arguments, options)),
                    DelayGenerator = arguments => ValueTask.FromResult(RetryAfter(arguments.Outcome.Result?.Headers)),
                }
            );
        }

        pipeline.AddTimeout(
            new HttpTimeoutStrategyOptions
            {
                TimeoutGenerator = arguments =>
                    ValueTask.FromResult(
                        arguments.Context.GetRequestMessage() is { } request && IsTransfer(request)
                            ? options.TransferTimeout
                            : options.CallTimeout
                    ),
            }
        );
    }

    /// <summary>The wait that a reply asks for: <c>retry-after-ms</c>, else <c>retry-after</c> in seconds or as a date; null when it asks for none.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders? headers)
    {
        if (headers is null)
        {
            return null;
        }

        TimeSpan? wait = null;
        if (
            headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
        )
        {
            wait = FromMilliseconds(milliseconds);
        }
        else if (headers.TryGetValues("retry-after", out values))
        {
            var text = values.First();
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
            {
                wait = FromMilliseconds(seconds * 1_000);
            }
            else if (
                DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
                && headers.Date is { } now
            )
            {
                // Against the provider's own clock: ours may differ.
                wait = until - now;
            }
        }

        return wait is null ? null
            : wait < TimeSpan.Zero ? TimeSpan.Zero
            : wait > LongestRetryAfter ? LongestRetryAfter
            : wait;
    }

    private static TimeSpan? FromMilliseconds(double milliseconds) =>
        double.IsNaN(milliseconds) ? null : TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, LongestRetryAfter.TotalMilliseconds));

    private static bool ShouldRetry(RetryPredicateArguments<HttpResponseMessage> arguments, GroqOptions options)
    {
        if (arguments.Context.GetRequestMessage()?.Method != HttpMethod.Get)
        {
            return false;
        }

        if (arguments.Outcome.Result is not { } response)
        {
            return arguments.Outcome.Exception is HttpRequestException or IOException or TimeoutRejectedException;
        }

        if (RetryAfter(response.Headers) > options.MaxRetryAfter || response.IsSuccessStatusCode)
        {
            return false;
        }

        if (response.Headers.TryGetValues("x-should-retry", out var words))
        {
            switch (words.First().ToLowerInvariant())
            {
                case "true":
                    return true;
                case "false":
                    return false;
            }
        }

        return response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests
            || (int)response.StatusCode >= 500;
    }

    private static bool IsTransfer(HttpRequestMessage request) =>
        request.Content is MultipartFormDataContent
        || request.RequestUri?.AbsolutePath.EndsWith("/content", StringComparison.Ordinal) is true;
}
