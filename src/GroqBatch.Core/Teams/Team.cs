namespace GroqBatch.Core.Teams;

/// <summary>The owner of pull requests.</summary>
/// <param name="Id">Our key.</param>
/// <param name="Slug">Lower-case name in addresses and on the command line; unique.</param>
/// <param name="Name">The name as people read it.</param>
/// <param name="Goal">The coverage goal, a share from above 0 to 1.</param>
/// <param name="IsSample">Made by the product for trying it out; removable in one action.</param>
public sealed record Team(int Id, string Slug, string Name, double Goal, bool IsSample);
