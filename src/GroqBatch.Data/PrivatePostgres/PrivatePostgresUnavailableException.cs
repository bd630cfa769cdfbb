namespace GroqBatch.Data.PrivatePostgres;

/// <summary>
/// There is no connection string, and no private PostgreSQL can be had either. The message is for the person at the terminal: it says what
/// was looked for and what to do. Hosts print it and end with exit code 3.
/// </summary>
public sealed class PrivatePostgresUnavailableException : Exception
{
    /// <summary>Made by the runtime's conventions only.</summary>
    public PrivatePostgresUnavailableException()
        : this("No PostgreSQL can be had.") { }

    /// <summary>Says what was looked for and what to do.</summary>
    public PrivatePostgresUnavailableException(string message)
        : base(message) { }

    /// <summary>Says what was looked for and what to do, and keeps the cause.</summary>
    public PrivatePostgresUnavailableException(string message, Exception? innerException)
        : base(message, innerException) { }
}
