using GroqBatch.Core.Models;

namespace GroqBatch.Core.Teams;

/// <summary>The owner of pull requests.</summary>
/// <param name="Id">Our key.</param>
/// <param name="Slug">Lower-case name in addresses and on the command line; unique.</param>
/// <param name="Name">The name as people read it.</param>
/// <param name="Goal">The coverage goal, a share from above 0 to 1.</param>
/// <param name="IsSample">Made by the product for trying it out; removable in one action.</param>
public sealed record Team(int Id, string Slug, string Name, double Goal, bool IsSample)
{
    /// <summary>The models of its own ladder, rung 1 first, as they were chosen; null: its runs take the installation's.</summary>
    public IReadOnlyList<string>? Ladder { get; init; }

    /// <summary>Its own ladder; null: the installation's.</summary>
    public TeamLadder? OwnLadder => Ladder is null ? null : new TeamLadder(Slug, Ladder);

    /// <summary>Whether another has the same values, the models of its ladder included.</summary>
    public bool Equals(Team? other) =>
        other is not null
        && (Id, Slug, Name, Goal, IsSample) == (other.Id, other.Slug, other.Name, other.Goal, other.IsSample)
        && (Ladder, other.Ladder) switch
        {
            (null, null) => true,
            ({ } mine, { } its) => mine.SequenceEqual(its, StringComparer.Ordinal),
            _ => false,
        };

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Id, Slug, Name, Goal, IsSample, Ladder?.Count);
}
