using GroqBatch.Core.Access;

namespace GroqBatch.Core.Teams;

/// <summary>Teams: adding, finding, changing. Every change is in the audit log.</summary>
public interface ITeamStore
{
    /// <summary>Adds a team. Takes <see cref="Right.Administer"/>.</summary>
    /// <exception cref="InvalidTeamException">A value breaks a rule of <see cref="TeamRules"/>, or the slug is taken.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken);

    /// <summary>Changes a team's name, goal or both. Takes <see cref="Right.Administer"/>.</summary>
    /// <param name="slug">Which.</param>
    /// <param name="name">Null: as it is.</param>
    /// <param name="goal">Null: as it is.</param>
    /// <returns>The team as it is now; null when there is none with this slug.</returns>
    /// <exception cref="InvalidTeamException">A value breaks a rule of <see cref="TeamRules"/>.</exception>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    Task<Team?> UpdateAsync(string slug, string? name, double? goal, Actor actor, CancellationToken cancellationToken);

    /// <summary>All teams, by slug.</summary>
    Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The team with this slug, or null.</summary>
    Task<Team?> FindAsync(string slug, CancellationToken cancellationToken);
}

/// <summary>A team to be added.</summary>
/// <param name="Slug">See <see cref="TeamRules.IsSlug"/>.</param>
/// <param name="Name">1 to 200 characters.</param>
/// <param name="Goal">A share above 0, at most 1.</param>
public sealed record NewTeam(string Slug, string Name, double Goal);

/// <summary>A team's values break rules.</summary>
/// <param name="mistakes">Each says what was expected.</param>
public sealed class InvalidTeamException(IReadOnlyList<string> mistakes) : Exception(string.Join(" ", mistakes))
{
    /// <summary>Each says what was expected.</summary>
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
