using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Settings;

/// <summary>
/// Binds a section so that every mistake in it is found at once and named by its key: values that cannot be read and keys that don't exist. The
/// framework's binder throws at the first value, naming one, and passes over a misspelt key in silence.
/// </summary>
internal static class StrictBinding
{
    /// <summary>Binds options to a section and validates them when the host starts.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <typeparam name="TValidator">Checks values that could be read; messages start with the key.</typeparam>
    public static void AddStrictOptions<TOptions, TValidator>(
        this IServiceCollection services,
        IConfiguration configuration,
        string section
    )
        where TOptions : class, new()
        where TValidator : class, IValidateOptions<TOptions>
    {
        // Read at first use, not now: hosts add sources until they are built.
        services.AddSingleton(_ => new SectionReading<TOptions>(configuration, section));
        services
            .AddOptionsWithValidateOnStart<TOptions>()
            .Configure<SectionReading<TOptions>>((options, reading) => reading.Readable.Bind(options));
        services.AddSingleton<IValidateOptions<TOptions>, UnreadableValues<TOptions>>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
    }

    /// <summary>A section taken apart into what can be read and what cannot.</summary>
    internal sealed class SectionReading<TOptions>
        where TOptions : class, new()
    {
        public SectionReading(IConfiguration configuration, string section)
        {
            var readable = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            var mistakes = new List<string>();
            foreach (var (path, value) in configuration.GetSection(section).AsEnumerable(makePathsRelative: true))
            {
                if (value is null || path.Length == 0)
                {
                    continue; // a parent
                }

                // Each value alone against scratch options, so that one mistake doesn't hide the next.
                try
                {
                    Of(path, value).Bind(new TOptions(), binder => binder.ErrorOnUnknownConfiguration = true);
                    readable[path] = value;
                }
                catch (InvalidOperationException exception)
                {
                    var key = ConfigurationPath.Combine(section, path);
                    mistakes.Add(
                        exception.InnerException is { } cause
                            ? $"{key}: '{value}' can't be read. {cause.Message}"
                            : $"{key}: there is no such setting."
                    );
                }
            }

            Readable = new ConfigurationBuilder().AddInMemoryCollection(readable).Build();
            Mistakes = mistakes;
        }

        public IConfiguration Readable { get; }

        public IReadOnlyList<string> Mistakes { get; }

        private static IConfiguration Of(string path, string value) =>
            new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(path, (string?)value)]).Build();
    }

    private sealed class UnreadableValues<TOptions>(SectionReading<TOptions> reading) : IValidateOptions<TOptions>
        where TOptions : class, new()
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            reading.Mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(reading.Mistakes);
    }
}
