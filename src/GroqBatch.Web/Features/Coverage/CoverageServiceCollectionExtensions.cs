using GroqBatch.Core.Estimates;

namespace GroqBatch.Web.Features.Coverage;

/// <summary>What the coverage page needs beside the rooms.</summary>
internal static class CoverageServiceCollectionExtensions
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddCoveragePages(this IServiceCollection services) =>
        services.AddSingleton<ISummaryPrice, SummaryPriceReader>();
}
