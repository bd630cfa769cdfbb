namespace GroqBatch.Core.Storage;

/// <summary>Where this installation keeps what lies outside of the database. Section <c>Storage</c> of the configuration.</summary>
/// <remarks>
/// A getter answers the default while nothing (or an empty text) is set, so a reader never meets null; <see cref="Mistakes"/> says what is
/// wrong with what was set.
/// </remarks>
public sealed class StorageOptions
{
    /// <summary>The configuration section these options are bound to.</summary>
    public const string SectionName = "Storage";

    private string? _dataFolder;
    private string? _rawFolder;

    /// <summary>
    /// The installation's own folder, absolute: private PostgreSQL, simulator and, unless set apart, the raw files. Default:
    /// <c>/var/lib/groqbatch</c> as root, else <c>groqbatch</c> in the user's data folder (<c>$XDG_DATA_HOME</c>, or what the system names).
    /// </summary>
    public string DataFolder
    {
        get => _dataFolder ?? DefaultDataFolder();
        set => _dataFolder = Absolute(value);
    }

    /// <summary>
    /// The folder of the provider's files as they were downloaded, absolute; a shared volume when there are several hosts. Default:
    /// <c>raw</c> in <see cref="DataFolder"/>.
    /// </summary>
    public string RawFolder
    {
        get => _rawFolder ?? Path.Combine(DataFolder, "raw");
        set => _rawFolder = Absolute(value);
    }

    /// <summary>How long a raw file is kept after its batch was ingested. Default: 90 days.</summary>
    public TimeSpan RawRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// The folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c> for the private PostgreSQL, or its parent; null: the machine is
    /// searched. Without meaning when there is a connection string.
    /// </summary>
    public string? PostgresBinaries { get; set; }

    /// <summary>Everything that is wrong with these values, each message beginning with its key; empty when all is well.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (RawRetention < TimeSpan.FromDays(1))
        {
            yield return $"{SectionName}:{nameof(RawRetention)} is {RawRetention}; it must be at least one day (written as 1.00:00:00).";
        }

        foreach (
            var (key, folder) in new[]
            {
                (nameof(DataFolder), DataFolder),
                (nameof(RawFolder), RawFolder),
                (nameof(PostgresBinaries), PostgresBinaries),
            }
        )
        {
            if (folder is not null && File.Exists(folder))
            {
                yield return $"{SectionName}:{key} is {folder}, which is a file; it must be a folder.";
            }
        }
    }

    private static string? Absolute(string? folder) => string.IsNullOrWhiteSpace(folder) ? null : Path.GetFullPath(folder);

    private static string DefaultDataFolder()
    {
        // A server that was started by root runs under another account, which cannot pass a home folder closed to others.
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            return "/var/lib/groqbatch";
        }

        var user = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        if (string.IsNullOrWhiteSpace(user) || !Path.IsPathRooted(user))
        {
            user = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        }

        return Path.Combine(user, "groqbatch");
    }
}
