using System.Diagnostics;
using System.Text;
using GroqBatch.Core.Outcomes;
using GroqBatch.Groq.Answers;
using GroqBatch.Groq.Tests.Answers;
using GroqBatch.Groq.Tests.Client;

namespace GroqBatch.Groq.Tests;

/// <summary>What time and memory the room takes. Alone, since the whole process is measured.</summary>
[CollectionDefinition(nameof(FootprintTests), DisableParallelization = true)]
[Collection(nameof(FootprintTests))]
public sealed class FootprintTests
{
    private const int Size = 100_000_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hundred_megabytes_do_not_show_in_memory_in_either_direction()
    {
        long received = 0;
        var block = new byte[1 << 20];
        await using var api = await FakeApi.StartAsync(async context =>
        {
            if (context.Request.Method == "POST")
            {
                var buffer = new byte[1 << 16];
                int read;
                while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                {
                    received += read;
                }

                await FakeApi.Reply(BatchSamples.File)(context);
                return;
            }

            context.Response.ContentLength = Size;
            for (var rest = Size; rest > 0; rest -= block.Length)
            {
                await context.Response.Body.WriteAsync(block.AsMemory(0, Math.Min(rest, block.Length)));
            }
        });
        await using var groq = TestGroq.At(api.BaseUrl);
        using var file = new TemporaryFile();
        using var small = new TemporaryFile("{}");
        await groq.Provider.UploadAsync(small.Path, "small.jsonl", Token); // connections, buffers, code
        received = 0;
        using (var sparse = File.Create(file.Path))
        {
            sparse.SetLength(Size);
        }

        var (allocated, resident) = Measure();

        await groq.Provider.UploadAsync(file.Path, "large.jsonl", Token);
        var (afterUpload, residentAfterUpload) = Measure();
        var bytes = await groq.Provider.DownloadAsync("file_1", file.Path, Token);
        var (afterDownload, residentAfterDownload) = Measure();

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"upload: {(afterUpload - allocated) / 1e6:0.0} MB allocated, resident {resident / 1e6:0} -> {residentAfterUpload / 1e6:0} MB; "
                + $"download: {(afterDownload - afterUpload) / 1e6:0.0} MB allocated, resident -> {residentAfterDownload / 1e6:0} MB"
        );
        Assert.True(received > Size);
        Assert.Equal(Size, bytes);

        // The server's share is in these figures too: both are one process here.
        Assert.True(afterUpload - allocated < 25_000_000, $"{afterUpload - allocated:N0} bytes allocated by an upload");
        Assert.True(afterDownload - afterUpload < 25_000_000, $"{afterDownload - afterUpload:N0} bytes allocated by a download");
        Assert.True(residentAfterDownload - resident < 60_000_000, $"{resident:N0} -> {residentAfterDownload:N0} bytes resident");
    }

    [Fact]
    public async Task Fifty_thousand_lines_take_little_processor_time()
    {
        var line = Encoding.UTF8.GetBytes(Samples.Output(Samples.Summary) + "\n");
        using var file = new MemoryStream(50_000 * line.Length);
        for (var i = 0; i < 50_000; i++)
        {
            file.Write(line);
        }

        var best = TimeSpan.MaxValue;
        for (var round = 0; round < 3; round++) // the first pays for compilation
        {
            file.Position = 0;
            var before = ProcessorTime();
            var succeeded = 0;
            await foreach (var answer in AnswerFileReader.ReadAsync(file, AnswerFileReader.DefaultMaxLineBytes, Token))
            {
                succeeded += answer.Kind == AnswerKind.Succeeded ? 1 : 0;
            }

            Assert.Equal(50_000, succeeded);
            var taken = ProcessorTime() - before;
            best = taken < best ? taken : best;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{file.Length / 1e6:0.0} MB in {best.TotalSeconds:0.00} s of processor time");

        // The bound allows for an unoptimised build and busy cores.
        Assert.True(best < TimeSpan.FromSeconds(6), $"took {best}");
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static (long Allocated, long Resident) Measure()
    {
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalAllocatedBytes(precise: true), process.WorkingSet64);
    }
}
