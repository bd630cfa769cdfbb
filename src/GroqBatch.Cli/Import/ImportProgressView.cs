using GroqBatch.Cli.Shell;
using GroqBatch.Core.Import;
using Spectre.Console;

namespace GroqBatch.Cli.Import;

/// <summary>Shows how far an import is: bars where somebody watches, otherwise a line now and then.</summary>
internal static class ImportProgressView
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Shows an import while it runs.</summary>
    public static async Task<ImportReport> ShowAsync(
        Terminal terminal,
        TimeProvider time,
        Func<IProgress<ImportProgress>, Task<ImportReport>> import
    )
    {
        if (!terminal.IsWatched)
        {
            return await import(new Lines(terminal, time));
        }

        return await terminal
            .Notes.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn()
            )
            .HideCompleted(true)
            .StartAsync(context => import(new Bars(context)));
    }

    /// <summary>One bar for each file, added when its turn comes.</summary>
    private sealed class Bars(ProgressContext context) : IProgress<ImportProgress>
    {
        private readonly Dictionary<int, ProgressTask> _tasks = [];

        public void Report(ImportProgress value)
        {
            lock (_tasks)
            {
                foreach (var done in _tasks.Where(task => task.Key < value.FileNumber))
                {
                    done.Value.Value = done.Value.MaxValue;
                }

                if (!_tasks.TryGetValue(value.FileNumber, out var task))
                {
                    task = context.AddTask(
                        Markup.Escape(Terminal.Safe(Path.GetFileName(value.File))),
                        maxValue: Math.Max(1, value.Bytes ?? 1)
                    );
                    _tasks.Add(value.FileNumber, task);
                }

                task.Value = value.Bytes is null ? 0 : value.BytesRead;
            }
        }
    }

    private sealed class Lines(Terminal terminal, TimeProvider time) : IProgress<ImportProgress>
    {
        private readonly Lock _gate = new();
        private long _last = time.GetTimestamp();

        public void Report(ImportProgress value)
        {
            lock (_gate)
            {
                if (time.GetElapsedTime(_last) < Pause)
                {
                    return;
                }

                _last = time.GetTimestamp();
            }

            terminal.Note(
                $"{value.File} ({value.FileNumber} of {value.Files}): {value.Lines:N0} lines read, {value.Rejected:N0} rejected so far"
            );
        }
    }
}
