using GroqBatch.Web.Features.Coverage;

namespace GroqBatch.Web.Features.Backfills;

/// <summary>What the backfill dialog needs beside the rooms.</summary>
internal static class BackfillServiceCollectionExtensions
{
    /// <summary>Adds it; with it, pages show their buttons for a backfill.</summary>
    public static IServiceCollection AddBackfillDialog(this IServiceCollection services) =>
        services.AddScoped<BackfillLauncher>().AddScoped<IBackfillLauncher>(provider => provider.GetRequiredService<BackfillLauncher>());
}
