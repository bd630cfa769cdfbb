using GroqBatch.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Data.Storage;

/// <summary>Registers <see cref="StorageOptions"/>, checked when the host starts.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>Binds section <c>Storage</c>; wrong values stop the start with all their messages.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptionsWithValidateOnStart<StorageOptions, StorageOptionsValidator>()
            .Bind(configuration.GetSection(StorageOptions.SectionName));
        return services;
    }
}

/// <summary>Turns <see cref="StorageOptions.Mistakes"/> into the outcome that the options machinery wants.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var mistakes = options.Mistakes().ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
