using System.Net;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Groq.Client;
using GroqBatch.Groq.Models;
using GroqBatch.Groq.Settings;
using GroqBatch.Groq.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Refit;

namespace GroqBatch.Groq;

public static class GroqServiceCollectionExtensions
{
    /// <summary>
    /// Adds the provider: <see cref="IBatchProvider"/>, <see cref="IBatchFileFormat"/>, <see cref="IModelCatalogue"/>,
    /// <see cref="ILadderResolver"/>, <see cref="ITokenCounter"/> and <see cref="GroqEndpoint"/>, from the sections <c>Groq</c>, <c>Models</c> and <c>Ladder</c>. In simulator
    /// mode the host tells the endpoint where its simulator listens (<see cref="GroqEndpoint.NeedsSimulator"/>,
    /// <see cref="GroqEndpoint.UseSimulator"/>).
    /// </summary>
    public static IServiceCollection AddGroq(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddStrictOptions<GroqOptions, GroqOptionsValidator>(configuration, GroqOptions.SectionName);
        services.PostConfigure<GroqOptions>(options =>
            options.ApiKey = options.ApiKey.IsEmpty ? GroqEndpoint.KeyOf(configuration) : options.ApiKey
        );
        services.AddStrictOptions<ModelsOptions, ModelsOptionsValidator>(configuration, ModelsOptions.SectionName);
        services.AddStrictOptions<LadderOptions, LadderOptionsValidator>(configuration, LadderOptions.SectionName);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<GroqEndpoint>();
        services.AddSingleton<IModelCatalogue, ModelCatalogue>();
        services.AddSingleton<ILadderResolver, LadderResolver>();
        services.AddSingleton<IBatchProvider, GroqBatchProvider>();
        services.TryAddSingleton<ITokenCounter, TiktokenCounter>();
        services.AddSingleton<IBatchFileFormat, GroqBatchFileFormat>();
        services.AddSingleton<Func<IGroqApi>>(provider => provider.GetRequiredService<IGroqApi>);
        AddClient(services);
        return services;
    }

    /// <summary>The name of the HTTP client.</summary>
    internal const string ClientName = "groq";

    private static void AddClient(IServiceCollection services)
    {
        services.AddTransient<ExtrasHandler>();
        services.AddTransient<KeyHandler>();
        services.AddTransient<CallLogHandler>();

        var settings = RefitSettings.ForJsonContext(WireJson.Default);
        settings.MaxExceptionContentLength = GroqBatchProvider.MaxErrorBody;
        var client = services
            .AddRefitGeneratedClient<IGroqApi>(settings, ClientName)
            .ConfigureHttpClient(
                (provider, client) =>
                {
                    client.BaseAddress = provider.GetRequiredService<GroqEndpoint>().BaseUrl;
                    client.Timeout = Timeout.InfiniteTimeSpan; // each kind of call has its own, in the policy
                    client.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
                }
            )
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false, // the key goes to the configured host and nowhere else
                    AutomaticDecompression = DecompressionMethods.None, // the length of a file tells whether it is whole
                    ConnectTimeout = TimeSpan.FromSeconds(10),
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5), // so that a change of address is noticed
                    UseCookies = false,
                }
            )
            .RemoveAllLoggers(); // the factory's own log headers
        client.AddHttpMessageHandler<ExtrasHandler>();
        client.AddResilienceHandler(
            "calls",
            (pipeline, context) => CallPolicy.Configure(pipeline, context.ServiceProvider.GetRequiredService<IOptions<GroqOptions>>().Value)
        );
        client.AddHttpMessageHandler<CallLogHandler>();
        client.AddHttpMessageHandler<KeyHandler>();
    }

    /// <summary>Sent with every call: the provider's network edge blocks clients that send none.</summary>
    internal static string UserAgent { get; } =
        $"GroqBatch/{typeof(GroqServiceCollectionExtensions).Assembly.GetName().Version?.ToString(3)} (+batch summaries of pull requests)";
}
