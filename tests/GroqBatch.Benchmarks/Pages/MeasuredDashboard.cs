using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using GroqBatch.Testing.Circuits;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>The dashboard as a process of its own, as somebody starts it, on a generated ledger.</summary>
internal sealed partial class MeasuredDashboard : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _links = Channel.CreateUnbounded<string>();
    private readonly List<string> _said = [];

    private MeasuredDashboard(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Bytes of memory that are in use, as the kernel counts them.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Seconds of processor time so far.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<MeasuredDashboard> StartAsync(LedgerInstallation ledger, CancellationToken cancellationToken)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "GroqBatch.Web.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ConnectionStrings__GroqBatch"] = ledger.ConnectionString;
        start.Environment["Storage__DataFolder"] = Path.Combine(ledger.Folder, "dashboard");
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["Groq__Mode"] = "Simulator";
        var dashboard = new MeasuredDashboard(Process.Start(start)!, address);
        dashboard._process.OutputDataReceived += dashboard.Hear;
        dashboard._process.ErrorDataReceived += dashboard.Hear;
        dashboard._process.BeginOutputReadLine();
        dashboard._process.BeginErrorReadLine();
        return dashboard;
    }

    /// <summary>Signs somebody in; waits for the dashboard to be there.</summary>
    public async Task<Visitor> SignInAsync(string name, CancellationToken cancellationToken)
    {
        var visitor = new Visitor(Address);
        await visitor.SignInAsync(new Uri(await TakeLinkAsync(cancellationToken)), name, cancellationToken);
        return visitor;
    }

    /// <summary>A login link that works.</summary>
    public async Task<string> TakeLinkAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            return await _links.Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"The dashboard printed no link. It said: {string.Join('\n', _said)}", late);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_said)
        {
            _said.Add(line.Data);
        }

        if (LoginLink().Match(line.Data) is { Success: true } found)
        {
            _links.Writer.TryWrite(found.Value);
        }
    }

    [GeneratedRegex(@"http://\S+/login\?t=\S+", RegexOptions.None, 1_000)]
    private static partial Regex LoginLink();
}
