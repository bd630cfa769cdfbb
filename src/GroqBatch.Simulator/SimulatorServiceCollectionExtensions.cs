using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Simulator;

/// <summary>The simulator's settings for a host's container; the server itself is started by <see cref="SimulatorServer.StartAsync"/>.</summary>
public static class SimulatorServiceCollectionExtensions
{
    /// <summary>Binds and validates section <c>Simulator</c>.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="defaultFolder">Used when <c>Simulator:Folder</c> is not set.</param>
    public static IServiceCollection AddGroqBatchSimulator(
        this IServiceCollection services,
        IConfiguration configuration,
        string defaultFolder
    )
    {
        services
            .AddOptions<SimulatorOptions>()
            .Bind(configuration.GetSection(SimulatorOptions.SectionName))
            .PostConfigure(options => options.Folder = string.IsNullOrWhiteSpace(options.Folder) ? defaultFolder : options.Folder)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<SimulatorOptions>, SimulatorOptionsValidator>();
        return services;
    }
}
