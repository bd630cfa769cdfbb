using System.Diagnostics;
using System.Text;
using GroqBatch.Cli.Shell;

namespace GroqBatch.Cli.Tests.Shell;

/// <summary>
/// The command line with settings of its own. What is typed is done in the test's process, where what a call compiles serves the next one; what a
/// process alone has (signals, logs on its standard error, its environment, its death) is seen in one of its own.
/// </summary>
internal sealed class GroqBatchCommand(IReadOnlyDictionary<string, string?> environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Runs it to its end.</summary>
    public async Task<Outcome> RunAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        var error = new StringWriter();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var context = new CommandLineContext(Terminal.To(output, TextWriter.Synchronized(error)))
        {
            Settings = environment.ToDictionary(
                pair => pair.Key.Replace("__", ":", StringComparison.Ordinal),
                pair => pair.Value,
                StringComparer.Ordinal
            ),
        };
        var code = await CommandLine.RunAsync(arguments, context, patience.Token);
        return new Outcome(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Runs it to its end in a process of its own.</summary>
    public async Task<Outcome> RunAsProcessAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Runs another program of the project to its end, under the same settings.</summary>
    public async Task<Outcome> RunProgramAsync(string program, params string[] arguments)
    {
        using var process = StartProgram(program, arguments);
        return await process.EndAsync();
    }

    /// <summary>Starts it as a process: nothing of the machine's settings reaches it.</summary>
    public RunningProcess Start(params string[] arguments) =>
        StartProgram(Path.Combine(AppContext.BaseDirectory, "groqbatch.dll"), arguments);

    private RunningProcess StartProgram(string program, string[] arguments)
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
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }

        // Who lives for seconds need not compile its code a second time.
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningProcess(Process.Start(start)!, Patience);
    }

    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal) || name is "GROQ_API_KEY" or "DOTNET_ENVIRONMENT";
}
