namespace GroqBatch.EndToEndTests.TeamComparisons;

/// <summary>Tests on a team whose texts strangers wrote, and that failed: they share its dashboard.</summary>
[CollectionDefinition]
public sealed class Strangers : ICollectionFixture<ComparedDashboard>;
