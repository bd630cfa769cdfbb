using System.Diagnostics.CodeAnalysis;
using GroqBatch.Core.Outcomes;

namespace GroqBatch.Core.Summaries;

/// <summary>What a model's answer turned out to be: a valid document, or the reason why it is none.</summary>
public sealed record SummaryReading
{
    private SummaryReading() { }

    /// <summary>The document; null when there is none.</summary>
    public SummaryDocument? Document { get; private init; }

    /// <summary><see cref="FailureCode.InvalidJson"/> or <see cref="FailureCode.SchemaViolation"/>; null when there is a document.</summary>
    public FailureCode? Code { get; private init; }

    /// <summary>
    /// Why there is no document, fit to show, naming the path where there is one, such as
    /// <c>health.scope: "huge" is none of small, medium, large, xlarge</c>. May quote up to 40 characters of the answer: not for logs.
    /// </summary>
    public string? Message { get; private init; }

    [MemberNotNullWhen(true, nameof(Document))]
    [MemberNotNullWhen(false, nameof(Code), nameof(Message))]
    public bool IsValid => Document is not null;

    internal static SummaryReading Valid(SummaryDocument document) => new() { Document = document };

    internal static SummaryReading Invalid(FailureCode code, string message) => new() { Code = code, Message = message };
}
