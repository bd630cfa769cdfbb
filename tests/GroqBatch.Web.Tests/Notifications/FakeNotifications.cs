using GroqBatch.Core.Access;
using GroqBatch.Core.Notifications;

namespace GroqBatch.Web.Tests.Notifications;

/// <summary>An inbox in memory, with the same rules: everybody has read what they have marked, and what they did.</summary>
internal sealed class FakeNotifications : INotifications
{
    private readonly HashSet<(string Name, long Id)> _read = [];

    /// <summary>Oldest first.</summary>
    public List<Notification> All { get; } = [];

    /// <summary>What the next read fails with; null: with nothing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Adds one, and gives it.</summary>
    public Notification Add(NotificationKind kind, string team = "Cal.com", NotificationFigures? figures = null, string? reason = null)
    {
        var added = new Notification
        {
            Id = All.Count + 1,
            Kind = kind,
            At = new DateTimeOffset(2026, 11, 24, 11, 56, 0, TimeSpan.Zero),
            Provider = "simulator",
            Team = "calcom",
            TeamName = team,
            RunId = kind is NotificationKind.GoalLost or NotificationKind.GoalReached ? null : Guid.NewGuid(),
            Actor = "pipeline",
            Reason = reason,
            Figures = figures ?? new NotificationFigures { Selected = 100, Succeeded = 98 },
        };
        All.Add(added);
        return added;
    }

    public Task<Inbox> ReadAsync(InboxQuery query, Actor actor, CancellationToken cancellationToken)
    {
        if (Failure is { } failure)
        {
            return Task.FromException<Inbox>(failure);
        }

        var seen = All.Select(one => one with { IsRead = _read.Contains((actor.Name, one.Id)) }).Reverse().ToList();
        var matching = seen.Where(one => (query.Kind is null || one.Kind == query.Kind) && one.Id < (query.OlderThan ?? long.MaxValue))
            .ToList();
        return Task.FromResult(
            new Inbox(
                [.. matching.Take(query.Take)],
                matching.Count > query.Take,
                Math.Min(Inbox.MostUnread, seen.Count(one => !one.IsRead)),
                All.Count,
                new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)
            )
        );
    }

    public Task MarkReadAsync(string provider, long id, Actor actor, CancellationToken cancellationToken)
    {
        _read.Add((actor.Name, id));
        return Task.CompletedTask;
    }

    public Task MarkAllReadAsync(string provider, long upTo, Actor actor, CancellationToken cancellationToken)
    {
        _read.UnionWith(All.Where(one => one.Id <= upTo).Select(one => (actor.Name, one.Id)));
        return Task.CompletedTask;
    }
}
