namespace GroqBatch.Core.Access;

/// <summary>What a person may do. Each includes nothing else: a role is a set of rights.</summary>
[Flags]
public enum Right
{
    None = 0,

    /// <summary>See everything.</summary>
    View = 1,

    /// <summary>Give verdicts in spot checks.</summary>
    Review = 2,

    /// <summary>Start, hold, resume, cancel and retry runs, import pull requests: whatever spends or changes.</summary>
    Operate = 4,

    /// <summary>Teams, settings, sample data.</summary>
    Administer = 8,

    All = View | Review | Operate | Administer,
}

/// <summary>Who asks for something, by name, and with which rights.</summary>
/// <param name="Name">As the audit log and timelines show it, such as <c>cli:ada</c>.</param>
/// <param name="Rights">What it may do.</param>
public sealed record Actor(string Name, Right Rights)
{
    /// <summary>From where it asks, such as an address; null: what the database sees of the connection is recorded.</summary>
    public string? Origin { get; init; }

    /// <summary>The pipeline itself, for moves that nobody asked for.</summary>
    public static Actor Pipeline { get; } = new("pipeline", Right.View);

    /// <summary>Throws unless this actor has a right.</summary>
    /// <exception cref="AccessDeniedException">It has not.</exception>
    public void Demand(Right right)
    {
        if ((Rights & right) != right)
        {
            throw new AccessDeniedException($"{Name} may not do this: it takes the right to {right.ToString().ToLowerInvariant()}.");
        }
    }
}

/// <summary>The person who asked has not got the right that it takes.</summary>
public sealed class AccessDeniedException(string message) : Exception(message);
