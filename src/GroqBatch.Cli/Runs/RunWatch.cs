using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GroqBatch.Core.Changes;
using GroqBatch.Core.Runs;

namespace GroqBatch.Cli.Runs;

/// <summary>
/// Watches runs in the ledger: what it shows is the truth, whoever moves them. Hears of changes, gathers bursts, and looks now and then all the
/// same, since an age changes without anybody saying so.
/// </summary>
internal sealed class RunWatch(IChangeReader changes, TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What is read, at once and then after each change. Ends quietly when cancelled.</summary>
    /// <param name="readAsync">Reads what is watched.</param>
    /// <param name="concerns">Whether a change may concern it.</param>
    /// <param name="cancellationToken">Stops watching.</param>
    public async IAsyncEnumerable<IReadOnlyList<RunOverview>> SnapshotsAsync(
        Func<CancellationToken, Task<IReadOnlyList<RunOverview>>> readAsync,
        Func<Change, bool> concerns,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = ListenAsync(signal.Writer, concerns, leaving.Token);
        try
        {
            while (true)
            {
                IReadOnlyList<RunOverview> snapshot;
                try
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    snapshot = await readAsync(cancellationToken);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    yield break;
                }

                yield return snapshot;
                if (!await WaitAsync(signal.Reader, cancellationToken))
                {
                    yield break;
                }
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await listening;
        }
    }

    private async Task<bool> WaitAsync(ChannelReader<bool> signal, CancellationToken cancellationToken)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var timer = time.CreateTimer(_ => patience.Cancel(), null, Patience, Timeout.InfiniteTimeSpan);
            try
            {
                await signal.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return true;
            }

            await Task.Delay(Burst, time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task ListenAsync(ChannelWriter<bool> signal, Func<Change, bool> concerns, CancellationToken cancellationToken)
    {
        await foreach (var change in changes.ReadAsync(cancellationToken))
        {
            if (concerns(change))
            {
                signal.TryWrite(true);
            }
        }
    }
}
