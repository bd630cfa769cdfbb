using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace GroqBatch.Cli.Runs;

/// <summary>Shows runs until there is nothing more to see.</summary>
internal static class RunView
{
    /// <summary>Shows what is read until it says enough, or until cancelled.</summary>
    /// <param name="isOver">Whether a snapshot is the last one to wait for.</param>
    /// <returns>The last snapshot.</returns>
    public static async Task<IReadOnlyList<RunOverview>> ShowAsync(
        GroqBatchHost host,
        Terminal terminal,
        Func<CancellationToken, Task<IReadOnlyList<RunOverview>>> readAsync,
        Func<Core.Changes.Change, bool> concerns,
        Func<IReadOnlyList<RunOverview>, bool> isOver,
        CancellationToken cancellationToken
    )
    {
        var watch = ActivatorUtilities.CreateInstance<RunWatch>(host.Services);
        IReadOnlyList<RunOverview> latest = [];
        if (!terminal.IsWatched)
        {
            var lines = ActivatorUtilities.CreateInstance<RunLines>(host.Services, terminal);
            await FollowAsync(lines.Show);
            return latest;
        }

        await terminal
            .Notes.Live(new Text("…"))
            .AutoClear(true)
            .StartAsync(context =>
                FollowAsync(snapshot =>
                {
                    context.UpdateTarget(RunBoard.Of(snapshot));
                    context.Refresh();
                })
            );
        return latest;

        async Task FollowAsync(Action<IReadOnlyList<RunOverview>> show)
        {
            await foreach (var snapshot in watch.SnapshotsAsync(readAsync, concerns, cancellationToken))
            {
                latest = snapshot;
                show(snapshot);
                if (isOver(snapshot))
                {
                    return;
                }
            }
        }
    }
}
