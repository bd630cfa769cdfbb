namespace GroqBatch.Core.Coverage;

/// <summary>Section <c>Coverage</c> of the configuration.</summary>
public sealed class CoverageOptions
{
    public const string SectionName = "Coverage";

    /// <summary>The goal of a team that is added without one, a share above 0 and at most 1.</summary>
    public double Goal { get; set; } = 0.95;

    /// <summary>Everything that is wrong with these values, each message beginning with its key; empty when all is well.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (!Teams.TeamRules.IsGoal(Goal))
        {
            yield return $"{SectionName}:{nameof(Goal)} is {Goal}; it must be a share above 0 and at most 1, such as 0.95.";
        }
    }
}
