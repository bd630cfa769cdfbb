using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;

namespace GroqBatch.Cli.Runs;

/// <summary>How a run is named on the command line, the same in every command.</summary>
internal static class RunArgument
{
    /// <summary>What it may be.</summary>
    public const string Description =
        "A run's id or its beginning (the 12 digits that are shown while it goes on; less is shared by runs of one minute), or the id of one of its batches at the provider.";

    /// <summary>The argument.</summary>
    public static Argument<string> Create() => new("RUN") { Description = Description };

    /// <summary>The run that was meant.</summary>
    /// <exception cref="UsageException">None, or several.</exception>
    public static async Task<Guid> FindAsync(IRunReader runs, string id, CancellationToken cancellationToken)
    {
        var found = await runs.ResolveAsync(id, cancellationToken);
        return found.Count switch
        {
            0 => throw new UsageException($"There is no run or batch {id}"),
            1 => found[0],
            _ => throw new UsageException($"{id} may be any of: {string.Join(", ", found)}"),
        };
    }
}
