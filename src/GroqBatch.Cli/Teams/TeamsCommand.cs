using GroqBatch.Cli.Shell;

namespace GroqBatch.Cli.Teams;

/// <summary><c>groqbatch teams</c>.</summary>
internal sealed class TeamsCommand : CliCommand
{
    public TeamsCommand()
        : base("teams", "The owners of pull requests.", "groqbatch teams add cal-com --name Cal.com --goal 0.98", "groqbatch teams list")
    {
        Add(new TeamsAddCommand());
        Add(new TeamsSetCommand());
        Add(new TeamsListCommand());
    }
}
