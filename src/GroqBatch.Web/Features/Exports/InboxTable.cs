using System.Runtime.CompilerServices;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Notifications;
using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.Exports;

/// <summary>The inbox of whoever asks, newest first, with the filter of the page.</summary>
internal static class InboxTable
{
    private const int PageSize = 500;

    private static readonly string[] Columns = ["id", "at", "kind", "team", "teamName", "run", "what", "reason", "who", "isRead"];

    /// <summary>Where the page's list is had as a file.</summary>
    public static string Address(NotificationKind? kind) => kind is { } chosen ? $"inbox.csv?kind={chosen.ToWire()}" : "inbox.csv";

    public static IResult Export(HttpContext context, INotifications notifications, IBatchProvider provider, [FromQuery] string? kind)
    {
        var actor = context.ToActor();
        var query = new InboxQuery
        {
            Provider = provider.Name,
            Kind = NotificationKinds.FromWire(kind),
            Take = PageSize,
        };
        return ExportEndpoints.Download(
            context,
            "inbox",
            "notification",
            actor.Name,
            Columns,
            RowsAsync(notifications, query, actor, context.RequestAborted)
        );
    }

    private static async IAsyncEnumerable<IReadOnlyList<object?>> RowsAsync(
        INotifications notifications,
        InboxQuery query,
        Actor actor,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var inbox = await notifications.ReadAsync(query, actor, cancellationToken);
            foreach (var one in inbox.Notifications)
            {
                yield return
                [
                    one.Id,
                    one.At,
                    one.Kind.ToWire(),
                    one.Team,
                    one.TeamName,
                    one.RunId,
                    one.Sentence,
                    one.Reason,
                    one.Actor,
                    one.IsRead,
                ];
            }

            if (!inbox.HasOlder)
            {
                yield break;
            }

            query = query with { OlderThan = inbox.Notifications[^1].Id };
        }
    }
}
