using GroqBatch.Core.Access;

namespace GroqBatch.Core.Exports;

/// <summary>Writes tables of pages as files.</summary>
public interface ITableExport
{
    /// <summary>
    /// Writes a table as CSV (RFC 4180, UTF-8, with a header) to a stream, which stays open; row by row as they are read, and no cell begins like a
    /// formula. Takes <see cref="Right.View"/>; an audit event says who, what and how many.
    /// </summary>
    /// <returns>How many rows were written.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<long> WriteAsync(ExportedTable table, Stream output, Actor actor, CancellationToken cancellationToken);
}

/// <summary>A table with the rows that a filter lets through.</summary>
public sealed record ExportedTable
{
    /// <summary>What its rows are, as audit events call it: <c>team</c>, <c>run</c>, <c>request</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose rows they are, such as a run's id; <c>all</c> where they are everybody's.</summary>
    public required string Target { get; init; }

    /// <summary>The filter, as an address holds it or in words; empty: everything.</summary>
    public required string Filter { get; init; }

    /// <summary>Their names, in order.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>
    /// Cells in the order of <see cref="Columns"/>: text, whole and decimal numbers, truth values, times, days, or null for an empty one. Read once, while
    /// it is written.
    /// </summary>
    public required IAsyncEnumerable<IReadOnlyList<object?>> Rows { get; init; }
}
