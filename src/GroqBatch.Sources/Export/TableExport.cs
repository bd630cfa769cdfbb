using System.Globalization;
using System.Text.Json;
using CsvHelper;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Exports;

namespace GroqBatch.Sources.Export;

/// <inheritdoc />
internal sealed class TableExport(IAuditLog audit) : ITableExport
{
    private static readonly CsvWriterOptions Options = new()
    {
        Injection = CsvInjection.Escape, // = + - @ tab CR; numbers stay as they are
        TrueValue = "true",
        FalseValue = "false",
    };

    public async Task<long> WriteAsync(ExportedTable table, Stream output, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(actor);
        actor.Demand(Right.View);
        var written = 0L;
        await using (var csv = CsvWriter.Create(output, Options, leaveOpen: true))
        {
            csv.WriteHeader(table.Columns.ToArray());
            await foreach (var row in table.Rows.WithCancellation(cancellationToken))
            {
                foreach (var cell in row)
                {
                    Write(csv, cell);
                }

                await csv.EndRecordAsync(cancellationToken);
                written++;
            }

            await csv.FlushAsync(cancellationToken);
        }

        await audit.AppendAsync(
            new AuditEvent
            {
                Actor = actor.Name,
                Action = $"{table.Kind}.export",
                Target = table.Target,
                Origin = actor.Origin,
                After = JsonSerializer.Serialize(new { filter = table.Filter, rows = written }),
            },
            cancellationToken
        );
        return written;
    }

    private static void Write(CsvWriter csv, object? cell)
    {
        switch (cell)
        {
            case null:
                csv.WriteField("");
                break;
            case string text:
                csv.WriteField(text);
                break;
            case int number:
                csv.WriteField(number);
                break;
            case long number:
                csv.WriteField(number);
                break;
            case double number:
                csv.WriteField(number);
                break;
            case decimal number:
                csv.WriteField(number);
                break;
            case bool value:
                csv.WriteField(value);
                break;
            case Guid id:
                csv.WriteField(id.ToString());
                break;
            case DateOnly day:
                csv.WriteField(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time:
                csv.WriteField(time.UtcDateTime);
                break;
            default:
                throw new ArgumentException($"A cell can't be a {cell.GetType().Name}.", nameof(cell));
        }
    }
}
