using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace GroqBatch.Cli.Tests.Shell;

/// <summary>What a process said and ended with.</summary>
internal sealed record Outcome(int Code, string Out, string Error)
{
    /// <summary>Standard output as JSON; fails when there is anything else on it.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement.Clone();

    public override string ToString() => $"exit code {Code}\n--- out\n{Out}\n--- error\n{Error}";
}

/// <summary>The built executable as a process of its own, with an environment of its own: nothing of the machine's settings reaches it.</summary>
internal sealed class GroqBatchProcess(IReadOnlyDictionary<string, string?> environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Runs it to its end.</summary>
    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Starts it.</summary>
    public RunningProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) is "dotnet" ? host : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "groqbatch.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningProcess(Process.Start(start)!, Patience);
    }

    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal) || name is "GROQ_API_KEY" or "DOTNET_ENVIRONMENT";
}

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
