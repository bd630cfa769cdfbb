using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GroqBatch.Core.Changes;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Data.Changes;

/// <summary>LISTENs on the channel that the ledger's triggers notify. Each reader has a connection of its own.</summary>
internal sealed partial class ChangeReader(NpgsqlDataSource dataSource, TimeProvider time, ILogger<ChangeReader> logger) : IChangeReader
{
    private const string Channel = "groqbatch_changes";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public async IAsyncEnumerable<Change> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Bounded: a reader that is slow misses single changes, and is told that it did.
        var missed = 0;
        var channel = System.Threading.Channels.Channel.CreateBounded<Change>(
            new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            itemDropped: _ => Interlocked.Exchange(ref missed, 1)
        );
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = ListenAsync(channel.Writer, ending.Token);
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return Interlocked.Exchange(ref missed, 0) == 0 ? change : Change.Everything;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await listening;
        }
    }

    private async Task ListenAsync(ChannelWriter<Change> changes, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                    connection.Notification += (_, notification) => changes.TryWrite(Parse(notification.Payload));
                    await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
                    {
                        await listen.ExecuteNonQueryAsync(cancellationToken);
                    }

                    changes.TryWrite(Change.Everything);
                    while (true)
                    {
                        await connection.WaitAsync(cancellationToken);
                    }
                }
                catch (NpgsqlException lost) when (!cancellationToken.IsCancellationRequested)
                {
                    Log.Interrupted(logger, lost.Message);
                    await Task.Delay(Pause, time, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
        catch (NpgsqlException) when (cancellationToken.IsCancellationRequested) { }
        finally
        {
            changes.TryComplete();
        }
    }

    private static Change Parse(string payload)
    {
        var colon = payload.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? Change.Everything : new(payload[..colon], payload[(colon + 1)..]);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "No news of changes for the moment: {Cause}")]
        public static partial void Interrupted(ILogger logger, string cause);
    }
}
