namespace GroqBatch.EndToEndTests.Browser;

/// <summary>
/// Tests that change the sample teams, each in a place of its own where the others do not look; they share one dashboard as <see cref="Readers"/> do.
/// </summary>
[CollectionDefinition]
public sealed class Writers : ICollectionFixture<SampleDashboard>;
