using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary>What is said of a run that was made from another one.</summary>
internal static class DerivedRun
{
    /// <summary>The new run's id on standard output, who carries it out beside it.</summary>
    public static async Task<int> TellAsync(
        Invocation invocation,
        GroqBatchHost host,
        RetriedRun retried,
        CancellationToken cancellationToken
    )
    {
        invocation.Terminal.Note(Terminal.Safe(retried.Explanation));
        if (retried.RunId is not { } runId)
        {
            return ExitCode.Done;
        }

        invocation.Terminal.Out.WriteLine($"{runId}");
        var others = await host.Services.GetRequiredService<IPipelinePresence>().CountOthersAsync(cancellationToken);
        invocation.Terminal.Note(
            others > 0
                ? $"See: groqbatch status {Figures.Short(runId)}"
                : "Recorded only: nobody is working now. groqbatch work, or the dashboard, carries it out."
        );
        return ExitCode.Done;
    }
}
