namespace GroqBatch.Core.Summaries;

/// <summary>What the schema says about a property of the summary document, and the limits its values are held to.</summary>
/// <param name="description">For the model; counts against the prompt's token limit. Empty: its name says enough.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SummaryFieldAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    /// <summary>UTF-16 code units that a text, or each text of a list, may have; a longer one is cut. 0: no limit.</summary>
    public int MaxLength { get; set; }

    /// <summary>Whether line breaks in a text become blanks.</summary>
    public bool IsLine { get; set; }

    /// <summary>Smallest number accepted.</summary>
    public double Minimum { get; set; } = double.MinValue;

    /// <summary>Largest number accepted.</summary>
    public double Maximum { get; set; } = double.MaxValue;
}
