using System.Text.Json;
using CsvHelper;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Teams;

namespace GroqBatch.Sources.Export;

/// <inheritdoc />
internal sealed class PullRequestExport(IPullRequestListReader lists, IAuditLog audit) : IPullRequestExport
{
    private static readonly string[] Columns =
    [
        "team",
        "repository",
        "number",
        "title",
        "url",
        "author",
        "state",
        "failureCode",
        "parkedReason",
        "changedFiles",
        "additions",
        "deletions",
        "createdAt",
        "mergedAt",
    ];

    private static readonly CsvWriterOptions Options = new()
    {
        Injection = CsvInjection.Escape, // = + - @ tab CR; numbers stay as they are
    };

    public async Task<long> WriteAsync(
        Team team,
        string provider,
        PullRequestFilter filter,
        Stream output,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(team);
        actor.Demand(Right.View);
        var written = 0L;
        await using (var csv = CsvWriter.Create(output, Options, leaveOpen: true))
        {
            csv.WriteHeader(Columns);
            await foreach (var row in lists.StreamAsync(provider, team.Id, filter, cancellationToken))
            {
                csv.WriteField(team.Slug);
                csv.WriteField(row.Repository);
                csv.WriteField(row.Number);
                csv.WriteField(row.Title);
                csv.WriteField(row.Url);
                csv.WriteField(row.Author);
                csv.WriteField(row.State.ToWire());
                csv.WriteField(row.FailureCode ?? "");
                csv.WriteField(row.ParkedReason ?? "");
                csv.WriteField(row.ChangedFiles);
                csv.WriteField(row.Additions);
                csv.WriteField(row.Deletions);
                csv.WriteField(row.CreatedAt.UtcDateTime);
                csv.WriteField(row.MergedAt?.UtcDateTime);
                await csv.EndRecordAsync(cancellationToken);
                written++;
            }

            await csv.FlushAsync(cancellationToken);
        }

        await audit.AppendAsync(
            new AuditEvent
            {
                Actor = actor.Name,
                Action = "pull_request.export",
                Target = team.Slug,
                Origin = actor.Origin,
                After = JsonSerializer.Serialize(new { filter = filter.InWords(), rows = written }),
            },
            cancellationToken
        );
        return written;
    }
}
