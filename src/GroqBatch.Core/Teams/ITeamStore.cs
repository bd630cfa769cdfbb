using GroqBatch.Core.Access;

namespace GroqBatch.Core.Teams;

/// <summary>Teams: adding, finding, changing. Every change is in the audit log.</summary>
public interface ITeamStore
{
    /// <summary>Adds a team. Takes <see cref="Right.Administer"/>.</summary>
    /// <exception cref="InvalidTeamException">A value breaks a rule of <see cref="TeamRules"/>, or the slug is taken.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken);

    /// <summary>Changes a team's name, goal or ladder. Takes <see cref="Right.Administer"/>.</summary>
    /// <param name="slug">Which.</param>
    /// <param name="change">What of it.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The team as it is now; null when there is none with this slug.</returns>
    /// <exception cref="InvalidTeamException">A value breaks a rule of <see cref="TeamRules"/> or <see cref="Models.LadderRules"/>.</exception>
    /// <exception cref="TeamChangedException">What is to be changed is no longer as it was seen.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<Team?> UpdateAsync(string slug, TeamChange change, Actor actor, CancellationToken cancellationToken);

    /// <summary>All teams, by slug.</summary>
    Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The team with this slug, or null.</summary>
    Task<Team?> FindAsync(string slug, CancellationToken cancellationToken);

    /// <summary>The team with this key, or null.</summary>
    Task<Team?> FindAsync(int id, CancellationToken cancellationToken);
}

/// <summary>A team to be added.</summary>
/// <param name="Slug">See <see cref="TeamRules.IsSlug"/>.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Goal">A share above 0, at most 1.</param>
public sealed record NewTeam(string Slug, string Name, double Goal)
{
    /// <summary>Models of the catalogue, rung 1 first; null: the installation's ladder.</summary>
    public IReadOnlyList<string>? Ladder { get; init; }
}

/// <summary>What to change of a team; what is null stays as it is.</summary>
public sealed record TeamChange
{
    /// <summary>1 to 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>A share above 0, at most 1.</summary>
    public double? Goal { get; init; }

    /// <summary>Models of the catalogue, rung 1 first; empty: the installation's ladder from now on.</summary>
    public IReadOnlyList<string>? Ladder { get; init; }

    /// <summary>
    /// The team as it was shown to whoever changes it: what they change must still be as they saw it. Null: whatever it is, it becomes this.
    /// </summary>
    public Team? Seen { get; init; }
}

/// <summary>Somebody else changed the same of a team meanwhile; nothing was changed.</summary>
/// <param name="now">The team as it is now.</param>
/// <param name="what">What is different, in words.</param>
public sealed class TeamChangedException(Team now, string what) : Exception(what)
{
    /// <summary>The team as it is now.</summary>
    public Team Now { get; } = now;
}

/// <summary>A team's values break rules.</summary>
/// <param name="mistakes">Each says what was expected.</param>
public sealed class InvalidTeamException(IReadOnlyList<string> mistakes) : Exception(string.Join(" ", mistakes))
{
    /// <summary>Each says what was expected.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
