using System.Diagnostics;

namespace GroqBatch.Data.Tests.PrivatePostgres;

/// <summary>Another process that holds, or is about to hold, a lease of a cluster.</summary>
internal sealed class ClusterHolder : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    private ClusterHolder(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    public static ClusterHolder Start(string dataFolder)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "GroqBatch.ClusterHolder.dll");
        return new ClusterHolder(
            Process.Start(
                new ProcessStartInfo("dotnet", [program, dataFolder])
                {
                    UseShellExecute = false,
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!
        );
    }

    /// <summary>Waits until it holds its lease.</summary>
    /// <returns>The connection string it got.</returns>
    public async Task<string> ReadyAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync();
        if (line is null)
        {
            throw new InvalidOperationException($"The other process got no lease: {await _error}");
        }

        return line;
    }

    /// <summary>Lets it give its lease back and end.</summary>
    public async Task LeaveAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The other process ended with {_process.ExitCode}: {await _error}");
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
