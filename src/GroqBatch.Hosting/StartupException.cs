namespace GroqBatch.Hosting;

/// <summary>
/// GroqBatch could not start, and a person can mend it. The message is for the terminal: what is wrong and what to do, one line for each
/// mistake; it carries neither key nor password. Hosts print it and end with <see cref="ExitCode"/>.
/// </summary>
public sealed class StartupException : Exception
{
    /// <summary>What a process ends with that could not run.</summary>
    public const int ExitCode = 3;

    /// <summary>One thing is wrong.</summary>
    public StartupException(string message, Exception? innerException = null)
        : this([message], innerException) { }

    /// <summary>Several things are wrong, each of which can be mended apart.</summary>
    public StartupException(IReadOnlyList<string> reasons, Exception? innerException = null)
        : base(string.Join(Environment.NewLine, reasons), innerException) => Reasons = reasons;

    /// <summary>At least one.</summary>
    public IReadOnlyList<string> Reasons { get; }
}
