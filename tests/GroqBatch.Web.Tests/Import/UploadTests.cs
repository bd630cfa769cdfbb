using GroqBatch.Web.Features.Import;

namespace GroqBatch.Web.Tests.Import;

public sealed class UploadTests
{
    private static readonly Upload Sent = new(Guid.NewGuid(), "pulls.jsonl", 1_000) { State = UploadState.Sending };

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\temp\\pulls.jsonl", "pulls.jsonl")]
    [InlineData("gnp.\u202Elnosj\u001b[31m\r\nx", "gnp.lnosj[31mx")]
    [InlineData("\u0000\u0007", "unnamed file")]
    [InlineData("", "unnamed file")]
    [InlineData(null, "unnamed file")]
    public void A_hostile_name_is_shown_harmless(string? given, string expected) => Assert.Equal(expected, UploadName.Of(given));

    [Fact]
    public void A_long_name_is_cut() => Assert.Equal(200, UploadName.Of(new string('x', 5_000)).Length);

    [Theory]
    [InlineData(0, "", "The connection was lost.")]
    [InlineData(502, "<html>", "The server answered with 502.")]
    [InlineData(200, "<html>", "The server answered with 200.")]
    [InlineData(403, "jo may not do this.", "jo may not do this.")]
    public void An_answer_that_is_no_report_is_said_and_what_to_do(int status, string text, string expected)
    {
        var answered = Sent.Answered(status, text);

        Assert.Equal((UploadState.Failed, expected), (answered.State, answered.Fault));
        Assert.EndsWith("send it again to complete it.", answered.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void A_follower_hears_nothing_once_it_has_left()
    {
        var (uploads, heard) = (new ImportUploads(), 0);
        var progress = uploads.ProgressOf(Sent.Id);

        using (uploads.Follow(Sent.Id, _ => heard++))
        {
            progress.Report(new("pulls.jsonl", 1, 1, 0, null, 10, 0));
        }

        progress.Report(new("pulls.jsonl", 1, 1, 0, null, 20, 0));

        Assert.Equal(1, heard);
    }
}
