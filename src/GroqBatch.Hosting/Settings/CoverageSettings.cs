using GroqBatch.Core.Coverage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Hosting.Settings;

/// <summary>Registers <see cref="CoverageOptions"/>, which belong to no room but Core.</summary>
internal static class CoverageSettings
{
    public static IServiceCollection AddCoverageSettings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<CoverageOptions, Validator>().Bind(configuration.GetSection(CoverageOptions.SectionName));
        return services;
    }

    private sealed class Validator : IValidateOptions<CoverageOptions>
    {
        public ValidateOptionsResult Validate(string? name, CoverageOptions options)
        {
            var mistakes = options.Mistakes().ToList();
            return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
        }
    }
}
