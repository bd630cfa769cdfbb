using System.Diagnostics;
using System.Globalization;
using GroqBatch.Benchmarks.Pipeline;
using GroqBatch.Data.PrivatePostgres;
using GroqBatch.Testing.Ledgers;
using Npgsql;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>A private cluster with the product's own settings and a generated ledger in it, made once where its folder is kept.</summary>
internal sealed class LedgerInstallation : IAsyncDisposable
{
    private readonly PrivatePostgresLease _cluster;
    private readonly bool _isKept;

    private LedgerInstallation(string folder, bool isKept, PrivatePostgresLease cluster)
    {
        Folder = folder;
        _isKept = isKept;
        _cluster = cluster;
        DataSource = NpgsqlDataSource.Create(cluster.ConnectionString);
    }

    public string Folder { get; }
    public string ConnectionString => _cluster.ConnectionString;
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Seconds of processor time of all of the server's processes so far, in steps of 10 ms.</summary>
    public double ServerCpuSeconds => new ServerMeter(ServerMeter.PostmasterOf(Folder)).CpuSeconds(exactly: true);

    public static async Task<LedgerInstallation> CreateAsync(
        PagesArguments arguments,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        var folder = arguments.Keep ?? Path.Combine(Path.GetTempPath(), $"groqbatch-benchmark-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        var cluster = await PrivatePostgresCluster.StartOrAttachAsync(folder, new PrivatePostgresOptions(), cancellationToken);
        var installation = new LedgerInstallation(folder, arguments.Keep is not null, cluster);
        try
        {
            // Written last: a ledger that somebody interrupted is not taken for a whole one.
            var written = Path.Combine(folder, "ledger-written");
            if (!File.Exists(written))
            {
                var watch = Stopwatch.StartNew();
                await SkewedLedger.WriteAsync(
                    cluster.ConnectionString,
                    ShapeOf(arguments.Size),
                    TimeProvider.System,
                    said => output.WriteLine($"{watch.Elapsed.TotalSeconds, 6:0.0} s  {said}"),
                    cancellationToken
                );
                var took = watch.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
                await output.WriteLineAsync($"The ledger was written in {took} s; its counters are equal to a recount.");
                await File.WriteAllTextAsync(written, took, cancellationToken);
            }

            await installation.DescribeAsync(output, cancellationToken);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _cluster.DisposeAsync();
        if (!_isKept)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static LedgerShape ShapeOf(int size)
    {
        var million = LedgerShape.Million;
        var part = size / (double)million.PullRequests;
        return million with
        {
            PullRequests = size,
            LargestTeam = (int)(million.LargestTeam * part),
            Teams = size < 200_000 ? 40 : million.Teams,
        };
    }

    private async Task DescribeAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var command = DataSource.CreateCommand(
            """
            select (select count(*) from groqbatch.teams), (select count(*) from groqbatch.pull_requests), (select count(*) from groqbatch.runs),
                   (select count(*) from groqbatch.batches), (select count(*) from groqbatch.requests), (select count(*) from groqbatch.summaries),
                   (select count(*) from groqbatch.verdicts), (select count(*) from groqbatch.coverage_history),
                   pg_size_pretty(pg_database_size(current_database())), current_setting('server_version')
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        await output.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{reader.GetInt64(1):#,0} pull requests in {reader.GetInt64(0)} teams, {reader.GetInt64(2):#,0} runs, {reader.GetInt64(3):#,0} batches, {reader.GetInt64(4):#,0} requests, {reader.GetInt64(5):#,0} summaries, {reader.GetInt64(6):#,0} verdicts, {reader.GetInt64(7):#,0} points of history; {reader.GetString(8)} in PostgreSQL {reader.GetString(9)}"
            )
        );
    }
}
