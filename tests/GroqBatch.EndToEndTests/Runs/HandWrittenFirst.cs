using Xunit.Sdk;
using Xunit.v3;

namespace GroqBatch.EndToEndTests.Runs;

/// <summary>What looks at runs written by hand goes first: meanwhile the dashboard carries out the run that the others look at.</summary>
public sealed class HandWrittenFirst : ITestMethodOrderer
{
    /// <inheritdoc />
    public IReadOnlyCollection<TTestMethod?> OrderTestMethods<TTestMethod>(IReadOnlyCollection<TTestMethod?> testMethods)
        where TTestMethod : ITestMethod =>
        [.. testMethods.OrderBy(test => test?.MethodName != nameof(RunPageTests.Is_sound_with_every_shape_of_a_ladder))];
}
