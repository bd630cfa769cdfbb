using System.IO.Compression;
using System.Security.Cryptography;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Faults;
using GroqBatch.Testing.Folders;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Storage;

/// <summary>The raw files of a run, in a folder that a person named.</summary>
public sealed class RawExportTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copies_every_file_of_every_batch_and_tells_each_by_its_digests()
    {
        await using var installation = await StartAsync();
        using var folder = new TestFolder();
        var runId = await RunAsync(installation);

        var index = await ExportAsync(installation, runId, folder.Combine("raw"));

        Assert.Equal([(1, 1), (1, 2), (2, 1)], index.Batches.Select(batch => (batch.Pass, batch.Ordinal)));
        Assert.Empty(index.Faults);
        Assert.Equal(["request", "output", "error"], index.Batches[0].Files.Select(file => file.Kind));
        Assert.Equal(
            index.Batches.SelectMany(batch => batch.Files).Select(file => file.Name!).Append("index.json").Order(StringComparer.Ordinal),
            Directory.GetFiles(folder.Combine("raw")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)
        );
        foreach (var file in index.Batches.SelectMany(batch => batch.Files))
        {
            var packed = await File.ReadAllBytesAsync(folder.Combine("raw", file.Name!), Cancelled);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(packed)), file.Sha256);
            Assert.Equal(packed.Length, file.Bytes);
            var content = new MemoryStream();
            await using (var unpacking = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress))
            {
                await unpacking.CopyToAsync(content, Cancelled);
            }

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content.ToArray())), file.ContentSha256);
            Assert.StartsWith("file_", file.FileId, StringComparison.Ordinal);
        }

        var recorded = await installation.ListAsync<string>(
            $"select encode(request_file_hash, 'hex') from groqbatch.batches where run_id = '{runId}' order by pass_ordinal, ordinal",
            Cancelled
        );
        Assert.Equal(recorded, index.Batches.Select(batch => batch.Files[0].ContentSha256!));
        var read = RawIndex.Parse(await File.ReadAllTextAsync(folder.Combine("raw", "index.json"), Cancelled));
        Assert.Equal(index.ToString(), read.ToString());
        Assert.Equal(
            """ada {"files": 7, "missing": 0}""",
            await installation.ScalarAsync<string>(
                "select actor || ' ' || after::text from groqbatch.audit_events where action = 'run.raw'",
                Cancelled
            )
        );
    }

    [Fact]
    public async Task Downloads_what_is_gone_from_the_disk_and_says_what_can_not_be_had_or_is_not_what_was_sent()
    {
        await using var installation = await StartAsync();
        using var folder = new TestFolder();
        var runId = await RunAsync(installation);
        var whole = await ExportAsync(installation, runId, folder.Combine("whole"));
        var raw = Path.Combine(installation.RawFolder, $"{runId}");
        var (first, second) = (whole.Batches[0], whole.Batches[1]);
        File.Delete(Path.Combine(raw, $"{first.BatchId}.output.jsonl.gz"));
        File.Delete(Path.Combine(raw, $"{second.BatchId}.output.jsonl.gz"));
        File.Copy(
            Path.Combine(raw, $"{second.BatchId}.request.jsonl.gz"),
            Path.Combine(raw, $"{first.BatchId}.request.jsonl.gz"),
            overwrite: true
        );
        await File.WriteAllBytesAsync(Path.Combine(raw, $"{first.BatchId}.error.jsonl.gz"), [31, 139, 8, 0, 1, 2, 3], Cancelled);
        installation.Simulator.AddFault(new Fault { Kind = FaultKind.FileExpired, Path = $"/files/{second.Files[1].FileId}/content" });

        var index = await ExportAsync(installation, runId, folder.Combine("again"));

        Assert.Equal(
            [
                "request: Its lines are not those that were recorded when it was written.",
                "error: It is damaged: it can't be decompressed. Once it is removed it is downloaded again, while the provider has it.",
                "output: It is gone from the disk, and the provider does not have it any more.",
            ],
            index.Faults.Select(fault => $"{fault.File.Kind}: {fault.File.Fault}")
        );
        var downloaded = index.Batches[0].Files[1];
        Assert.True(downloaded.FromProvider);
        Assert.Equal(first.Files[1].ContentSha256, downloaded.ContentSha256);
    }

    [Fact]
    public async Task Never_mixes_the_files_of_two_runs()
    {
        await using var installation = await StartAsync();
        using var folder = new TestFolder();
        var runId = await RunAsync(installation);
        await File.WriteAllTextAsync(folder.Combine("index.json"), """{"shop":"open"}""", Cancelled);

        await Assert.ThrowsAsync<IOException>(() => ExportAsync(installation, runId, folder.Path));
        File.Delete(folder.Combine("index.json"));
        var once = await ExportAsync(installation, runId, folder.Path);
        var twice = await ExportAsync(installation, runId, folder.Path);

        Assert.Equal(once.ToString(), twice.ToString());
        Assert.Null(
            await installation
                .Services.GetRequiredService<IRawExport>()
                .ExportAsync(Guid.NewGuid(), folder.Path, TestInstallation.Ada, Cancelled)
        );
    }

    private static Task<TestInstallation> StartAsync() =>
        TestInstallation.StartAsync(
            simulator =>
                simulator.Faults.Add(
                    new Fault
                    {
                        Kind = FaultKind.AnswerAs,
                        Model = "openai/gpt-oss-20b",
                        Answer = Simulator.Answers.SimulatedAnswer.JsonValidateFailed,
                        BatchNumber = 1,
                        Count = 3,
                    }
                ),
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "20" },
            cancellationToken: Cancelled
        );

    private static async Task<Guid> RunAsync(TestInstallation installation)
    {
        var team = await installation.AddTeamAsync("acme", 30, Cancelled);
        var runId = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.EndAsync(runId, Cancelled);
        return runId;
    }

    private static async Task<RawIndex> ExportAsync(TestInstallation installation, Guid runId, string folder)
    {
        var export = installation.Services.GetRequiredService<IRawExport>();
        return (await export.ExportAsync(runId, folder, TestInstallation.Ada, Cancelled))!;
    }
}
