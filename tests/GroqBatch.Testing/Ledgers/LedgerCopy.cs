using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Testing.Ledgers;

/// <summary>A COPY into one table; rows are written as values, and numbers, texts and times as the types of their columns.</summary>
internal sealed class LedgerCopy(NpgsqlBinaryImporter importer) : IAsyncDisposable
{
    public static async Task<LedgerCopy> IntoAsync(
        NpgsqlConnection connection,
        string table,
        string columns,
        CancellationToken cancellationToken
    ) => new(await connection.BeginBinaryImportAsync($"copy groqbatch.{table} ({columns}) from stdin (format binary)", cancellationToken));

    public async Task RowAsync(CancellationToken cancellationToken, params object?[] values)
    {
        await importer.StartRowAsync(cancellationToken);
        foreach (var value in values)
        {
            await (
                value switch
                {
                    null => importer.WriteNullAsync(cancellationToken),
                    string text => importer.WriteAsync(text, cancellationToken),
                    int number => importer.WriteAsync(number, cancellationToken),
                    long number => importer.WriteAsync(number, cancellationToken),
                    short number => importer.WriteAsync(number, cancellationToken),
                    bool truth => importer.WriteAsync(truth, cancellationToken),
                    double number => importer.WriteAsync(number, cancellationToken),
                    decimal number => importer.WriteAsync(number, cancellationToken),
                    Guid id => importer.WriteAsync(id, cancellationToken),
                    DateTimeOffset at => importer.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellationToken),
                    byte[] bytes => importer.WriteAsync(bytes, cancellationToken),
                    string[] texts => importer.WriteAsync(texts, cancellationToken),
                    Json json => importer.WriteAsync(json.Text, NpgsqlDbType.Jsonb, cancellationToken),
                    _ => throw new ArgumentException($"A {value.GetType().Name} has no column.", nameof(values)),
                }
            );
        }
    }

    public async Task CompleteAsync(CancellationToken cancellationToken) => await importer.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync() => importer.DisposeAsync();

    /// <summary>Text for a jsonb column.</summary>
    internal sealed record Json(string Text);
}
