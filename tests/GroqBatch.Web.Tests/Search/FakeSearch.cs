using System.Collections.Concurrent;
using GroqBatch.Core.Access;
using GroqBatch.Core.Search;

namespace GroqBatch.Web.Tests.Search;

/// <summary>A search whose answers a test gives, when it likes.</summary>
internal sealed class FakeSearch : ISearch
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SearchFindings>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _asked = new(StringComparer.Ordinal);

    /// <summary>What has been asked for, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What was given up.</summary>
    public ConcurrentQueue<string> GivenUp { get; } = new();

    /// <summary>Giving up takes until this is set.</summary>
    public ManualResetEventSlim MayGiveUp { get; } = new(initialState: true);

    /// <summary>What comes at once of a text whose answer takes longer.</summary>
    public ConcurrentDictionary<string, SearchFindings> AtOnce { get; } = new(StringComparer.Ordinal);

    public Task<SearchFindings> FindAsync(string text, string provider, TimeSpan patience, Actor actor, CancellationToken cancellationToken)
    {
        if (patience == SearchPatience.AtOnce && AtOnce.TryGetValue(text, out var first))
        {
            return Task.FromResult(first);
        }

        Asked.Enqueue(text);
        cancellationToken.Register(() =>
        {
            GivenUp.Enqueue(text);
            MayGiveUp.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
        });
        AskedOf(text).TrySetResult();
        return Of(text).Task;
    }

    /// <summary>Ends once a text has been asked for.</summary>
    public Task WaitUntilAskedAsync(string text) => AskedOf(text).Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Answers a text, before it is asked for or after.</summary>
    public void Answer(string text, SearchFindings found) => Of(text).SetResult(found);

    /// <summary>Fails a text.</summary>
    public void Fail(string text, Exception failure) => Of(text).SetException(failure);

    private TaskCompletionSource<SearchFindings> Of(string text) =>
        _answers.GetOrAdd(text, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private TaskCompletionSource AskedOf(string text) =>
        _asked.GetOrAdd(text, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
