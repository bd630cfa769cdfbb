using System.Runtime.CompilerServices;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>Who did what, newest first, with the filter of the page.</summary>
internal static class AuditTable
{
    private const int PageSize = 500;

    private static readonly string[] Columns = ["id", "at", "who", "what", "target", "from", "before", "after"];

    /// <summary>Where the page's table is had as a file.</summary>
    public static string Address(string? actor, string? action, string? target)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("actor", actor), ("action", action), ("target", target) })
        {
            if (value is { Length: > 0 })
            {
                query.Add(name, value);
            }
        }

        return $"settings/audit.csv{query}";
    }

    public static IResult Export(
        HttpContext context,
        IAuditReader reader,
        [FromQuery] string? actor,
        [FromQuery] string? action,
        [FromQuery] string? target
    ) =>
        ExportEndpoints.Download(
            context,
            "audit-log",
            "audit_log",
            "all",
            Columns,
            RowsAsync(
                reader,
                new AuditFilter
                {
                    Actor = Given(actor),
                    Action = Given(action),
                    Target = Given(target),
                    Take = PageSize,
                },
                context.ToActor(),
                context.RequestAborted
            )
        );

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        IAuditReader reader,
        AuditFilter filter,
        Actor actor,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var events = await reader.ListAsync(filter, actor, cancellationToken);
            foreach (var (id, at, done) in events)
            {
                yield return [id, at, done.Actor, done.Action, done.Target, done.Origin, done.Before, done.After];
            }

            if (events.Count < PageSize)
            {
                yield break;
            }

            filter = filter with { OlderThan = events[^1].Id };
        }
    }
}
