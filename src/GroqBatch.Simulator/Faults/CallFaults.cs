using GroqBatch.Simulator.Http;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Simulator.Faults;

/// <summary>The faults that hit a call, kept with it while it is served.</summary>
internal static class CallFaults
{
    private static readonly object Key = new();

    public static void Attach(HttpContext context, IReadOnlyList<Fault> faults) => context.Items[Key] = faults;

    public static Fault? Of(HttpContext context, FaultKind kind) =>
        (context.Items[Key] as IReadOnlyList<Fault>)?.FirstOrDefault(fault => fault.Kind == kind);

    /// <summary>True when the caller will not learn what its call did; null otherwise.</summary>
    public static bool? LosesReply(HttpContext context) => Of(context, FaultKind.ReplyLost) is null ? null : true;

    /// <summary>Drops the connection if a fault wants the reply lost; what the call did stays done.</summary>
    /// <exception cref="ReplyLostException">The connection is gone.</exception>
    public static void LoseReply(HttpContext context)
    {
        if (Of(context, FaultKind.ReplyLost) is not null)
        {
            context.Abort();
            throw new ReplyLostException();
        }
    }

    /// <summary>Plays what happens before a call takes effect.</summary>
    /// <exception cref="ApiError">The call is refused.</exception>
    /// <exception cref="ReplyLostException">The connection is gone.</exception>
    public static async Task PlayAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (Of(context, FaultKind.Slow) is { } slow)
        {
            // In real time: a caller's patience is tested, not the simulated clock.
            await Task.Delay(TimeSpan.FromSeconds(slow.Seconds ?? 1), cancellationToken);
        }

        if (Of(context, FaultKind.ConnectionDropped) is not null)
        {
            context.Abort();
            throw new ReplyLostException();
        }

        if (Of(context, FaultKind.CdnBlock) is not null)
        {
            throw new CdnBlockException();
        }

        if (Of(context, FaultKind.Unauthorized) is not null)
        {
            throw ApiError.InvalidKey();
        }

        if (Of(context, FaultKind.PlanGate) is not null)
        {
            throw ApiError.PlanGate();
        }

        if (Of(context, FaultKind.RateLimited) is { } limited)
        {
            var seconds = limited.Seconds ?? 1;
            context.Response.Headers.RetryAfter = Math.Ceiling(seconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            throw new ApiError(
                429,
                $"Rate limit reached in organization `org_simulated` on requests per minute (RPM): Limit 1000, Used 1000, Requested 1. Please try again in {seconds}s.",
                "rate_limit_exceeded",
                type: "requests"
            );
        }

        if (Of(context, FaultKind.ServerError) is { } error)
        {
            throw (error.Status ?? 500) switch
            {
                503 => new ApiError(503, "Service Unavailable", "service_unavailable", type: "internal_server_error"),
                var status => new ApiError(status, status == 502 ? "Bad Gateway" : "Internal Server Error", type: "internal_server_error"),
            };
        }
    }
}

/// <summary>The connection was dropped on purpose; there is nobody left to answer.</summary>
internal sealed class ReplyLostException : Exception;

/// <summary>What stands in front of the API refuses the call: 403 with the plain text <c>error code: 1010</c>.</summary>
internal sealed class CdnBlockException : Exception;
