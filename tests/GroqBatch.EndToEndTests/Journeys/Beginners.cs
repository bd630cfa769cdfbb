namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>
/// Tests of who sits down before it for the first time: the tour's canary takes all that PostHog lacks, the whole job is done on the two other teams.
/// </summary>
[CollectionDefinition]
public sealed class Beginners : ICollectionFixture<FailingDashboard>;
