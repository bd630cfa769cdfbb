using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Hostile;
using GroqBatch.EndToEndTests.Journeys;
using GroqBatch.EndToEndTests.Runs;
using GroqBatch.EndToEndTests.TeamComparisons;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>
/// What takes longest is begun first, so that at the end no test runs by itself beside an idle processor. Before that, what needs no sample teams:
/// they are written meanwhile.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(HostileTextTests),
        nameof(Writers),
        nameof(Strangers),
        nameof(SlowRuns),
        nameof(Readers),
        nameof(Beginners),
    ];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
