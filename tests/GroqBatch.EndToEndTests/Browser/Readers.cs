namespace GroqBatch.EndToEndTests.Browser;

/// <summary>
/// Tests that change nothing of the sample teams share one dashboard and take turns before it: to start one takes longer than most of them.
/// </summary>
[CollectionDefinition]
public sealed class Readers : ICollectionFixture<SampleDashboard>;
