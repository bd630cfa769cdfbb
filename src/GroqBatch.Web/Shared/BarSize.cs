namespace GroqBatch.Web.Shared;

/// <summary>How high a bar is.</summary>
public enum BarSize
{
    /// <summary>8 px, without a label: a row.</summary>
    Row,

    /// <summary>12 px: a dialog.</summary>
    Medium,

    /// <summary>24 px with gaps and, where wanted, the label of its tick: the head of a page, a rung.</summary>
    Large,
}
