using System.IO.Compression;
using System.Text;
using GroqBatch.Core.PullRequests;
using GroqBatch.Sources.Import;

namespace GroqBatch.Sources.Tests.Import;

/// <summary>Lines become pull requests, or a reason why not. No database.</summary>
public sealed class ReadingPullRequestsTests
{
    static ReadingPullRequestsTests() => StrictGzip.Demand(); // before the first compressed stream of this process, as a host does

    private const string Minimal = """{"number":7,"base":{"repo":{"full_name":"o/r"}}}""";

    [Fact]
    public async Task Reads_every_field_of_GitHubs_shape()
    {
        var pullRequest = await ReadOneAsync(
            """
            {"id":1,"node_id":"x","number":12,"title":"Add a thing","body":"Because.","state":"open","draft":true,"merged":false,
             "created_at":"2026-02-06T15:15:49+01:00","closed_at":null,"merged_at":null,"html_url":"https://github.com/o/r/pull/12",
             "user":{"login":"renovate[bot]","name":"Renovate","type":"Bot","id":4},
             "base":{"ref":"main","repo":{"id":3,"full_name":"o/r","owner":{"login":"o"}}},"head":{"repo":null},
             "labels":[{"id":1,"name":"bug"},"urgent"],"additions":10,"deletions":2,"changed_files":300,
             "files":[{"filename":"b.cs","previous_filename":"a.cs","status":"renamed","additions":10,"deletions":2,"patch":"@@"}],
             "commits":[{"sha":"s1","message":"One\n\nCo-authored-by: Bot"},{"sha":"s2","commit":{"message":"Two","author":{}}}],
             "reviews":[{"user":{"login":"ada"},"state":"APPROVED","body":null},{"user":null,"state":"COMMENTED","body":"Hm"}],
             "comments":[{"user":{"login":"bob"},"body":"Nice"}]}
            """
        );

        Assert.Equal(
            ("o/r", 12, "Add a thing", "Because."),
            (pullRequest.Repository, pullRequest.Number, pullRequest.Title, pullRequest.Body)
        );
        Assert.Equal(("open", false, true), (pullRequest.State, pullRequest.IsMerged, pullRequest.IsDraft));
        Assert.Equal(new PullRequestAuthor("renovate[bot]", "Renovate", IsBot: true), pullRequest.Author);
        Assert.Equal(["bug", "urgent"], pullRequest.Labels);
        Assert.Equal((10, 2, 300), (pullRequest.Additions, pullRequest.Deletions, pullRequest.ChangedFiles));
        Assert.Equal(new DateTimeOffset(2026, 2, 6, 14, 15, 49, TimeSpan.Zero), pullRequest.CreatedAt);
        Assert.Equal(TimeSpan.Zero, pullRequest.CreatedAt.Offset);
        Assert.Null(pullRequest.MergedAt);
        Assert.Equal("https://github.com/o/r/pull/12", pullRequest.Url);
        Assert.Equal([new ChangedFile("b.cs", "renamed", 10, 2, "a.cs")], pullRequest.Files);
        Assert.Equal([new Commit("s1", "One\n\nCo-authored-by: Bot"), new Commit("s2", "Two")], pullRequest.Commits);
        Assert.Equal([new Review("ada", "APPROVED", ""), new Review("", "COMMENTED", "Hm")], pullRequest.Reviews);
        Assert.Equal([new Comment("bob", "Nice")], pullRequest.Comments);
    }

    [Fact]
    public async Task Everything_but_number_and_repository_has_a_default()
    {
        var pullRequest = await ReadOneAsync(Minimal);

        Assert.Equal(("", "", "closed", false), (pullRequest.Title, pullRequest.Body, pullRequest.State, pullRequest.IsMerged));
        Assert.Equal(new PullRequestAuthor("", null, IsBot: false), pullRequest.Author);
        Assert.Equal(DateTimeOffset.UnixEpoch, pullRequest.CreatedAt);
        Assert.Empty(pullRequest.Files);
        Assert.False(pullRequest.IsEligible);
    }

    [Fact]
    public async Task Sums_and_times_that_are_missing_come_from_what_is_there()
    {
        var pullRequest = await ReadOneAsync(
            """{"number":7,"base":{"repo":{"full_name":"o/r"}},"merged_at":"2026-01-02T03:04:05Z","files":[{"filename":"a","additions":3},{"filename":"b","deletions":4}]}"""
        );

        Assert.True(pullRequest.IsMerged);
        Assert.Equal(pullRequest.MergedAt, pullRequest.CreatedAt);
        Assert.Equal((3, 4, 2), (pullRequest.Additions, pullRequest.Deletions, pullRequest.ChangedFiles));
    }

    [Fact]
    public async Task The_numbers_that_GitHub_itself_has_for_comments_and_commits_are_ignored()
    {
        var pullRequest = await ReadOneAsync(
            """{"number":7,"base":{"repo":{"full_name":"o/r"}},"comments":4,"review_comments":2,"commits":3,"changed_files":2}"""
        );

        Assert.Empty(pullRequest.Comments);
        Assert.Empty(pullRequest.Commits);
        Assert.Equal(2, pullRequest.ChangedFiles);
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05", "2026-01-02T03:04:05.000000+00:00")]
    [InlineData("2026-01-02T03:04:05.1234567-05:00", "2026-01-02T08:04:05.123456+00:00")]
    [InlineData("2026-01-02", "2026-01-02T00:00:00.000000+00:00")]
    public async Task Times_become_UTC_to_the_microsecond(string written, string read)
    {
        var pullRequest = await ReadOneAsync(Minimal[..^1] + $",\"created_at\":\"{written}\"}}");

        Assert.Equal(read, pullRequest.CreatedAt.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz"));
        Assert.Equal(0, pullRequest.CreatedAt.Ticks % TimeSpan.TicksPerMicrosecond);
    }

    [Theory]
    [InlineData("""{"base":{"repo":{"full_name":"o/r"}}}""", "number")]
    [InlineData("""{"number":0}""", "number")]
    [InlineData("""{"number":-3}""", "number")]
    [InlineData("""{"number":"7"}""", "number")]
    [InlineData("""{"number":7.5}""", "number")]
    [InlineData("""{"number":99999999999999999999}""", "number")]
    [InlineData("""{"number":7}""", "base.repo.full_name")]
    [InlineData("""{"number":7,"base":{"repo":null}}""", "base.repo.full_name")]
    [InlineData("""{"number":7,"base":{"repo":{"full_name":"nothing"}}}""", "base.repo.full_name")]
    [InlineData("""{"number":7,"base":{"repo":{"full_name":"a b/c"}}}""", "base.repo.full_name")]
    [InlineData("""{"number":7,"base":"o/r"}""", "base")]
    [InlineData("""{"number":7,"title":3}""", "title")]
    [InlineData("""{"number":7,"body":{}}""", "body")]
    [InlineData("""{"number":7,"state":"MERGED"}""", "state")]
    [InlineData("""{"number":7,"draft":"no"}""", "draft")]
    [InlineData("""{"number":7,"user":"ada"}""", "user")]
    [InlineData("""{"number":7,"user":{"login":1}}""", "user.login")]
    [InlineData("""{"number":7,"additions":-1}""", "additions")]
    [InlineData("""{"number":7,"changed_files":4294967296}""", "changed_files")]
    [InlineData("""{"number":7,"html_url":"javascript:alert(1)"}""", "html_url")]
    [InlineData("""{"number":7,"created_at":"yesterday"}""", "created_at")]
    [InlineData("""{"number":7,"created_at":1700000000}""", "created_at")]
    [InlineData("""{"number":7,"merged_at":"0001-01-01T00:00:00Z"}""", "merged_at")]
    [InlineData("""{"number":7,"closed_at":"9999-12-31T23:59:59-01:00"}""", "closed_at")]
    [InlineData("""{"number":7,"closed_at":"2100-01-01T00:00:00Z"}""", "closed_at")]
    [InlineData("""{"number":7,"labels":{}}""", "labels")]
    [InlineData("""{"number":7,"labels":["a",1]}""", "labels[1]")]
    [InlineData("""{"number":7,"labels":[{"color":"red"}]}""", "labels[0].name")]
    [InlineData("""{"number":7,"files":3}""", "files")]
    [InlineData("""{"number":7,"files":[{"filename":"a"},{"status":"added"}]}""", "files[1].filename")]
    [InlineData("""{"number":7,"files":[{"filename":"a","additions":"1"}]}""", "files[0].additions")]
    [InlineData("""{"number":7,"commits":[{"message":[]}]}""", "commits[0].message")]
    [InlineData("""{"number":7,"commits":[{"commit":{"message":1}}]}""", "commits[0].commit.message")]
    [InlineData("""{"number":7,"commits":["fix"]}""", "commits[0]")]
    [InlineData("""{"number":7,"reviews":[{"user":{"login":"a"},"state":1}]}""", "reviews[0].state")]
    [InlineData("""{"number":7,"comments":[{"user":"ada"}]}""", "comments[0].user")]
    [InlineData("""[]""", null)]
    [InlineData("""7""", null)]
    [InlineData("""{"number":7""", null)]
    [InlineData("""{"number":7,}""", null)]
    [InlineData("""{"number":7} {"number":8}""", null)]
    [InlineData("""{"number":7}]""", null)]
    [InlineData("""not json, and secret""", null)]
    public async Task A_bad_line_names_its_field_and_never_quotes_the_line(string json, string? field)
    {
        // A repository is there unless the line is about it.
        var line = field is "base.repo.full_name"
            ? json
            : json.Replace("{\"number\":7", "{\"base\":{\"repo\":{\"full_name\":\"o/r\"}},\"number\":7");

        var lines = await ReadAsync(Encoding.UTF8.GetBytes(line + "\n" + Minimal));

        Assert.Equal(field, lines[0].Refusal?.Field);
        Assert.NotNull(lines[0].Refusal);
        Assert.EndsWith(".", lines[0].Refusal!.Message);
        Assert.DoesNotContain("secret", lines[0].Refusal!.Message);
        Assert.NotNull(lines[1].PullRequest); // the rest goes in
    }

    [Fact]
    public async Task Two_objects_on_a_line_are_said_to_be_two()
    {
        var lines = await ReadAsync(Encoding.UTF8.GetBytes(Minimal + Minimal));

        Assert.Contains("after the object", Assert.Single(lines).Refusal!.Message);
    }

    [Fact]
    public async Task A_repository_given_for_the_import_is_only_for_lines_without_one()
    {
        var lines = await ReadAsync(Encoding.UTF8.GetBytes(Minimal + "\n{\"number\":8}"), repository: "fall/back");

        Assert.Equal(["o/r", "fall/back"], lines.Select(line => line.PullRequest!.Repository));
    }

    [Fact]
    public async Task A_byte_order_mark_CRLF_blank_lines_and_a_missing_last_line_feed_are_nothing_special()
    {
        var text = $"\uFEFF{Minimal}\r\n\r\n   \t\r\n\n{Minimal.Replace("7", "8")}";

        var lines = await ReadAsync(Encoding.UTF8.GetBytes(text));

        Assert.Equal([(1L, 7L), (5L, 8L)], lines.Select(line => (line.Number, line.PullRequest!.Number)));
    }

    [Fact]
    public async Task Characters_that_cannot_be_stored_are_replaced_and_counted()
    {
        var lines = await ReadAsync(
            Encoding.UTF8.GetBytes(
                """{"number":7,"base":{"repo":{"full_name":"o/r"}},"title":"a\u0000b","body":"\ud800 \\u0000 \ud83d\ude00 \udfff"}"""
            )
        );

        var line = Assert.Single(lines);
        Assert.Equal("a\uFFFDb", line.PullRequest!.Title);
        Assert.Equal("\uFFFD \\u0000 😀 \uFFFD", line.PullRequest.Body);
        Assert.Equal(3, line.Cleaned);
    }

    [Fact]
    public async Task Invalid_UTF8_is_refused_by_line()
    {
        byte[] bytes = [.. "{\"number\":7,\"title\":\""u8, 0xC3, 0x28, .. "\"}\n"u8, .. Encoding.UTF8.GetBytes(Minimal)];

        var lines = await ReadAsync(bytes);

        Assert.Contains("UTF-8", lines[0].Refusal!.Message);
        Assert.NotNull(lines[1].PullRequest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_text_in_UTF16_is_refused_as_a_whole(bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);

        await Assert.ThrowsAsync<WrongEncodingException>(() => ReadAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(Minimal)]));
    }

    [Fact]
    public async Task Gzip_is_told_by_its_content_also_in_several_members()
    {
        byte[] bytes = [.. Zip(Minimal + "\n"), .. Zip(Minimal.Replace("7", "8"))];

        var lines = await ReadAsync(bytes);

        Assert.Equal([7, 8], lines.Select(line => line.PullRequest!.Number));
    }

    [Fact]
    public async Task Of_a_truncated_gzip_the_whole_lines_are_handed_out_before_it_is_said()
    {
        var random = new Random(5);
        var text = string.Concat(
            Enumerable
                .Range(1, 5_000)
                .Select(n => Minimal.Replace("7", $"{n}").Replace("}}}", $"}}}},\"title\":\"{random.NextInt64()}\"}}") + "\n")
        );
        var zipped = Zip(text);
        var lines = new List<ImportedLine>();

        await Assert.ThrowsAnyAsync<InvalidDataException>(async () =>
        {
            await foreach (
                var line in new JsonLinesReader(1_000_000).ReadAsync(
                    new MemoryStream(zipped[..(zipped.Length / 2)]),
                    null,
                    TestContext.Current.CancellationToken
                )
            )
            {
                lines.Add(line);
            }
        });

        Assert.InRange(lines.Count, 1_000, 4_000);
        Assert.All(lines, line => Assert.NotNull(line.PullRequest));
        Assert.Equal(Enumerable.Range(1, lines.Count).Select(n => (long)n), lines.Select(line => line.PullRequest!.Number));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task However_the_bytes_arrive_the_lines_are_the_same(int bytesAtOnce)
    {
        var text = string.Join("\r\n", Enumerable.Range(1, 60).Select(n => n % 7 == 0 ? "" : Minimal.Replace("7", $"{n}")));

        var lines = await ReadAsync(new Dripping(Encoding.UTF8.GetBytes(text), bytesAtOnce), maxLineBytes: 1_000);

        Assert.Equal(
            Enumerable.Range(1, 60).Where(n => n % 7 != 0).Select(n => ((long)n, (long)n)),
            lines.Select(line => (line.Number, line.PullRequest!.Number))
        );
    }

    [Theory]
    [InlineData(48)]
    [InlineData(50)]
    [InlineData(4096)]
    public async Task A_line_that_is_too_long_is_refused_and_the_next_one_is_read(int bytesAtOnce)
    {
        var limit = Minimal.Length;
        var text = $"{Minimal}\n{Minimal} \n{new string('x', 300)}\n{Minimal}\n{new string('y', 300)}";

        var lines = await ReadAsync(new Dripping(Encoding.UTF8.GetBytes(text), bytesAtOnce), limit);

        Assert.Equal([true, false, false, true, false], lines.Select(line => line.PullRequest is not null));
        Assert.Equal([1, 2, 3, 4, 5], lines.Select(line => line.Number));
        Assert.Contains("Import:MaxLineBytes", lines[1].Refusal!.Message);
    }

    private static async Task<PullRequest> ReadOneAsync(string json) =>
        Assert.Single(await ReadAsync(Encoding.UTF8.GetBytes(json.ReplaceLineEndings(" ")))).PullRequest
        ?? throw new InvalidOperationException("It was refused.");

    private static Task<List<ImportedLine>> ReadAsync(byte[] bytes, string? repository = null) =>
        ReadAsync(new MemoryStream(bytes), 1_000_000, repository);

    private static async Task<List<ImportedLine>> ReadAsync(Stream stream, int maxLineBytes, string? repository = null)
    {
        var lines = new List<ImportedLine>();
        await foreach (var line in new JsonLinesReader(maxLineBytes).ReadAsync(stream, repository, TestContext.Current.CancellationToken))
        {
            lines.Add(line);
        }

        return lines;
    }

    private static byte[] Zip(string text)
    {
        using var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return buffer.ToArray();
    }

    /// <summary>Gives at most so many bytes at once.</summary>
    private sealed class Dripping(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(atOnce, buffer.Length)], cancellationToken);
    }
}
