using System.IO.Compression;
using System.Text;
using GroqBatch.Cli.Tests.Shell;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;

namespace GroqBatch.Cli.Tests.Runs;

/// <summary>The key is never shown, logged, stored or exported, whatever goes wrong.</summary>
public sealed class KeyTests(Workplace workplace) : IClassFixture<Workplace>
{
    private const string Key = "gsk_marker7Qx2ThisMustAppearNowhere";

    private static readonly SimulatedAnswer[] Answers =
    [
        SimulatedAnswer.JsonValidateFailed,
        SimulatedAnswer.TokenLimit,
        SimulatedAnswer.SchemaMismatch,
        SimulatedAnswer.FinishLength,
        SimulatedAnswer.NullContent,
        SimulatedAnswer.NotJson,
        SimulatedAnswer.SchemaViolation,
        SimulatedAnswer.Contradiction,
        SimulatedAnswer.ContextLength,
        SimulatedAnswer.RateLimited,
        SimulatedAnswer.ServerError,
        SimulatedAnswer.NeverRun,
        SimulatedAnswer.Unanswered,
        SimulatedAnswer.BrokenLine,
    ];

    [Fact]
    public async Task Appears_nowhere_after_a_run_with_every_kind_of_error()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await workplace.AddTeamAsync("marked", 60);
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions
            {
                Folder = Path.Combine(workplace.Folder, "groq"),
                ApiKey = Key,
                Fast = true,
                Models = [new SimulatedModel { Id = "openai/gpt-oss-20b", Failures = Answers.ToDictionary(answer => answer, _ => 0.06) }],
            },
            cancellationToken: cancellationToken
        );
        simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.RateLimited,
                Method = "GET",
                Times = 2,
                Seconds = 0.1,
            }
        );
        simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.ServerError,
                Method = "GET",
                Times = 2,
            }
        );
        simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.ReplyLost,
                Method = "POST",
                Path = "/batches",
                Times = 1,
            }
        );
        simulator.AddFault(new Fault { Kind = FaultKind.TruncatedDownload, Times = 1 });
        var live = workplace.With(("GROQ_API_KEY", Key), ("Groq__BaseUrl", simulator.BaseUrl), ("Groq__RetryDelay", "00:00:00.05"));
        var said = new List<Outcome>
        {
            await workplace
                .With(("GROQ_API_KEY", Key + "wrong"), ("Groq__BaseUrl", simulator.BaseUrl))
                .RunAsProcessAsync("run-llm-batch", "--team", "marked", "--full", "--verbose"),
            await live.RunAsProcessAsync("run-llm-batch", "--team", "marked", "--full", "--with-fallback", "--dry-run"),
            await live.RunAsProcessAsync("run-llm-batch", "--team", "marked", "--full", "--with-fallback", "--json", "--verbose"),
        };
        Assert.True(said[0].Code == 3, said[0].ToString());
        Assert.True(said[2].Code is 0 or 1, said[2].ToString());
        Assert.DoesNotContain("Simulated", said[2].Error, StringComparison.Ordinal);
        var run = said[2].Json;
        Assert.Equal("groq", run.GetProperty("provider").GetString());
        var codes = run.GetProperty("passes")[0].GetProperty("failuresByCode").EnumerateObject().Select(code => code.Name).ToList();
        Assert.True(codes.Count >= 5, said[2].ToString());
        said.Add(await live.RunAsProcessAsync("status", run.GetProperty("runId").GetString()!, "--verbose"));
        var exported = Path.Combine(workplace.Folder, "marked.jsonl");
        said.Add(await live.RunAsProcessAsync("export", "--team", "marked", "--output", exported));

        var bundle = Path.Combine(workplace.Folder, "marked.zip");
        said.Add(
            await live.RunAsProcessAsync("raw", run.GetProperty("runId").GetString()!, "--output", Path.Combine(workplace.Folder, "given"))
        );
        said.Add(await live.RunAsProcessAsync("bundle", run.GetProperty("runId").GetString()!, "--output", bundle));
        await ZipFile.ExtractToDirectoryAsync(bundle, Path.Combine(workplace.Folder, "unpacked"), cancellationToken);

        Assert.All(said, outcome => Assert.DoesNotContain("marker7Qx2", outcome.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("marker7Qx2", await DumpAsync(), StringComparison.Ordinal);
        Workplace.AssertEnded(0, said[^1]);
        Assert.True(new FileInfo(exported).Length > 0);
        var files = Directory.GetFiles(workplace.Folder, "*", SearchOption.AllDirectories);
        Assert.Contains(
            files,
            file => file.Contains($"{Path.DirectorySeparatorChar}raw{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        );
        foreach (var file in files)
        {
            Assert.DoesNotContain("marker7Qx2", await ReadAsync(file), StringComparison.Ordinal);
        }
    }

    /// <summary>Every row of every table, as text.</summary>
    private async Task<string> DumpAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var connection = await workplace.Database.DataSource.OpenConnectionAsync(cancellationToken);
        var tables = new List<string>();
        await using (var list = connection.CreateCommand())
        {
            list.CommandText =
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
            await using var reader = await list.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                tables.Add(reader.GetString(0));
            }
        }

        Assert.Contains("groqbatch.attempts", tables);
        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            await using var rows = connection.CreateCommand();
            rows.CommandText = $"select string_agg(row::text, E'\\n') from {table} row";
            dump.Append(await rows.ExecuteScalarAsync(cancellationToken) as string);
        }

        Assert.Contains("json_validate_failed", dump.ToString(), StringComparison.Ordinal);
        return dump.ToString();
    }

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        if (file.EndsWith(".gz", StringComparison.Ordinal))
        {
            await using var unpacked = new GZipStream(stream, CompressionMode.Decompress);
            return await new StreamReader(unpacked, Encoding.Latin1).ReadToEndAsync();
        }

        return await new StreamReader(stream, Encoding.Latin1).ReadToEndAsync();
    }
}
