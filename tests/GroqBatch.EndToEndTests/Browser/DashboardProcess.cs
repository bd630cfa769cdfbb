using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using GroqBatch.Testing.Folders;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>The dashboard as a process of its own, as a person starts it: on a database of a test's, with the simulator, on a free port.</summary>
internal sealed partial class DashboardProcess : IAsyncDisposable
{
    /// <summary>What every dashboard has as its key, though nobody is sent it: on no page and in no log is it to be seen.</summary>
    public const string Key = "gsk_marker4Wd9ThisMustAppearNowhere";

    private readonly TestFolder _folder = new();
    private readonly string _connectionString;
    private readonly (string Name, string Value)[] _settings;
    private readonly ConcurrentQueue<string> _said = new();
    private TaskCompletionSource<string> _link = NewLink();
    private Process? _process;

    private DashboardProcess(string connectionString, int port, (string Name, string Value)[] settings)
    {
        _connectionString = connectionString;
        _settings = settings;
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    /// <summary>Where it is, after a restart as well.</summary>
    public Uri Address { get; }

    /// <summary>Its data folder, with the simulator's in it.</summary>
    public string DataFolder => _folder.Combine("data");

    /// <summary>Who has come in so far.</summary>
    public Visitors Visitors { get; } = new();

    /// <summary>What it has printed, for a test that failed.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="connectionString">Of a test's database.</param>
    /// <param name="settings">As environment variables, with <c>__</c>.</param>
    public static async Task<DashboardProcess> StartAsync(string connectionString, params (string Name, string Value)[] settings)
    {
        var dashboard = new DashboardProcess(connectionString, FindFreePort(), settings);
        await dashboard.StartAsync();
        return dashboard;
    }

    /// <summary>Starts it, again perhaps, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "GroqBatch.Web.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        foreach (
            var name in start
                .Environment.Keys.Where(name => name.Contains("__", StringComparison.Ordinal) || name is "GROQ_API_KEY")
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        start.Environment["ConnectionStrings__GroqBatch"] = _connectionString;
        start.Environment["Storage__DataFolder"] = DataFolder;
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        start.Environment["Groq__Mode"] = "Simulator";
        start.Environment["Groq__ApiKey"] = Key;

        // Who lives for half a minute need not compile its code a second time.
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        _link = NewLink();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Hear;
        _process.ErrorDataReceived += Hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(_link.Task, ended).WaitAsync(TimeSpan.FromSeconds(240)) == ended)
        {
            Assert.Fail($"The dashboard ended at its start with {_process.ExitCode}:\n{Said}");
        }
    }

    /// <summary>The login link that works now.</summary>
    public async Task<string> TakeLinkAsync()
    {
        var link = await _link.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return link;
    }

    /// <summary>Ends it without a word, as a machine does that loses its power.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Visitors.DisposeAsync();
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
        Assert.DoesNotContain(_said, line => line.Contains(Key, StringComparison.Ordinal));
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        _said.Enqueue(line.Data);
        if (LoginLink().Match(line.Data) is { Success: true } found && !_link.TrySetResult(found.Value))
        {
            // The one before has been used.
            _link = NewLink();
            _link.SetResult(found.Value);
        }
    }

    private static TaskCompletionSource<string> NewLink() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"http://\S+/login\?t=\S+", RegexOptions.None, 1_000)]
    private static partial Regex LoginLink();
}
