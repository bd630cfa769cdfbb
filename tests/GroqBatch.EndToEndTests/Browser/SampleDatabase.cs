using GroqBatch.Testing.Databases;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>A database with the sample teams in it, as a fixture.</summary>
public sealed class SampleDatabase() : TestDatabase(SampleTemplate.Today);
