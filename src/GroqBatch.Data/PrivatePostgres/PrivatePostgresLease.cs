using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// This process's share in a private cluster: while it is held, the server runs. It is one open connection, so the operating system gives
/// it back when the process is killed.
/// </summary>
/// <remarks>Should the server itself be killed, the lease starts it again on the same port: pools of this process recover by themselves.</remarks>
public sealed partial class PrivatePostgresLease : IAsyncDisposable
{
    private static readonly TimeSpan ReviveRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(90);

    private readonly PrivatePostgresCluster _cluster;
    private readonly CancellationTokenSource _leaving = new();
    private readonly string _name;
    private readonly int _port;
    private readonly Task _watch;
    private NpgsqlConnection _connection;
    private int _disposed;

    internal PrivatePostgresLease(PrivatePostgresCluster cluster, NpgsqlConnection connection)
    {
        var opened = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        _cluster = cluster;
        _connection = connection;
        _name = opened.ApplicationName!;
        _port = opened.Port;
        ConnectionString = cluster.ConnectionStringFor(_port);
        _watch = WatchAsync();
    }

    /// <summary>Of the database <c>groqbatch</c>, as its owner. Holds the password: not for logs.</summary>
    public string ConnectionString { get; }

    /// <summary>Ends the share; the last one out stops the server. Does not throw: there is nothing a caller could do about it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _leaving.CancelAsync();
        await _watch;
        using var bounded = new CancellationTokenSource(StopTimeout);
        try
        {
            await using var held = await _cluster.LockAsync(bounded.Token);
            await _connection.DisposeAsync();
            await _cluster.StopIfLastAsync(_name, bounded.Token);
        }
        catch (Exception cause)
            when (cause
                    is NpgsqlException
                        or IOException
                        or UnauthorizedAccessException
                        or OperationCanceledException
                        or PrivatePostgresUnavailableException
            )
        {
            // It stays up, which harms nothing: the next process attaches to it.
            Log.LeftRunning(_cluster.Logger, cause.Message);
        }
        finally
        {
            await _connection.DisposeAsync();
            _leaving.Dispose();
        }
    }

    private async Task WatchAsync()
    {
        await Task.Yield();
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                await _connection.WaitAsync(_leaving.Token); // nothing is listened to: this ends only with the connection
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
                return;
            }
            catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException or IOException)
            {
                Log.Lost(_cluster.Logger, lost.Message);
                await ReviveAsync();
            }
        }
    }

    private async Task ReviveAsync()
    {
        await _connection.DisposeAsync();
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                await using var held = await _cluster.LockAsync(_leaving.Token);
                var connection = await _cluster.ConnectAsync(_name, _port, _leaving.Token);
                var port = new NpgsqlConnectionStringBuilder(connection.ConnectionString).Port;
                if (port != _port)
                {
                    Log.PortChanged(_cluster.Logger, _port, port);
                }

                _connection = connection;
                return;
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
                return;
            }
            catch (Exception cause)
                when (cause is PrivatePostgresUnavailableException or NpgsqlException or IOException or UnauthorizedAccessException)
            {
                Log.NotRevived(_cluster.Logger, cause.Message);
                await Task.Delay(ReviveRetry, _leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The private PostgreSQL is gone ({Reason}); starting it again")]
        public static partial void Lost(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The private PostgreSQL could not be started again yet: {Reason}")]
        public static partial void NotRevived(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Critical, "The private PostgreSQL moved from port {Expected} to {Actual}: restart this process")]
        public static partial void PortChanged(ILogger logger, int expected, int actual);

        [LoggerMessage(LogLevel.Warning, "The private PostgreSQL was left running: {Reason}")]
        public static partial void LeftRunning(ILogger logger, string reason);
    }
}
