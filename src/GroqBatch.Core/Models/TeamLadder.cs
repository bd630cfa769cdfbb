namespace GroqBatch.Core.Models;

/// <summary>A ladder that a team has for itself, as it was chosen; what a run gets from it today is <see cref="ILadderResolver"/>'s to say.</summary>
/// <param name="Team">The team's slug.</param>
/// <param name="Models">Models of the catalogue, rung 1 first.</param>
public sealed record TeamLadder(string Team, IReadOnlyList<string> Models);
