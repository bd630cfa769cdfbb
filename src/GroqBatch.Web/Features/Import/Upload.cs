using System.Text.Json;
using GroqBatch.Core.Import;
using GroqBatch.Web.Shared;

namespace GroqBatch.Web.Features.Import;

/// <summary>Where a chosen file is.</summary>
public enum UploadState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>It is being sent and read.</summary>
    Sending,

    /// <summary>It has been read; its report says what came of it.</summary>
    Read,

    /// <summary>It did not arrive whole; what arrived is in.</summary>
    Failed,

    /// <summary>Somebody stopped it; what arrived is in.</summary>
    Cancelled,
}

/// <summary>A file that was chosen.</summary>
/// <param name="Id">Made up for it.</param>
/// <param name="Name">As it is shown.</param>
/// <param name="Bytes">Its size.</param>
public sealed record Upload(Guid Id, string Name, long Bytes)
{
    /// <summary>Where it is.</summary>
    public UploadState State { get; init; }

    /// <summary>Bytes that have been sent.</summary>
    public long Sent { get; init; }

    /// <summary>Lines that have been read.</summary>
    public long Lines { get; init; }

    /// <summary>Lines that were rejected.</summary>
    public long Rejected { get; init; }

    /// <summary>What came of it; null before.</summary>
    public ImportReport? Report { get; init; }

    /// <summary>Why it failed; null: it didn't.</summary>
    public string? Fault { get; init; }

    /// <summary>What there is to say about it.</summary>
    public string Words =>
        State switch
        {
            UploadState.Waiting => "waiting",
            UploadState.Sending =>
                $"{Size(Sent)} of {Size(Bytes)} sent, {Figures.Count(Lines, "line", "lines")} read{(Rejected > 0 ? $", {Figures.Count(Rejected)} rejected" : "")}",
            UploadState.Read => Outcome(Report!.Total),
            UploadState.Failed => $"{Fault} What had arrived is in; send it again to complete it.",
            UploadState.Cancelled => "cancelled; what had arrived is in, and sending it again completes it",
            _ => throw new InvalidOperationException($"Unknown state of an upload: {State}."),
        };

    /// <summary>With the server's answer.</summary>
    /// <param name="status">Of the reply; 0: there was none.</param>
    /// <param name="text">The reply.</param>
    public Upload Answered(int status, string text)
    {
        if (status == 200)
        {
            try
            {
                var report = JsonSerializer.Deserialize(text, ImportReportJson.Default.ImportReport)!;
                return this with
                {
                    State = UploadState.Read,
                    Report = report,
                    Sent = Bytes,
                    Lines = report.Total.Lines,
                    Rejected = report.Total.Rejected,
                };
            }
            catch (JsonException)
            {
                // Something between here and the browser answered in the server's place.
            }
        }

        return this with
        {
            State = UploadState.Failed,
            Fault =
                status is 400 or 403 or 404 && text.Length is > 0 and < 300 ? text
                : status == 0 ? "The connection was lost."
                : $"The server answered with {status}.",
        };
    }

    /// <summary>Bytes as people read them.</summary>
    public static string Size(long bytes) =>
        bytes < 1_000 ? $"{bytes} B"
        : bytes < 999_950 ? FormattableString.Invariant($"{bytes / 1_000.0:0.0} kB")
        : FormattableString.Invariant($"{bytes / 1_000_000.0:N1} MB");

    private static string Outcome(ImportCounts counts)
    {
        var parts = new List<string> { $"{Figures.Count(counts.Lines, "line", "lines")}: {Figures.Count(counts.Added)} added" };
        Add(counts.Updated, "updated");
        Add(counts.Unchanged, "unchanged");
        Add(counts.Superseded, "superseded by a later line");
        Add(counts.Rejected, "rejected");
        return string.Join(", ", parts);

        void Add(long count, string word)
        {
            if (count > 0)
            {
                parts.Add($"{Figures.Count(count)} {word}");
            }
        }
    }
}
