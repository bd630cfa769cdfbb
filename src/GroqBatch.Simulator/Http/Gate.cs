using System.Security.Cryptography;
using System.Text;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Storage;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Simulator.Http;

/// <summary>
/// What every call passes: the content network in front, the key, the plan, the fault switches; and behind it the one place where a refusal
/// becomes a reply.
/// </summary>
internal sealed class Gate(SimulatorOptions options, FaultStore faults, TimeProvider clock)
{
    public const string ControlPath = "/_simulator";
    private const string BasePath = "/openai/v1";

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var requestId = TypeId.New("req_", clock.GetUtcNow());
        context.Response.Headers["x-request-id"] = requestId;
        context.Response.Headers["x-groq-region"] = "simulated";
        try
        {
            if (!context.Request.Path.StartsWithSegments(ControlPath, StringComparison.Ordinal))
            {
                await AdmitAsync(context);
            }

            await next(context);
        }
        catch (ApiError error) when (!context.Response.HasStarted)
        {
            await error.WriteAsync(context.Response, context.RequestAborted);
        }
        catch (CdnBlockException) when (!context.Response.HasStarted)
        {
            await WriteCdnBlockAsync(context);
        }
        catch (ReplyLostException)
        {
            // The connection is gone already.
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone.
        }
    }

    private async Task AdmitAsync(HttpContext context)
    {
        if (string.IsNullOrWhiteSpace(context.Request.Headers.UserAgent))
        {
            throw new CdnBlockException();
        }

        var path = context.Request.Path.StartsWithSegments(BasePath, StringComparison.Ordinal, out var rest)
            ? rest.Value ?? ""
            : context.Request.Path.Value!;
        var hits = faults.OfCall(context.Request.Method, path);
        CallFaults.Attach(context, hits);
        if (!IsKeyGood(context.Request.Headers.Authorization.ToString()))
        {
            throw ApiError.InvalidKey();
        }

        if (options.Plan == SimulatedPlan.Free && !path.StartsWith("/models", StringComparison.Ordinal))
        {
            throw ApiError.PlanGate();
        }

        if (hits.Count > 0)
        {
            await CallFaults.PlayAsync(context, context.RequestAborted);
        }
    }

    private bool IsKeyGood(string authorization)
    {
        const string scheme = "Bearer ";
        if (!authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var key = authorization[scheme.Length..].Trim();
        return key.Length > 0
            && (
                options.ApiKey is null
                || CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(options.ApiKey))
            );
    }

    private static Task WriteCdnBlockAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=UTF-8";
        return context.Response.WriteAsync("error code: 1010", context.RequestAborted);
    }
}
