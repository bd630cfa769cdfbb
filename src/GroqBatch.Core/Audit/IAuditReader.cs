using GroqBatch.Core.Access;

namespace GroqBatch.Core.Audit;

/// <summary>Reads what somebody did.</summary>
public interface IAuditReader
{
    /// <summary>The names that have done something, in their order, and the verbs that were done. Takes <see cref="Right.View"/>.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<AuditTerms> ListTermsAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>The latest events, newest first. Takes <see cref="Right.View"/>.</summary>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<IReadOnlyList<RecordedAuditEvent>> ListAsync(AuditFilter filter, Actor actor, CancellationToken cancellationToken);
}

/// <summary>Which events to list.</summary>
public sealed record AuditFilter
{
    /// <summary>Only those done to this, such as a team's slug or a run's id; null: to anything.</summary>
    public string? Target { get; init; }

    /// <summary>Only those done by this name; null: by anybody.</summary>
    public string? Actor { get; init; }

    /// <summary>Only this verb, such as <c>run.start</c>, or every verb of a kind, such as <c>run.</c>; null: any.</summary>
    public string? Action { get; init; }

    /// <summary>Only those since this time; null: since ever.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only those older than this event, for the next page; null: from the latest on.</summary>
    public long? OlderThan { get; init; }

    /// <summary>At most this many.</summary>
    public int Take { get; init; } = 100;
}

/// <summary>An event as it is recorded.</summary>
/// <param name="Id">Grows with each event.</param>
/// <param name="At">By the database's clock.</param>
/// <param name="Event">Who, what, to what, from where, before and after.</param>
public sealed record RecordedAuditEvent(long Id, DateTimeOffset At, AuditEvent Event);

/// <summary>What events can be filtered by.</summary>
/// <param name="Actors">Names, in their order.</param>
/// <param name="Actions">Verbs, in their order.</param>
public sealed record AuditTerms(IReadOnlyList<string> Actors, IReadOnlyList<string> Actions);
