using System.Diagnostics;
using System.Text;

namespace GroqBatch.Cli.Tests.Shell;

/// <summary>A process that runs.</summary>
internal sealed class RunningProcess : IDisposable
{
    private readonly Process _process;
    private readonly TimeSpan _patience;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;

    public RunningProcess(Process process, TimeSpan patience)
    {
        _process = process;
        _patience = patience;
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput, _out), CopyAsync(process.StandardError, _error));
    }

    /// <summary>What it has said so far, on both streams.</summary>
    public string Said
    {
        get
        {
            lock (_out)
            {
                lock (_error)
                {
                    return $"{_out}{_error}";
                }
            }
        }
    }

    /// <summary>Waits until it has said something.</summary>
    public async Task WaitForAsync(Func<string, bool> isSaid)
    {
        using var patience = new CancellationTokenSource(_patience);
        while (!isSaid(Said))
        {
            Assert.False(_process.HasExited, $"It ended before it said what was waited for:\n{Said}");
            Assert.False(patience.IsCancellationRequested, $"It has not said what was waited for:\n{Said}");
            await Task.Delay(20);
        }
    }

    /// <summary>Sends a signal, such as <c>INT</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it ends.</summary>
    public async Task<Outcome> EndAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It does not end:\n{Said}");
        }

        await _reading;
        return new Outcome(_process.ExitCode, _out.ToString(), _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task CopyAsync(StreamReader from, StringBuilder to)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await from.ReadAsync(buffer)) > 0)
        {
            lock (to)
            {
                to.Append(buffer, 0, read);
            }
        }
    }
}
