using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Backfills;

/// <summary>
/// The <see cref="StartRun.RequestKey"/> of a backfill: a double click has the same, and so have two people who start the same thing from the same
/// standing. What a team's latest run was is part of it, so that the same choice is a new run once that one has taken what it takes.
/// </summary>
public static class BackfillKey
{
    /// <summary>Letters, digits and a hyphen.</summary>
    /// <param name="provider">The active one.</param>
    /// <param name="request">What is started; its own key and token don't matter.</param>
    /// <param name="beginsAfter">See <see cref="BackfillSizes.BeginsAfter"/>.</param>
    public static string Of(string provider, StartRun request, Guid? beginsAfter)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{provider}|{request.TeamId}|{beginsAfter}|{request.Limit}|{request.WithFallback}|{request.IncludeStale}|{request.Canary}|{request.CanaryMaxFailure:R}|{request.CanaryWait}|{request.HoldAfterPass}|{request.MaxCost}|{SetOf(request.Filter)}"
        );
        return $"backfill-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}";
    }

    private static string SetOf(PullRequestFilter? filter) =>
        filter is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(',', filter.States)};{filter.Repository};{filter.Month:O};{filter.Search};{string.Join(',', filter.Ids)}"
            );
}
