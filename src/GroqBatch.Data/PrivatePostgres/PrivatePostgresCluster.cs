using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// A PostgreSQL cluster of this installation's own, for machines where nobody has set one up. It lies in <c>pg</c> of the data folder,
/// listens on a loopback port only, and is shared by all processes of that folder: the first one starts it, the last one out stops it.
/// </summary>
/// <remarks>
/// What is done to the cluster is done under a file lock, which the operating system takes back from a killed process. Every step may be
/// cut off anywhere: a data directory exists only once it is complete (made beside its place, then renamed), and a server that lost
/// all its processes is found again by its <c>postmaster.pid</c>.
/// </remarks>
public sealed partial class PrivatePostgresCluster
{
    internal const string UserName = "groqbatch";
    internal const string DatabaseName = "groqbatch";
    internal const string LeasePrefix = "groqbatch-lease-";
    private const int StartAttempts = 3;

    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StateRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan EmptyFileGrace = TimeSpan.FromSeconds(1);
    private const long LogFileLimit = 16 * 1024 * 1024;

    /// <summary>
    /// Settings the server is started with: modest memory and few checkpoints under loads. <c>synchronous_commit</c> stays on, since the
    /// promises of the ledger rest on it. The server's log tells of the server only: a statement's error goes to who sent it, since it may
    /// quote pull request text.
    /// </summary>
    public static IReadOnlyDictionary<string, string> DefaultSettings { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200",
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "2GB",
            ["wal_compression"] = "on",
            // Compiling takes longer than any statement that a page asks for takes to run; the planner only has to misjudge one.
            ["jit"] = "off",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["log_min_messages"] = "log",
        };

    private readonly string _root;
    private readonly string _data;
    private readonly string _passwordFile;
    private readonly string _portFile;
    private readonly string _logFile;
    private readonly string _downloads;
    private readonly PrivatePostgresOptions _options;

    private PrivatePostgresCluster(string dataFolder, PrivatePostgresOptions options)
    {
        var folder = Path.GetFullPath(dataFolder);
        _root = Path.Combine(folder, "pg");
        _data = Path.Combine(_root, "data");
        _passwordFile = Path.Combine(_root, "password");
        _portFile = Path.Combine(_root, "port");
        _logFile = Path.Combine(_root, "server.log");
        _downloads = options.DownloadFolder ?? Path.Combine(folder, "postgres");
        _options = options;
    }

    /// <summary>Attaches to the cluster of a data folder, starts it when it does not run, makes it when there is none.</summary>
    /// <param name="dataFolder">The installation's folder (<c>Storage:DataFolder</c>); made when missing.</param>
    /// <param name="cancellationToken">Gives up waiting; what was begun is finished or repaired by the next start.</param>
    /// <returns>A lease. Dispose it once no connection of this process is needed any more.</returns>
    /// <exception cref="PrivatePostgresUnavailableException">No programs, no permission, or a server that does not start.</exception>
    public static Task<PrivatePostgresLease> StartOrAttachAsync(string dataFolder, CancellationToken cancellationToken) =>
        StartOrAttachAsync(dataFolder, new PrivatePostgresOptions(), cancellationToken);

    /// <inheritdoc cref="StartOrAttachAsync(string, CancellationToken)"/>
    public static async Task<PrivatePostgresLease> StartOrAttachAsync(
        string dataFolder,
        PrivatePostgresOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dataFolder);
        ArgumentNullException.ThrowIfNull(options);
        var cluster = new PrivatePostgresCluster(dataFolder, options);
        var leaseName = $"{LeasePrefix}{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            await cluster.PrepareRootAsync(cancellationToken);
            await using (await cluster.LockAsync(cancellationToken))
            {
                return new PrivatePostgresLease(cluster, await cluster.ConnectAsync(leaseName, requiredPort: null, cancellationToken));
            }
        }
        catch (Exception cause) when (cause is UnauthorizedAccessException or IOException)
        {
            throw new PrivatePostgresUnavailableException(
                $"The private PostgreSQL in {cluster._root} cannot be used: {cause.Message} "
                    + "Set ConnectionStrings:GroqBatch, or Storage:DataFolder to a folder that this account may write to.",
                cause
            );
        }
    }

    internal ILogger Logger => _options.Logger;

    /// <summary>The connection string of the installation's database.</summary>
    internal string ConnectionStringFor(int port) =>
        new NpgsqlConnectionStringBuilder(MaintenanceString(port, applicationName: "groqbatch"))
        {
            Database = DatabaseName,
            Pooling = true,
            MaxPoolSize = 40, // five processes fit into max_connections
        }.ConnectionString;

    /// <summary>Holds the cluster's lock until disposed. Nobody holds it for longer than a start or a stop takes.</summary>
    internal async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(_root, ".lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException held) when (held is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
            {
                await Task.Delay(LockRetry, cancellationToken);
            }
        }
    }

    /// <summary>Under the lock: opens the connection that stands for a lease, on a running server if need be after starting it.</summary>
    /// <param name="leaseName">Its <c>application_name</c>, by which the last one out is known.</param>
    /// <param name="requiredPort">The only port that helps (this process's pools know no other); null: any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<NpgsqlConnection> ConnectAsync(string leaseName, int? requiredPort, CancellationToken cancellationToken)
    {
        RemoveLeftovers();
        if (!File.Exists(Path.Combine(_data, "PG_VERSION")))
        {
            await InitialiseAsync(cancellationToken);
        }

        var waited = Stopwatch.StartNew();
        for (var attempt = 1; ; attempt++)
        {
            if (await TryAttachAsync(leaseName, cancellationToken) is { } attached)
            {
                await EnsureDatabaseAsync(attached, cancellationToken);
                return attached;
            }

            // Twice more, since a port may be taken between choosing and using it; and as long as a dead server's processes need to notice.
            var failure = await TryStartAsync(requiredPort, cancellationToken);
            if (failure is not null && attempt >= StartAttempts && !(failure.MayPass && waited.Elapsed < _options.StartTimeout))
            {
                throw new PrivatePostgresUnavailableException(
                    $"The private PostgreSQL in {_root} did not start: {failure.Reason}\nIts log is {_logFile}. "
                        + "Mend the cause, or set ConnectionStrings:GroqBatch."
                );
            }
        }
    }

    /// <summary>Under the lock: stops the server unless another lease than the named one is held.</summary>
    internal async Task StopIfLastAsync(string leaseName, CancellationToken cancellationToken)
    {
        if (await TryAttachAsync($"groqbatch-last-{Environment.ProcessId}", cancellationToken) is not { } connection)
        {
            return;
        }

        await using (connection)
        {
            await using var count = new NpgsqlCommand(
                "select count(*) from pg_stat_activity where starts_with(application_name, @prefix) and application_name <> @mine",
                connection
            );
            count.Parameters.AddWithValue("prefix", LeasePrefix);
            count.Parameters.AddWithValue("mine", leaseName);
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! > 0)
            {
                return;
            }
        }

        var (binaries, account) = await ProgramsAsync(cancellationToken);
        var run = await account.RunAsync(binaries.PgCtl, ["-D", _data, "-m", "fast", "-w", "-t", "60", "stop"], _root, cancellationToken);
        if (run.ExitCode == 0)
        {
            Log.Stopped(Logger, _root);
        }
        else
        {
            Log.StopFailed(Logger, _root, run.Output);
        }
    }

    private async Task PrepareRootAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(_root))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_root)!);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_root);
            return;
        }

        var account = await ServerAccount.ResolveAsync(_data, cancellationToken);
        Directory.CreateDirectory(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.TakeAsync(_root, cancellationToken);
    }

    private async Task<(PostgresBinaries Binaries, ServerAccount Account)> ProgramsAsync(CancellationToken cancellationToken)
    {
        var versionFile = Path.Combine(_data, "PG_VERSION");
        int? major = File.Exists(versionFile)
            ? int.Parse(await File.ReadAllTextAsync(versionFile, cancellationToken), CultureInfo.InvariantCulture)
            : null;
        return (
            await PostgresBinaries.FindAsync(major, _data, _options, _downloads, cancellationToken),
            await ServerAccount.ResolveAsync(_data, cancellationToken)
        );
    }

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        var (binaries, account) = await ProgramsAsync(cancellationToken);
        await account.TakeAsync(_root, cancellationToken); // again: a kill may have come between making and giving
        await account.DemandWritableAsync(_root, cancellationToken);

        if (Directory.Exists(_data))
        {
            // Without PG_VERSION it is no cluster, and it was not made here; somebody should look at it.
            throw new PrivatePostgresUnavailableException(
                $"{_data} exists but holds no PostgreSQL cluster. Move it away, then start again."
            );
        }

        await EnsurePasswordAsync(account, cancellationToken);
        var fresh = Path.Combine(_root, $"data.new-{Guid.NewGuid():N}"); // an initdb that outlived its killed starter works elsewhere
        var run = await account.RunAsync(
            binaries.Initdb,
            ["-D", fresh, "-U", UserName, "-A", "scram-sha-256", "--pwfile", _passwordFile, "-E", "UTF8", "--locale=C"],
            _root,
            cancellationToken
        );
        if (run.ExitCode != 0)
        {
            throw new PrivatePostgresUnavailableException(
                $"A private PostgreSQL could not be made in {_root}: {run.Output}\nMend the cause, or set ConnectionStrings:GroqBatch."
            );
        }

        Directory.Move(fresh, _data);
        Log.Made(Logger, _root, binaries.Major, account.Name ?? Environment.UserName);
    }

    private void RemoveLeftovers()
    {
        foreach (var leftover in Directory.EnumerateDirectories(_root, "data.new-*"))
        {
            try
            {
                Directory.Delete(leftover, recursive: true);
                Log.LeftoverRemoved(Logger, leftover);
            }
            catch (IOException)
            {
                // An initdb that outlived its killed starter still works in there; it will be a leftover at the next start too.
            }
        }
    }

    private async Task EnsurePasswordAsync(ServerAccount account, CancellationToken cancellationToken)
    {
        if (File.Exists(_passwordFile))
        {
            return;
        }

        var fresh = _passwordFile + ".new";
        File.Delete(fresh);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new FileStream(fresh, create))
        {
            await file.WriteAsync(
                System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))),
                cancellationToken
            );
            file.Flush(flushToDisk: true);
        }

        await account.TakeAsync(fresh, cancellationToken);
        File.Move(fresh, _passwordFile);
    }

    /// <summary>Null: no server runs. Waits for one that is starting, recovering or going down.</summary>
    private async Task<NpgsqlConnection?> TryAttachAsync(string applicationName, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (PostmasterFile.Read(_data) is { } postmaster)
        {
            var answer = "it wrote no port yet";
            if (postmaster.Port is { } port)
            {
                var connection = new NpgsqlConnection(MaintenanceString(port, applicationName));
                try
                {
                    // First of all, whatever the process table says: nobody else takes this password.
                    await connection.OpenAsync(cancellationToken);
                    return connection;
                }
                catch (NpgsqlException refused)
                {
                    await connection.DisposeAsync();
                    answer = refused.Message;
                }
            }

            if (!postmaster.ServerRuns())
            {
                return null;
            }

            if (waited.Elapsed > _options.StartTimeout)
            {
                throw new PrivatePostgresUnavailableException(
                    $"The private PostgreSQL in {_root} runs, but took no connection for {waited.Elapsed.TotalSeconds:0} s ({answer}). Its log is {_logFile}."
                );
            }

            await Task.Delay(StateRetry, cancellationToken);
        }

        return null;
    }

    /// <returns>Null when the server runs, else why not.</returns>
    private async Task<StartFailure?> TryStartAsync(int? requiredPort, CancellationToken cancellationToken)
    {
        await ClearStaleFileAsync(cancellationToken);

        var port = requiredPort ?? RememberedPort();
        if (port is null || !IsFree(port.Value))
        {
            if (requiredPort is not null)
            {
                await Task.Delay(StateRetry, cancellationToken);
                return new StartFailure($"port {requiredPort} is taken by another program", MayPass: true);
            }

            port = FreePort();
        }

        var (binaries, account) = await ProgramsAsync(cancellationToken);
        await account.DemandWritableAsync(_root, cancellationToken);
        if (new FileInfo(_logFile) is { Exists: true, Length: > LogFileLimit })
        {
            File.Move(_logFile, _logFile + ".1", overwrite: true);
        }

        var logged = new FileInfo(_logFile) is { Exists: true } log ? log.Length : 0;
        var settings = DefaultSettings.Concat(_options.ServerSettings).Select(setting => $" -c {setting.Key}={setting.Value}");
        var seconds = Math.Max(1, (int)_options.StartTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var run = await account.RunAsync(
            binaries.PgCtl,
            ["-D", _data, "-w", "-t", seconds, "-l", _logFile, "-o", $"-p {port}{string.Concat(settings)}", "start"],
            _root,
            cancellationToken
        );
        if (run.ExitCode != 0)
        {
            var reason = $"{run.Output}\n{await LoggedSinceAsync(logged, cancellationToken)}".Trim();
            Log.StartFailed(Logger, _root, reason);
            await Task.Delay(StateRetry, cancellationToken);
            return new StartFailure(reason, MayPass: reason.Contains("shared memory block", StringComparison.Ordinal));
        }

        // Kept for the next start, so that connection strings noted elsewhere, and pools of a process that outlives the server, stay right.
        await File.WriteAllTextAsync(_portFile, port.Value.ToString(CultureInfo.InvariantCulture), cancellationToken);
        Log.Started(Logger, _root, binaries.Major, port.Value);
        return null;
    }

    /// <summary>Puts the file of a dead server out of the way where PostgreSQL would not do so by itself.</summary>
    private async Task ClearStaleFileAsync(CancellationToken cancellationToken)
    {
        if (PostmasterFile.Read(_data) is { ProcessId: 0 })
        {
            // A server whose starter was killed may be writing it just now.
            await Task.Delay(EmptyFileGrace, cancellationToken);
            if (PostmasterFile.Read(_data) is { ProcessId: 0 } empty)
            {
                empty.Remove();
            }
        }
        else if (PostmasterFile.Read(_data) is { } stale && !stale.ServerRuns())
        {
            stale.Disown();
        }
    }

    private async Task<string> LoggedSinceAsync(long position, CancellationToken cancellationToken)
    {
        const int Most = 4096;
        if (!File.Exists(_logFile))
        {
            return "";
        }

        await using var log = new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Position = Math.Max(position, log.Length - Most);
        using var reader = new StreamReader(log);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task EnsureDatabaseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // A kill may have come between making the cluster and making the database; under the lock nobody else makes it.
        await using var find = new NpgsqlCommand("select 1 from pg_database where datname = @name", connection);
        find.Parameters.AddWithValue("name", DatabaseName);
        if (await find.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = new NpgsqlCommand($"create database {DatabaseName}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private string MaintenanceString(int port, string applicationName) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = UserName,
            Password = File.ReadAllText(_passwordFile).Trim(),
            Database = "postgres",
            ApplicationName = applicationName,
            Pooling = false,
            Timeout = 15,
            SslMode = SslMode.Disable, // loopback, and the server has no certificate
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;

    private int? RememberedPort() =>
        File.Exists(_portFile) && int.TryParse(File.ReadAllText(_portFile), CultureInfo.InvariantCulture, out var port) ? port : null;

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <param name="Reason">For a person.</param>
    /// <param name="MayPass">Whether it is worth trying again.</param>
    private sealed record StartFailure(string Reason, bool MayPass);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Made a private PostgreSQL {Major} in {Folder}, run by the account {Account}")]
        public static partial void Made(ILogger logger, string folder, int major, string account);

        [LoggerMessage(LogLevel.Information, "Started the private PostgreSQL {Major} in {Folder} on port {Port}")]
        public static partial void Started(ILogger logger, string folder, int major, int port);

        [LoggerMessage(LogLevel.Warning, "The private PostgreSQL in {Folder} did not start: {Output}")]
        public static partial void StartFailed(ILogger logger, string folder, string output);

        [LoggerMessage(LogLevel.Information, "Stopped the private PostgreSQL in {Folder}: nobody else uses it")]
        public static partial void Stopped(ILogger logger, string folder);

        [LoggerMessage(LogLevel.Warning, "The private PostgreSQL in {Folder} was asked to stop and did not: {Output}")]
        public static partial void StopFailed(ILogger logger, string folder, string output);

        [LoggerMessage(LogLevel.Information, "Removed {Folder}, left by a start that was cut off")]
        public static partial void LeftoverRemoved(ILogger logger, string folder);
    }
}
