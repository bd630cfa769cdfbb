using System.Diagnostics;
using System.Net.Http.Headers;

namespace GroqBatch.Simulator.Tests;

/// <summary>A simulator in a process of its own, to be killed.</summary>
public sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, string baseUrl)
    {
        _process = process;
        BaseUrl = baseUrl;
        Http = new HttpClient { BaseAddress = new Uri(baseUrl + "/") };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "gsk_test");
        Http.DefaultRequestHeaders.UserAgent.ParseAdd("GroqBatch.Tests/1.0");
    }

    public string BaseUrl { get; }
    public HttpClient Http { get; }

    public static async Task<SimulatorProcess> StartAsync(string folder, params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "GroqBatch.Simulator.Host.dll"), "--Simulator:Folder=" + folder },
        };
        foreach (var setting in settings)
        {
            start.ArgumentList.Add(setting);
        }

        var process = Process.Start(start)!;
        var baseUrl = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The simulator did not start.");
        return new SimulatorProcess(process, baseUrl);
    }

    /// <summary>The largest resident memory so far, in bytes; Linux only.</summary>
    public async Task<long> PeakMemoryAsync()
    {
        var line = (await File.ReadAllLinesAsync($"/proc/{_process.Id}/status")).Single(line =>
            line.StartsWith("VmHWM:", StringComparison.Ordinal)
        );
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]) * 1024;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
