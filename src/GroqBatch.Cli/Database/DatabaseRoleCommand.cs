using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Data.Audit;

namespace GroqBatch.Cli.Database;

/// <summary><c>groqbatch database role</c>.</summary>
internal sealed class DatabaseRoleCommand : CliCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The role's name: a-z, 0-9 and _, a letter first." };

    public DatabaseRoleCommand()
        : base(
            "role",
            "Writes the SQL that gives GroqBatch a role of its own, which can't change or delete what the audit log holds. Runs nothing.",
            "groqbatch database role groqbatch_app | psql -v ON_ERROR_STOP=1 \"$OWNER_CONNECTION\""
        )
    {
        Add(_name);
        Does(RunAsync);
    }

    private Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var name = invocation.Get(_name);
        if (!RestrictedRole.IsName(name))
        {
            throw new UsageException($"'{name}' is no role's name: a-z, 0-9 and _, a letter first, at most 63 characters.");
        }

        invocation.Terminal.Out.WriteLine(RestrictedRole.ScriptFor(name));
        return Task.FromResult(ExitCode.Done);
    }
}
