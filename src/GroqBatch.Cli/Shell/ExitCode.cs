namespace GroqBatch.Cli.Shell;

/// <summary>What the process ends with: for scripts, so they never change their meaning.</summary>
internal static class ExitCode
{
    /// <summary>Done; also when there was nothing to do.</summary>
    public const int Done = 0;

    /// <summary>Done, with failures left, lines rejected or a check not met.</summary>
    public const int DoneWithFailures = 1;

    /// <summary>Wrong usage: nothing was done.</summary>
    public const int WrongUsage = 2;

    /// <summary>Could not run; standard error says why.</summary>
    public const int CouldNotRun = Hosting.StartupException.ExitCode;
}

/// <summary>What was asked for cannot be meant: a team that is not there, a file that does not exist. Ends with <see cref="ExitCode.WrongUsage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
