using System.CommandLine;

namespace GroqBatch.Cli.Database;

/// <summary><c>groqbatch database</c>.</summary>
internal sealed class DatabaseCommand : Command
{
    public DatabaseCommand()
        : base("database", "What the owner of the database does to it.") => Add(new DatabaseRoleCommand());
}
