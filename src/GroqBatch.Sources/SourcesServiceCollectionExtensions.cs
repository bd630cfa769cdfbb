using GroqBatch.Core.Exports;
using GroqBatch.Core.Import;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Samples;
using GroqBatch.Core.Summaries;
using GroqBatch.Sources.Export;
using GroqBatch.Sources.Import;
using GroqBatch.Sources.Samples;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GroqBatch.Sources;

/// <summary>Registers the room where pull requests come from and summaries go back to.</summary>
public static class SourcesServiceCollectionExtensions
{
    /// <summary>
    /// Import, export and sample teams, over the stores of Core. Wants an <see cref="ITokenCounter"/> and a model catalogue from the provider's
    /// room. Section <c>Import</c> is checked at the start.
    /// </summary>
    public static IServiceCollection AddSources(this IServiceCollection services, IConfiguration configuration)
    {
        StrictGzip.Demand();
        services
            .AddOptionsWithValidateOnStart<ImportOptions, ImportOptionsValidator>()
            .Bind(configuration.GetSection(ImportOptions.SectionName));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PromptMeasure>(provider => new PromptBuilder(provider.GetRequiredService<ITokenCounter>()).Measure);
        services.AddSingleton<IPullRequestImporter, PullRequestImporter>();
        services.AddSingleton<ISummaryExport, SummaryExport>();
        services.AddSingleton<ITableExport, TableExport>();
        services.AddSingleton<ISampleData, SampleData>();
        return services;
    }
}

/// <summary>Says what is wrong with <see cref="ImportOptions"/>, by key.</summary>
internal sealed class ImportOptionsValidator : IValidateOptions<ImportOptions>
{
    public ValidateOptionsResult Validate(string? name, ImportOptions options) =>
        options.MaxLineBytes is >= ImportOptions.SmallestMaxLineBytes and <= ImportOptions.LargestMaxLineBytes
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{ImportOptions.SectionName}:{nameof(ImportOptions.MaxLineBytes)} is {options.MaxLineBytes}; it must be from "
                    + $"{ImportOptions.SmallestMaxLineBytes} to {ImportOptions.LargestMaxLineBytes}."
            );
}
