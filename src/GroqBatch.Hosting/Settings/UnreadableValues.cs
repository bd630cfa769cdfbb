using Microsoft.Extensions.Configuration;

namespace GroqBatch.Hosting.Settings;

/// <summary>
/// Finds values that cannot be read, and keys that do not exist, all of them at once. The framework's binder throws at the first value and
/// passes over a misspelt key in silence.
/// </summary>
internal static class UnreadableValues
{
    /// <summary>One message for each such key in a section.</summary>
    /// <typeparam name="TOptions">What the section is bound to.</typeparam>
    public static IEnumerable<KeyValuePair<string, string>> Find<TOptions>(IConfiguration configuration, string section)
        where TOptions : class, new()
    {
        foreach (var (path, value) in configuration.GetSection(section).AsEnumerable(makePathsRelative: true))
        {
            if (value is null || path.Length == 0)
            {
                continue; // a parent
            }

            var key = ConfigurationPath.Combine(section, path);
            string? mistake = null;
            try
            {
                // Alone against scratch options, so that one mistake doesn't hide the next.
                new ConfigurationBuilder()
                    .AddInMemoryCollection([KeyValuePair.Create(path, (string?)value)])
                    .Build()
                    .Bind(new TOptions(), binder => binder.ErrorOnUnknownConfiguration = true);
            }
            catch (InvalidOperationException unreadable)
            {
                mistake = unreadable.InnerException is { } cause
                    ? $"{key}: '{value}' can't be read. {cause.Message}"
                    : $"{key}: there is no such setting.";
            }

            if (mistake is not null)
            {
                yield return KeyValuePair.Create(key, mistake);
            }
        }
    }
}
