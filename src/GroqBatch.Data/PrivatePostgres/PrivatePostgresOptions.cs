using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>How a private cluster is found, made and run. The defaults are those of an installation; tests choose others.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>Folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>, or its parent. Set: nothing else is looked at.</summary>
    public string? Binaries { get; init; }

    /// <summary>Whether PATH and the folders that packages install into are searched.</summary>
    public bool SearchMachine { get; init; } = true;

    /// <summary>
    /// Folder of downloaded binaries: <c>postgres-VERSION-PLATFORM/bin</c> in it is used as it is, so it can be filled beforehand where
    /// there is no network. Null: <c>postgres</c> in the data folder.
    /// </summary>
    public string? DownloadFolder { get; init; }

    /// <summary>Major version that is downloaded for a new cluster; an existing one gets its own.</summary>
    public int DownloadMajor { get; init; } = 17;

    /// <summary>The Maven repository with the binaries of zonkyio/embedded-postgres-binaries.</summary>
    public string DownloadRepository { get; init; } = "https://repo1.maven.org/maven2";

    /// <summary>
    /// Server settings for the case that this process starts the server; names and values of PostgreSQL, without white space or quotes.
    /// They come after, and so win over, <see cref="PrivatePostgresCluster.DefaultSettings"/>.
    /// </summary>
    public IReadOnlyDictionary<string, string> ServerSettings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long a server may take to accept connections, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where it is told what happens to the cluster. Never gets a password.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
