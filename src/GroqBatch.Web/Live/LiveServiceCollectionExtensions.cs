namespace GroqBatch.Web.Live;

/// <summary>The feed of live pages.</summary>
internal static class LiveServiceCollectionExtensions
{
    /// <summary>Adds it, and the listening that begins with the host.</summary>
    public static IServiceCollection AddLiveFeed(this IServiceCollection services)
    {
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<ILiveFeed>(provider => provider.GetRequiredService<LiveFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<LiveFeed>());
        return services;
    }
}
