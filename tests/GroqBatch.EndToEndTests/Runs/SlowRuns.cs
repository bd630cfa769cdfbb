namespace GroqBatch.EndToEndTests.Runs;

/// <summary>Tests that watch runs go by, and lose the server under an open page: they share the dashboard whose simulator takes its time.</summary>
[CollectionDefinition]
public sealed class SlowRuns : ICollectionFixture<SlowDashboard>;
