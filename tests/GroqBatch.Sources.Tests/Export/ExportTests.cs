using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;
using GroqBatch.Sources.Export;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Sources.Tests.Export;

/// <summary>What an export looks like, over summaries that a test makes up.</summary>
public sealed class ExportTests
{
    private static readonly Actor Reader = new("cli:ada", Right.View);
    private static readonly Team Team = new(1, "calcom", "Cal.com", 0.95, IsSample: false);
    private static readonly ExportedSummary Example = new()
    {
        Team = "calcom",
        Repository = "o/r",
        Number = 7,
        Title = "Add \"quotes\", commas",
        Url = "https://github.com/o/r/pull/7",
        Summary = new SummaryDocument(
            new AiAssistance(true, ["Cursor", "Devin"], AiUsageType.Assisted, 0.9),
            new Technology(["C#"], [], [TechnologyCategory.Backend, TechnologyCategory.Data]),
            new Synopsis("Grüße 😀", "Two\nlines", ChangeType.Feature),
            new Health(Level.Low, ChangeScope.Xlarge, Level.High, ["No test."])
        ),
        IsStale = true,
        Provider = "groq",
        Model = "m/1",
        Pass = 2,
        PromptVersion = "1.0",
        RunId = new Guid("0198c0de-0000-7000-8000-000000000001"),
        SummarisedAt = new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_of_JSON_has_the_documented_properties_in_their_order()
    {
        var text = await ExportAsync(ExportFormat.Jsonl, Example);

        Assert.Equal(
            """{"team":"calcom","repository":"o/r","number":7,"title":"Add \"quotes\", commas","url":"https://github.com/o/r/pull/7","summary":{"ai":{"is_assisted":true,"tools":["Cursor","Devin"],"usage_type":"assisted","confidence":0.9},"tech":{"languages":["C#"],"frameworks":[],"categories":["backend","data"]},"summary":{"title":"Grüße \uD83D\uDE00","description":"Two\nlines","type":"feature"},"health":{"review_friction":"low","scope":"xlarge","risk_level":"high","insights":["No test."]}},"stale":true,"provider":"groq","model":"m/1","pass":2,"promptVersion":"1.0","runId":"0198c0de-0000-7000-8000-000000000001","summarisedAt":"2026-11-24T08:00:00Z"}"""
                + "\n",
            text
        );
    }

    [Fact]
    public async Task CSV_is_flat_and_has_a_header()
    {
        var text = await ExportAsync(ExportFormat.Csv, Example);

        Assert.Equal(
            "team,repository,number,title,url,ai.is_assisted,ai.tools,ai.usage_type,ai.confidence,tech.languages,tech.frameworks,tech.categories,summary.title,summary.description,summary.type,health.review_friction,health.scope,health.risk_level,health.insights,stale,provider,model,pass,promptVersion,runId,summarisedAt\r\n"
                + "calcom,o/r,7,\"Add \"\"quotes\"\", commas\",https://github.com/o/r/pull/7,true,Cursor; Devin,assisted,0.9,C#,,backend; data,Grüße 😀,\"Two\nlines\",feature,low,xlarge,high,No test.,true,groq,m/1,2,1.0,0198c0de-0000-7000-8000-000000000001,2026-11-24T08:00:00.0000000Z\r\n",
            text
        );
    }

    [Fact]
    public async Task Nothing_to_export_is_an_empty_file_or_a_header()
    {
        Assert.Equal("", await ExportAsync(ExportFormat.Jsonl));
        Assert.Single((await ExportAsync(ExportFormat.Csv)).TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://evil\")")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\tcmd")]
    [InlineData("\rcmd")]
    public async Task No_text_of_others_begins_a_cell_like_a_formula(string hostile)
    {
        var summary = Example with
        {
            Title = hostile,
            Repository = hostile,
            Url = hostile,
            Model = hostile,
            Summary = Example.Summary with
            {
                Ai = Example.Summary.Ai with { Tools = [hostile] },
                Tech = Example.Summary.Tech with { Languages = [hostile], Frameworks = [hostile] },
                Summary = new Synopsis(hostile, hostile, ChangeType.Chore),
                Health = Example.Summary.Health with { Insights = [hostile] },
            },
        };

        var cells = Cells(await ExportAsync(ExportFormat.Csv, summary));

        Assert.Equal(10, cells.Count(cell => cell == "'" + hostile));
        Assert.All(cells, cell => Assert.False(cell.Length > 0 && "=+-@\t\r".Contains(cell[0])));
        Assert.Contains("7", cells); // numbers stay numbers
        Assert.Contains("0.9", cells);
    }

    [Fact]
    public async Task A_file_is_there_whole_or_not_at_all()
    {
        using var folder = new TestFolder();
        var path = folder.Combine("out.jsonl");
        await File.WriteAllTextAsync(path, "earlier", Cancellation);

        await Assert.ThrowsAsync<TimeoutException>(() =>
            new SummaryExport(new Some([Example], failsAtTheEnd: true)).WriteFileAsync(
                Team,
                "groq",
                ExportFormat.Jsonl,
                path,
                Reader,
                Cancellation
            )
        );
        Assert.Equal("earlier", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Equal([path], Directory.GetFiles(folder.Path, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }));

        var written = await new SummaryExport(new Some([Example, Example])).WriteFileAsync(
            Team,
            "groq",
            ExportFormat.Jsonl,
            path,
            Reader,
            Cancellation
        );
        Assert.Equal(2, written);
        Assert.Equal(2, (await File.ReadAllLinesAsync(path, Cancellation)).Length);
        Assert.Equal([path], Directory.GetFiles(folder.Path, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }));
    }

    [Fact]
    public async Task A_link_is_followed_and_stays_a_link()
    {
        using var folder = new TestFolder();
        var target = folder.Combine("target.csv");
        var link = folder.Combine("link.csv");
        await File.WriteAllTextAsync(target, "", Cancellation);
        File.CreateSymbolicLink(link, target);

        await new SummaryExport(new Some([Example])).WriteFileAsync(Team, "groq", ExportFormat.Csv, link, Reader, Cancellation);

        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.NotEqual(0, new FileInfo(target).Length);
    }

    [Fact]
    public async Task Memory_does_not_grow_with_the_export()
    {
        var export = new SummaryExport(new Some(Enumerable.Repeat(Example, 20_000)));
        var output = new Counting();

        var written = await export.WriteAsync(Team, "groq", ExportFormat.Jsonl, output, Reader, Cancellation);

        Assert.Equal(20_000, written);
        Assert.True(output.Length > 10_000_000);
        Assert.InRange(output.LargestWrite, 1, 300_000); // written as it comes
    }

    [Fact]
    public async Task Who_may_not_look_exports_nothing() =>
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            new SummaryExport(new Some([Example])).WriteAsync(
                Team,
                "groq",
                ExportFormat.Jsonl,
                new MemoryStream(),
                new Actor("eve", Right.None),
                Cancellation
            )
        );

    [Fact]
    public async Task Every_line_is_read_by_a_JSON_reader_as_the_document_it_was()
    {
        var line = await ExportAsync(ExportFormat.Jsonl, Example);

        using var json = JsonDocument.Parse(line);
        var reading = SummaryReader.Read(Encoding.UTF8.GetBytes(json.RootElement.GetProperty("summary").GetRawText()));

        Assert.Equal(Example.Summary.Summary, reading.Document!.Summary);
    }

    private static async Task<string> ExportAsync(ExportFormat format, params ExportedSummary[] summaries)
    {
        var output = new MemoryStream();
        await new SummaryExport(new Some(summaries)).WriteAsync(Team, "groq", format, output, Reader, Cancellation);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>The cells of the last record, read back.</summary>
    private static List<string> Cells(string csv)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var isQuoted = false;
        foreach (var c in csv[(csv.IndexOf("\r\n", StringComparison.Ordinal) + 2)..].TrimEnd('\n', '\r'))
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
                if (isQuoted && cell.Length > 0)
                {
                    cell.Append('"');
                }
            }
            else if (c == ',' && !isQuoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }

    /// <summary>Summaries that were there already.</summary>
    private sealed class Some(IEnumerable<ExportedSummary> summaries, bool failsAtTheEnd = false) : ICurrentSummaries
    {
        public async IAsyncEnumerable<ExportedSummary> StreamAsync(
            Team team,
            string provider,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            foreach (var summary in summaries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return summary;
            }

            await Task.Yield();
            if (failsAtTheEnd)
            {
                throw new TimeoutException();
            }
        }
    }

    private sealed class Counting : MemoryStream
    {
        private long _length;

        public int LargestWrite { get; private set; }
        public override long Length => _length;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _length += buffer.Length;
            LargestWrite = Math.Max(LargestWrite, buffer.Length);
            return ValueTask.CompletedTask;
        }
    }
}
