using System.Text;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Import;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;
using GroqBatch.Sources.Import;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GroqBatch.Sources.Tests.Import;

/// <summary>Looks at the memory of the whole process: nothing else may run meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";
}

/// <summary>What an import holds in memory, over a store that keeps nothing.</summary>
[Collection(MemoryCollection.Name)]
public sealed class ImportMemoryTests
{
    private const int Megabyte = 1024 * 1024;
    private static readonly Team Team = new(1, "t", "T", 1, IsSample: false);

    [Fact]
    public async Task Memory_does_not_grow_with_the_file()
    {
        var store = new Forgetful();
        const int Lines = 60_000;

        var report = await ImportAsync(store, new Generated(Lines, bodyLength: 2_000));

        Assert.Equal((Lines, Lines), (report.Total.Lines, report.Total.Added));
        var (early, late) = (store.LiveBytes.Take(5).Max(), store.LiveBytes.TakeLast(5).Max());
        Assert.InRange(late, 0, early + 10 * Megabyte); // 120 MB have gone by in between
    }

    [Fact]
    public async Task Chunks_of_long_lines_are_short()
    {
        var store = new Forgetful();

        var report = await ImportAsync(store, new Generated(60, bodyLength: 2 * Megabyte));

        Assert.Equal(60, report.Total.Added);
        Assert.InRange(store.LargestChunk, 2, 9); // 16 MB, and the line that went over
    }

    [Fact]
    public async Task An_endless_line_is_not_held()
    {
        const int Limit = 1_000_000;
        await ReadAsync(2 * Megabyte); // pools are filled
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await ReadAsync(300 * Megabyte);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 30 * Megabyte);

        static async Task ReadAsync(int bytes)
        {
            var lines = new List<ImportedLine>();
            await foreach (
                var line in new JsonLinesReader(Limit).ReadAsync(new Endless(bytes), null, TestContext.Current.CancellationToken)
            )
            {
                lines.Add(line);
            }

            Assert.NotNull(Assert.Single(lines).Refusal);
        }
    }

    private static Task<ImportReport> ImportAsync(IPullRequestStore store, Stream lines) =>
        new PullRequestImporter(
            store,
            new Silent(),
            pullRequest => pullRequest.Body.Length,
            Options.Create(new ImportOptions()),
            TimeProvider.System,
            NullLogger<PullRequestImporter>.Instance
        ).ImportAsync(
            new ImportRequest(Team, [ImportFile.FromStream("generated", lines)]),
            null,
            SourcesDatabase.Ada,
            TestContext.Current.CancellationToken
        );

    /// <summary>Says that everything is new, and looks at what is alive meanwhile.</summary>
    private sealed class Forgetful : IPullRequestStore
    {
        public List<long> LiveBytes { get; } = [];
        public int LargestChunk { get; private set; }

        public Task<PullRequestChange[]> UpsertAsync(
            int teamId,
            IReadOnlyList<ImportedPullRequest> pullRequests,
            CancellationToken cancellationToken
        )
        {
            LargestChunk = Math.Max(LargestChunk, pullRequests.Count);
            LiveBytes.Add(GC.GetTotalMemory(forceFullCollection: true));
            return Task.FromResult(Enumerable.Repeat(PullRequestChange.Added, pullRequests.Count).ToArray());
        }
    }

    private sealed class Silent : IAuditLog
    {
        public Task AppendAsync(AuditEvent audit, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Lines that are made as they are read.</summary>
    private sealed class Generated(int lines, int bodyLength) : MemoryStream
    {
        private readonly string _body = new('x', bodyLength);
        private byte[] _line = [];
        private int _at;
        private int _number;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_at == _line.Length)
            {
                if (_number == lines)
                {
                    return ValueTask.FromResult(0);
                }

                _number++;
                _line = Encoding.UTF8.GetBytes(
                    $"{{\"number\":{_number},\"base\":{{\"repo\":{{\"full_name\":\"o/r\"}}}},\"body\":\"{_body}\"}}\n"
                );
                _at = 0;
            }

            var count = Math.Min(buffer.Length, _line.Length - _at);
            _line.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            return ValueTask.FromResult(count);
        }
    }

    /// <summary>One line of so many bytes.</summary>
    private sealed class Endless(long length) : MemoryStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(_left, buffer.Length);
            buffer.Span[..count].Fill((byte)'x');
            _left -= count;
            return ValueTask.FromResult(count);
        }
    }
}
