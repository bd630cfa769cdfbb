using System.Diagnostics;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// The account the server runs under. PostgreSQL refuses root, so a root process starts the server's programs as somebody else.
/// </summary>
/// <param name="Name">The account, or null: the one of this process.</param>
internal sealed record ServerAccount(string? Name)
{
    private static readonly ServerAccount Own = new(Name: null);

    /// <summary>
    /// This process's account; for root that of an existing data folder, else <c>postgres</c> where the machine has it, else <c>nobody</c>.
    /// </summary>
    /// <exception cref="PrivatePostgresUnavailableException">Root, and the machine has neither account.</exception>
    public static async Task<ServerAccount> ResolveAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows())
        {
            return Own;
        }

        if (Directory.Exists(dataDirectory))
        {
            // Whoever made the cluster owns its files; PostgreSQL refuses to run under any other account.
            var owner = await ProgramRun.StartAsync(account: null, "stat", ["-c", "%U", dataDirectory], "/", cancellationToken);
            if (owner.ExitCode == 0 && owner.Output.Trim() is { Length: > 0 } name and not "root" and not "UNKNOWN")
            {
                return new ServerAccount(name);
            }
        }

        var accounts = await File.ReadAllLinesAsync("/etc/passwd", cancellationToken);
        var account =
            new[] { "postgres", "nobody" }.FirstOrDefault(wanted =>
                accounts.Any(line => line.StartsWith(wanted + ":", StringComparison.Ordinal))
            )
            ?? throw new PrivatePostgresUnavailableException(
                "PostgreSQL does not run as root, and this machine has neither the account postgres nor nobody to run it under. "
                    + "Start GroqBatch under another account, or set ConnectionStrings:GroqBatch."
            );
        return new ServerAccount(account);
    }

    /// <summary>Gives a file or folder (not what is in it) to the account.</summary>
    public async Task TakeAsync(string path, CancellationToken cancellationToken)
    {
        if (Name is null)
        {
            return;
        }

        var run = await ProgramRun.StartAsync(account: null, "chown", [Name, path], "/", cancellationToken);
        if (run.ExitCode != 0)
        {
            throw new PrivatePostgresUnavailableException($"{path} could not be given to the account {Name}: {run.Output}");
        }
    }

    /// <summary>Refuses a folder that the account cannot write to, before a server's program fails with a riddle.</summary>
    public async Task DemandWritableAsync(string folder, CancellationToken cancellationToken)
    {
        if (Name is null)
        {
            return;
        }

        var run = await ProgramRun.StartAsync(Name, "/bin/sh", ["-c", "test -w \"$1\"", "sh", folder], "/", cancellationToken);
        if (run.ExitCode != 0)
        {
            throw new PrivatePostgresUnavailableException(
                $"PostgreSQL does not run as root, and the account {Name} cannot write to {folder}: a folder above it is closed to others. "
                    + "Set Storage:DataFolder to a folder that others may enter, as /var/lib/groqbatch is."
            );
        }
    }

    /// <summary>Runs a program under this account and waits for its end.</summary>
    public Task<ProgramRun> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string workingFolder,
        CancellationToken cancellationToken
    ) => ProgramRun.StartAsync(Name, program, arguments, workingFolder, cancellationToken);
}

/// <summary>How a program ended, and what it said on both of its outputs.</summary>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    // A server that a Windows pg_ctl starts keeps its starter's pipes open: the text is not waited for longer than this.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    public static async Task<ProgramRun> StartAsync(
        string? account,
        string program,
        IEnumerable<string> arguments,
        string workingFolder,
        CancellationToken cancellationToken
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingFolder,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name); // PGDATA, PGPORT and their like speak of another server
        }

        start.Environment["LC_ALL"] = "C"; // the texts are read below, and a locale may be missing
        if (account is not null && !OperatingSystem.IsWindows())
        {
            start.UserName = account;
            start.Environment["HOME"] = workingFolder;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        var both = Task.WhenAll(output, error);
        await Task.WhenAny(both, Task.Delay(OutputGrace, CancellationToken.None));
        return new ProgramRun(process.ExitCode, both.IsCompletedSuccessfully ? string.Concat(both.Result).Trim() : "");
    }
}
