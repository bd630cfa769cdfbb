using GroqBatch.Core.Access;

namespace GroqBatch.Core.Notifications;

/// <summary>A person's inbox: what happened, and what of it they have read. Takes <see cref="Right.View"/>; everybody has only their own.</summary>
public interface INotifications
{
    /// <summary>
    /// A page of the inbox, newest first. For somebody who has never been here nothing is unread: they weren't away.
    /// </summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<Inbox> ReadAsync(InboxQuery query, Actor actor, CancellationToken cancellationToken);

    /// <summary>This person has read one; reading it again, or one that is gone, changes nothing.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task MarkReadAsync(string provider, long id, Actor actor, CancellationToken cancellationToken);

    /// <summary>This person has read everything up to one, which is the newest they saw: what came since stays unread.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task MarkAllReadAsync(string provider, long upTo, Actor actor, CancellationToken cancellationToken);
}

/// <summary>Notices what nobody's move tells of: a goal that is reached or lost, a pass that is out of its control limits.</summary>
public interface INotificationWatch
{
    /// <summary>
    /// Looks at the figures as they are now. Called as often as one likes, by any number of processes: each crossing of a goal and each pass is
    /// told of once. A team's first figures are where it starts from, and no crossing.
    /// </summary>
    /// <param name="provider">The active one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many notifications were written.</returns>
    Task<int> LookAsync(string provider, CancellationToken cancellationToken);
}

/// <summary>Which page of an inbox.</summary>
public sealed record InboxQuery
{
    /// <summary>The active one: what a simulator did is no news of a real provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Only of this kind; null: of every kind.</summary>
    public NotificationKind? Kind { get; init; }

    /// <summary>Only older than this one; null: from the newest on.</summary>
    public long? OlderThan { get; init; }

    /// <summary>At most this many.</summary>
    public int Take { get; init; } = 50;
}

/// <summary>A page of an inbox.</summary>
/// <param name="Notifications">Newest first.</param>
/// <param name="HasOlder">Whether there are older ones of the same kind.</param>
/// <param name="Unread">Unread ones of every kind, to <see cref="MostUnread"/>.</param>
/// <param name="Newest">The newest of every kind when it was read; 0 without any.</param>
/// <param name="ReadAt">By the database's clock.</param>
public sealed record Inbox(IReadOnlyList<Notification> Notifications, bool HasOlder, int Unread, long Newest, DateTimeOffset ReadAt)
{
    /// <summary>More are not counted.</summary>
    public const int MostUnread = 100;
}
