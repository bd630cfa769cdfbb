using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using Npgsql;

namespace GroqBatch.Web.Shell;

/// <summary>What went wrong, fit to show: no stack, no text of a pull request, no key.</summary>
internal static class Failures
{
    /// <summary>One or two sentences.</summary>
    public static string Say(Exception failure) =>
        failure switch
        {
            AccessDeniedException or ProviderException or LadderUnavailableException => failure.Message,
            NpgsqlException => "The database does not answer at the moment. Runs under way are kept, and go on when it does.",
            OperationCanceledException => "It took too long and was given up.",
            _ => "Something unexpected happened; the server's log says what. Runs under way go on.",
        };
}
