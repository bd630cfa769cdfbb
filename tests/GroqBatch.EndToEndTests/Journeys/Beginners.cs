namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>
/// Tests of who sits down before it for the first time: the tour's canary takes all that the first team of the list lacks, which is Cal.com; the whole
/// job is done on the two others.
/// </summary>
[CollectionDefinition]
public sealed class Beginners : ICollectionFixture<FailingDashboard>;
