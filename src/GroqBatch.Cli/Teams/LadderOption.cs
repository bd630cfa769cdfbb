using System.CommandLine;
using GroqBatch.Core.Models;

namespace GroqBatch.Cli.Teams;

/// <summary>A team's own ladder as it is typed.</summary>
internal static class LadderOption
{
    /// <summary><c>--ladder MODEL,MODEL</c>: what each model must be like is the store's to say.</summary>
    public static Option<string?> Create() =>
        new("--ladder")
        {
            Description =
                $"Its own ladder: {LadderRules.LeastRungs} to {LadderRules.MostRungs} models of the catalogue with commas between, rung 1 first. "
                + "groqbatch models names them.",
            HelpName = "MODEL,MODEL",
        };

    /// <summary>The models; null when the option was not typed.</summary>
    public static IReadOnlyList<string>? Read(string? typed) => typed?.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>As a sentence tells it.</summary>
    public static string InWords(IReadOnlyList<string>? ladder) =>
        ladder is null ? "the installation's ladder" : $"its own ladder ({string.Join(", ", ladder)})";
}
