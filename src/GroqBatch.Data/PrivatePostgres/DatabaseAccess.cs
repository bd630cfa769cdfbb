using GroqBatch.Core.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// Where a host's database comes from: the connection string of its configuration, else a private cluster. Opened before the host is
/// built, disposed after it has ended.
/// </summary>
/// <example>
/// <code>
/// await using var database = await DatabaseAccess.OpenAsync(builder.Configuration, loggerFactory: null, cancellationToken);
/// builder.Configuration["ConnectionStrings:GroqBatch"] = database.ConnectionString;
/// </code>
/// </example>
public sealed class DatabaseAccess : IAsyncDisposable
{
    /// <summary>Name of the connection string (<c>ConnectionStrings:GroqBatch</c>).</summary>
    public const string ConnectionStringName = "GroqBatch";

    private readonly PrivatePostgresLease? _lease;

    private DatabaseAccess(string connectionString, PrivatePostgresLease? lease)
    {
        ConnectionString = connectionString;
        _lease = lease;
    }

    /// <summary>For Npgsql. Holds the password: not for logs.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether it is the installation's own cluster, of which this is a lease.</summary>
    public bool IsPrivate => _lease is not null;

    /// <summary>Takes the configured database, or a lease of the private one in <c>Storage:DataFolder</c>.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="loggerFactory">Where to tell about the private cluster; null: nowhere.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OptionsValidationException">Section <c>Storage</c> is wrong; all its mistakes are in the message.</exception>
    /// <exception cref="PrivatePostgresUnavailableException">No connection string, and no private cluster can be had: exit code 3.</exception>
    public static async Task<DatabaseAccess> OpenAsync(
        IConfiguration configuration,
        ILoggerFactory? loggerFactory,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.GetConnectionString(ConnectionStringName) is { } given && !string.IsNullOrWhiteSpace(given))
        {
            return new DatabaseAccess(given, lease: null);
        }

        var storage = new StorageOptions();
        configuration.GetSection(StorageOptions.SectionName).Bind(storage);
        var mistakes = storage.Mistakes().ToList();
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(StorageOptions), mistakes);
        }

        var options = new PrivatePostgresOptions
        {
            Binaries = storage.PostgresBinaries,
            Logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<PrivatePostgresCluster>(),
        };
        var lease = await PrivatePostgresCluster.StartOrAttachAsync(storage.DataFolder, options, cancellationToken);
        return new DatabaseAccess(lease.ConnectionString, lease);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_lease is not null)
        {
            await _lease.DisposeAsync();
        }
    }
}
