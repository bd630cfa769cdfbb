namespace GroqBatch.Core.Summaries;

/// <summary>
/// The validated JSON document about one pull request. This type is its only definition: the schema that is sent
/// (<see cref="SummarySchema"/>), the validation of what comes back (<see cref="SummaryReader"/>) and the exported form
/// (<see cref="SummaryJson"/>) are derived from its properties and their <see cref="SummaryFieldAttribute"/>s, in their order.
/// </summary>
public sealed record SummaryDocument(
    [property: SummaryField("")] AiAssistance Ai,
    [property: SummaryField("")] Technology Tech,
    [property: SummaryField("")] Synopsis Summary,
    [property: SummaryField("")] Health Health
)
{
    /// <summary>A statement that contradicts another, with its path, or null when there is none.</summary>
    public string? FindContradiction() =>
        Ai switch
        {
            { IsAssisted: false, Tools.Count: > 0 } => "ai.tools: tools are named although ai.is_assisted is false",
            { IsAssisted: false, UsageType: not AiUsageType.None } => "ai.usage_type: must be none when ai.is_assisted is false",
            { IsAssisted: true, UsageType: AiUsageType.None } => "ai.usage_type: must not be none when ai.is_assisted is true",
            _ => null,
        };
}

/// <summary>Whether and how AI helped to make a change.</summary>
public sealed record AiAssistance(
    [property: SummaryField("True only with evidence")] bool IsAssisted,
    [property: SummaryField("AI tools used, e.g. Cursor; empty if not assisted", MaxLength = 100)] IReadOnlyList<string> Tools,
    [property: SummaryField("none exactly if not assisted")] AiUsageType UsageType,
    [property: SummaryField("How sure of this section, 0 to 1", Minimum = 0, Maximum = 1)] double Confidence
);

/// <summary>What AI did.</summary>
public enum AiUsageType
{
    /// <summary>Wrote most of the change.</summary>
    Authored,

    /// <summary>Helped a person write it.</summary>
    Assisted,

    /// <summary>Reviewed it or described it only.</summary>
    Reviewed,

    /// <summary>Was asked for ideas.</summary>
    Brainstorm,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>Languages, frameworks and areas that the changed files show.</summary>
public sealed record Technology(
    [property: SummaryField("Programming languages", MaxLength = 100)] IReadOnlyList<string> Languages,
    [property: SummaryField("Frameworks and libraries", MaxLength = 100)] IReadOnlyList<string> Frameworks,
    [property: SummaryField("Areas touched")] IReadOnlyList<TechnologyCategory> Categories
);

/// <summary>An area of engineering.</summary>
public enum TechnologyCategory
{
    Backend,
    Frontend,
    Devops,
    Mobile,
    Data,
}

/// <summary>What a change is, in words.</summary>
public sealed record Synopsis(
    [property: SummaryField("What changed, one line, at most 100 characters", MaxLength = 100, IsLine = true)] string Title,
    [property: SummaryField("What and why, at most 500 characters", MaxLength = 500)] string Description,
    [property: SummaryField("First match in the rules")] ChangeType Type
);

/// <summary>The kind of change.</summary>
public enum ChangeType
{
    Feature,
    Bugfix,
    Refactor,
    Docs,
    Test,
    Chore,
    Ci,
}

/// <summary>How a change went through review, how large and how risky it is.</summary>
public sealed record Health(
    [property: SummaryField("Resistance met in review")] Level ReviewFriction,
    [property: SummaryField("Size of the change")] ChangeScope Scope,
    [property: SummaryField("Risk to production")] Level RiskLevel,
    [property: SummaryField("0 to 3 short remarks for the team", MaxLength = 300)] IReadOnlyList<string> Insights
);

/// <summary>A degree.</summary>
public enum Level
{
    Low,
    Medium,
    High,
}

/// <summary>The size of a change.</summary>
public enum ChangeScope
{
    Small,
    Medium,
    Large,
    Xlarge,
}
