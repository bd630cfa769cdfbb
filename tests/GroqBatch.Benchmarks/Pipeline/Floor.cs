using System.Diagnostics;
using System.IO.Compression;
using Npgsql;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>
/// What the same bytes take on the same server without any of what the product is for: no prompt, no claim, no attempt, no provenance, no
/// check. SQL straight to JSON Lines, and a COPY of the answers with one UPDATE.
/// </summary>
internal static class Floor
{
    private const string NoQuotes = "format csv, delimiter e'\\x02', quote e'\\x01'";

    // The strings of a line, as long as what the product sends; what the product writes beside the texts stands in for by a pad.
    private const string Line = """
        '{"custom_id":"pr-' || id || '","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"system","content":"' || @pad
        || '"},{"role":"user","content":' || to_json(concat_ws(E'\n', repository, title, author_login, files::text, commits::text, body))::text
        || '}]}}'
        """;

    /// <param name="dataSource">The server of the measurement.</param>
    /// <param name="postmasterId">Its postmaster.</param>
    /// <param name="rawFolder">Where the run left its files.</param>
    /// <param name="requestBytes">Bytes that the run wrote.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FloorFigures> MeasureAsync(
        NpgsqlDataSource dataSource,
        int postmasterId,
        string rawFolder,
        long requestBytes,
        CancellationToken cancellationToken
    )
    {
        var server = new ServerMeter(postmasterId);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var pad = await PadAsync(connection, requestBytes, cancellationToken);
        var (write, written) = await TimeAsync(
            "floor: SQL to JSON Lines",
            server,
            () => WriteAsync(connection, pad, Path.Combine(rawFolder, "floor.jsonl"), flush: true, cancellationToken)
        );
        var answers = Path.Combine(rawFolder, "floor-answers.jsonl");
        await GatherAnswersAsync(rawFolder, answers, cancellationToken);
        await ExecuteAsync(
            connection,
            """
            create table floor_summaries (id bigint primary key, raw text, document jsonb);
            insert into floor_summaries (id) select id from groqbatch.pull_requests;
            analyze floor_summaries; checkpoint
            """,
            cancellationToken
        );
        var (take, taken) = await TimeAsync("floor: COPY and UPDATE", server, () => TakeAsync(connection, answers, cancellationToken));
        var (replaced, replacedBytes) = await TimeAsync(
            "floor of the script: SQL to its longer lines",
            server,
            () =>
                WriteAsync(
                    connection,
                    pad + new string('x', ReplacedScript.LongerLines),
                    Path.Combine(rawFolder, "floor-script.jsonl"),
                    flush: false,
                    cancellationToken
                )
        );
        return new FloorFigures
        {
            Write = write,
            Take = take,
            WriteAsScript = replaced,
            RequestBytes = written,
            AnswerBytes = taken,
            ScriptBytes = replacedBytes,
        };
    }

    private static async Task<string> PadAsync(NpgsqlConnection connection, long requestBytes, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select sum(octet_length({Line.Replace("@pad", "''", StringComparison.Ordinal)}))::bigint, count(*) from groqbatch.pull_requests",
            connection
        );
        command.CommandTimeout = 600;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new string('x', (int)Math.Max(0, (requestBytes - reader.GetInt64(0)) / reader.GetInt64(1)));
    }

    private static async Task<long> WriteAsync(
        NpgsqlConnection connection,
        string pad,
        string path,
        bool flush,
        CancellationToken cancellationToken
    )
    {
        var line = Line.Replace("@pad", $"'{pad}'", StringComparison.Ordinal);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17);
        using var copy = await connection.BeginTextExportAsync(
            $"copy (select {line} from groqbatch.pull_requests order by created_at desc, id desc) to stdout ({NoQuotes})",
            cancellationToken
        );
        await copy.BaseStream.CopyToAsync(file, cancellationToken); // bytes as they are, no text made of them
        await file.FlushAsync(cancellationToken);
        if (flush)
        {
            file.Flush(flushToDisk: true);
        }

        return file.Length;
    }

    private static async Task<long> TakeAsync(NpgsqlConnection connection, string path, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "create temporary table floor_answers (line text) on commit drop", cancellationToken);
        long bytes;
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17))
        await using (var copy = await connection.BeginTextImportAsync($"copy floor_answers from stdin ({NoQuotes})", cancellationToken))
        {
            bytes = file.Length;
            await file.CopyToAsync(copy.BaseStream, cancellationToken);
        }

        await ExecuteAsync(
            connection,
            """
            update floor_summaries summary
            set raw = answer.line,
                document = case when answer.parsed #>> '{response,status_code}' = '200'
                                then (answer.parsed #>> '{response,body,choices,0,message,content}')::jsonb end
            from (select line, line::jsonb as parsed from floor_answers offset 0) answer
            where summary.id = substr(answer.parsed ->> 'custom_id', 4)::bigint
            """,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
        return bytes;
    }

    private static async Task GatherAnswersAsync(string rawFolder, string path, CancellationToken cancellationToken)
    {
        await using var gathered = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        foreach (var file in Directory.EnumerateFiles(rawFolder, "*.jsonl.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!file.EndsWith(".request.jsonl.gz", StringComparison.Ordinal))
            {
                await using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
                await source.CopyToAsync(gathered, cancellationToken);
            }
        }

        gathered.Flush(flushToDisk: true);
    }

    private static async Task<(StageFigures Figures, long Bytes)> TimeAsync(string name, ServerMeter server, Func<Task<long>> work)
    {
        var (postgres, own, start) = (
            server.CpuSeconds(exactly: true),
            Environment.CpuUsage.TotalTime.TotalSeconds,
            Stopwatch.GetTimestamp()
        );
        ProcessMeter.ResetOwnPeak();
        var bytes = await work();
        return (
            new StageFigures(
                name,
                Stopwatch.GetElapsedTime(start).TotalSeconds,
                Environment.CpuUsage.TotalTime.TotalSeconds - own,
                server.CpuSeconds(exactly: true) - postgres,
                Simulator: 0,
                ProcessMeter.PeakBytes(Environment.ProcessId)
            ),
            bytes
        );
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
