using Microsoft.Extensions.Configuration;

namespace GroqBatch.Hosting.Settings;

/// <summary>Reads the settings of a process that is no web application; those of one are read by its own builder, from the same places.</summary>
public static class SettingsReader
{
    /// <summary>The file with the settings, and with the models and the ladder.</summary>
    public const string FileName = "appsettings.json";

    /// <summary>
    /// The file in the current folder, else the one beside the program; above it <c>appsettings.ENVIRONMENT.json</c>, environment variables
    /// (<c>__</c> between the parts of a key), and what was said on the command line.
    /// </summary>
    /// <param name="overrides">From the command line, by key.</param>
    /// <exception cref="StartupException">A file can't be read.</exception>
    public static ConfigurationManager Read(IEnumerable<KeyValuePair<string, string?>> overrides)
    {
        var environment = Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Production";
        var configuration = new ConfigurationManager();
        try
        {
            configuration.SetBasePath(Folder());
            configuration.AddJsonFile(FileName, optional: true, reloadOnChange: false);
            configuration.AddJsonFile($"appsettings.{environment}.json", optional: true, reloadOnChange: false);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or FormatException)
        {
            configuration.Dispose();
            throw new StartupException(
                $"{Path.Combine(Folder(), FileName)} can't be read: {(unreadable.InnerException ?? unreadable).Message}",
                unreadable
            );
        }

        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(overrides);
        return configuration;
    }

    /// <summary>The folder the settings file is taken from: the current one if it lies there, so that any folder works to start from.</summary>
    public static string Folder() =>
        File.Exists(Path.Combine(Directory.GetCurrentDirectory(), FileName)) ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory;
}
