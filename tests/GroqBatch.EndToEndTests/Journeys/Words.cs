using System.Text.RegularExpressions;

namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>What buttons and states say, apart from their figures.</summary>
internal static partial class Words
{
    [GeneratedRegex("^Retry these", RegexOptions.None, 1_000)]
    public static partial Regex RetryThese();

    [GeneratedRegex("^Send [0-9]+ again$", RegexOptions.None, 1_000)]
    public static partial Regex SendAgain();

    [GeneratedRegex("^Completed", RegexOptions.None, 1_000)]
    public static partial Regex Ended();
}
