using GroqBatch.EndToEndTests.Backfills;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.EndToEndTests.Hostile;
using GroqBatch.EndToEndTests.Journeys;
using GroqBatch.EndToEndTests.Notifications;
using GroqBatch.EndToEndTests.Runs;
using GroqBatch.EndToEndTests.TeamComparisons;
using GroqBatch.EndToEndTests.Teams;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>What takes longest is begun first, so that at the end no test runs by itself beside an idle processor.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(SlowRuns),
        nameof(Writers),
        nameof(WholeJobTests),
        nameof(Readers),
        nameof(TeamPageTests),
        nameof(HostileTextTests),
        nameof(Strangers),
        nameof(BackfillDialogTests),
        nameof(InboxTests),
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
