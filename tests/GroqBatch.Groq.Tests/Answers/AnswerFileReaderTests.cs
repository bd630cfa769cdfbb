using System.Text;
using GroqBatch.Core.Outcomes;
using GroqBatch.Groq.Answers;

namespace GroqBatch.Groq.Tests.Answers;

public sealed class AnswerFileReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Lines_come_in_the_files_order_whatever_ends_them(string lineEnd)
    {
        var file = string.Join(
            lineEnd,
            Samples.Output(Samples.Summary, "pr-2"),
            "",
            Samples.ErrorLine,
            "   \t",
            "not json",
            Samples.Output(Samples.Summary, "pr-1")
        );

        var answers = await ReadAsync(file);

        Assert.Equal(["pr-2", "pr-9953", null, "pr-1"], answers.Select(answer => answer.CustomId));
        Assert.Equal(
            [AnswerKind.Succeeded, AnswerKind.Failed, AnswerKind.Failed, AnswerKind.Succeeded],
            answers.Select(answer => answer.Kind)
        );
        Assert.DoesNotContain(answers, answer => answer.RawLine.Contains('\r', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n \n\n")]
    [InlineData("\uFEFF")]
    public async Task A_file_without_lines_has_no_answers(string file) => Assert.Empty(await ReadAsync(file));

    [Fact]
    public async Task A_byte_order_mark_and_a_final_line_end_are_nothing_special()
    {
        var answer = Assert.Single(await ReadAsync("\uFEFF" + Samples.ErrorLine + "\n"));

        Assert.Equal(FailureCode.JsonValidateFailed, answer.Code);
        Assert.Equal(Samples.ErrorLine, answer.RawLine);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_096)]
    public async Task However_the_bytes_arrive_the_lines_are_the_same(int chunk)
    {
        var lines = Enumerable.Range(1, 40).Select(id => Samples.Output(Samples.Summary + new string(' ', id), $"pr-{id}")).ToList();

        var answers = await ReadAsync(new Trickle(string.Join('\n', lines), chunk));

        Assert.Equal(lines, answers.Select(answer => answer.RawLine));
    }

    [Fact]
    public async Task A_line_of_twenty_megabytes_is_read_whole()
    {
        var reasoning = new string('r', 20_000_000);
        var line = Samples.Output(Samples.Summary, "pr-3").Replace("\"...\"", $"\"{reasoning}\"", StringComparison.Ordinal);

        var answers = await ReadAsync($"{Samples.ErrorLine}\n{line}\n{Samples.ErrorLine}");

        Assert.Equal(["pr-9953", "pr-3", "pr-9953"], answers.Select(answer => answer.CustomId));
        Assert.Equal(AnswerKind.Succeeded, answers[1].Kind);
        Assert.Equal(line.Length, answers[1].RawLine.Length);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("")]
    public async Task A_line_over_the_limit_is_read_past_and_its_id_salvaged(string end)
    {
        var endless = Samples
            .Output(Samples.Summary, "pr-4")
            .Replace("\"...\"", $"\"{new string('r', 3_000_000)}\"", StringComparison.Ordinal);
        var file = $"{Samples.ErrorLine}\n{endless}{end}" + (end.Length > 0 ? Samples.TrimmedErrorLine : "");

        var answers = await ReadAsync(file, maxLineBytes: 300_000);

        Assert.Equal(
            end.Length > 0 ? new[] { "pr-9953", "pr-4", "pr-26313" } : ["pr-9953", "pr-4"],
            answers.Select(answer => answer.CustomId)
        );
        Assert.Equal(FailureCode.ApiError, answers[1].Code);
        Assert.True(answers[1].RawLine.Length <= 64 * 1024);
    }

    [Fact]
    public async Task Reading_stops_when_it_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var file = new Trickle(string.Join('\n', Enumerable.Repeat(Samples.ErrorLine, 100)), 64);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in AnswerFileReader.ReadAsync(file, AnswerFileReader.DefaultMaxLineBytes, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    private static Task<List<Answer>> ReadAsync(string file, int maxLineBytes = AnswerFileReader.DefaultMaxLineBytes) =>
        ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(file)), maxLineBytes);

    private static async Task<List<Answer>> ReadAsync(Stream file, int maxLineBytes = AnswerFileReader.DefaultMaxLineBytes)
    {
        var answers = new List<Answer>();
        await foreach (var answer in AnswerFileReader.ReadAsync(file, maxLineBytes, Token))
        {
            answers.Add(answer);
        }

        return answers;
    }

    /// <summary>A stream that gives at most so many bytes at a time, as a network does.</summary>
    private sealed class Trickle(string text, int chunk) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
