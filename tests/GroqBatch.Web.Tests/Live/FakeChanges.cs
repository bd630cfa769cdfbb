using System.Runtime.CompilerServices;
using System.Threading.Channels;
using GroqBatch.Core.Changes;

namespace GroqBatch.Web.Tests.Live;

/// <summary>Changes that a test makes happen.</summary>
internal sealed class FakeChanges : IChangeReader
{
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>();
    private int _readers;

    /// <summary>Who listens.</summary>
    public int Readers => Volatile.Read(ref _readers);

    public void Happen(string kind, string id = "") => _changes.Writer.TryWrite(new Change(kind, id));

    public async IAsyncEnumerable<Change> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            while (true)
            {
                Change change;
                try
                {
                    change = await _changes.Reader.ReadAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    yield break;
                }

                yield return change;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }
}
