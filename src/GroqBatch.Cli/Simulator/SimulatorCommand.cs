using System.CommandLine;
using System.Globalization;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Storage;
using GroqBatch.Hosting;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.Options;

namespace GroqBatch.Cli.Simulator;

/// <summary><c>groqbatch simulator</c>.</summary>
internal sealed class SimulatorCommand : CliCommand
{
    private readonly Option<int?> _port = CommonOptions.Value<int>(
        "--port",
        "a number from 0 to 65535",
        port => port is >= 0 and <= 65_535
    );
    private readonly Option<int?> _seed = CommonOptions.Value<int>("--seed", "a whole number", _ => true);

    private readonly Option<string> _folder = new("--folder")
    {
        Description = "Where its files, batches and call ledger lie. Default: the folder that the other commands use.",
        HelpName = "FOLDER",
    };

    private readonly Option<bool> _fast = new("--fast") { Description = "A batch is over as soon as its answers are there." };

    private readonly Option<double?> _linesPerSecond = CommonOptions.Value<double>(
        "--lines-per-second",
        "a number from 0",
        rate => rate >= 0
    );

    private readonly Option<TimeSpan?> _duration = CommonOptions.Value<TimeSpan>(
        "--duration",
        "hours:minutes:seconds",
        duration => duration >= TimeSpan.Zero
    );

    private readonly Option<string> _accepts = new("--api-key")
    {
        Description = "The one key that is accepted. Default: any.",
        HelpName = "KEY",
    };

    private readonly Option<string[]> _faults = new("--fault")
    {
        Description = "A fault from the start on, as kind,name=value,... May be repeated; docs/simulator.md lists them.",
        HelpName = "FAULT",
    };

    public SimulatorCommand()
        : base(
            "simulator",
            "Serves a faithful Groq Files and Batches API on this machine, until it is stopped. For everything else: --set Simulator:KEY=VALUE.",
            "groqbatch simulator --port 4010",
            "groqbatch simulator --port 4010 --folder /tmp/groq --fast --seed 7",
            "groqbatch simulator --port 4010 --fault expired,share=0.4,times=1",
            "Groq__Mode=Simulator Groq__BaseUrl=http://127.0.0.1:4010/openai/v1 groqbatch work"
        )
    {
        _port.Description = "The TCP port to listen on, on 127.0.0.1; 0: any free one.";
        _port.HelpName = "N";
        _port.Required = true;
        _seed.Description = "Everything random follows from it: same seed, same answers.";
        _seed.HelpName = "N";
        _linesPerSecond.Description = "Requests answered per second; 0: no limit.";
        _linesPerSecond.HelpName = "N";
        _duration.Description = "How long each batch takes, whatever its size.";
        _duration.HelpName = "HH:MM:SS";
        Add(_port);
        Add(_seed);
        Add(_folder);
        Add(_fast);
        Add(_linesPerSecond);
        Add(_duration);
        Add(_accepts);
        Add(_faults);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var options = Read(invocation);
        await using var server = await StartAsync(options, invocation.Get(_port)!.Value, cancellationToken);
        invocation.Terminal.Out.WriteLine($"Simulated Groq at {server.BaseUrl}");
        invocation.Terminal.Note($"Folder {server.Folder}, seed {options.Seed}. Ctrl-C stops it; nothing is lost.");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }

        return ExitCode.Done;
    }

    private SimulatorOptions Read(Invocation invocation)
    {
        var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Override(nameof(SimulatorOptions.Seed), invocation.Get(_seed)?.ToString(CultureInfo.InvariantCulture));
        Override(nameof(SimulatorOptions.Folder), invocation.Get(_folder) is { } folder ? Path.GetFullPath(folder) : null);
        Override(nameof(SimulatorOptions.Fast), invocation.Get(_fast) ? "true" : null);
        Override(nameof(SimulatorOptions.LinesPerSecond), invocation.Get(_linesPerSecond)?.ToString(CultureInfo.InvariantCulture));
        Override(nameof(SimulatorOptions.Duration), invocation.Get(_duration)?.ToString("c", CultureInfo.InvariantCulture));
        Override(nameof(SimulatorOptions.ApiKey), invocation.Get(_accepts));
        using var settings = invocation.ReadSettings(overrides);
        try
        {
            var storage = new StorageOptions
            {
                DataFolder = settings[$"{StorageOptions.SectionName}:{nameof(StorageOptions.DataFolder)}"]!,
            };
            var options = SimulatorOptions.FromConfiguration(settings, Path.Combine(storage.DataFolder, "simulator"));
            options.Faults.AddRange((invocation.Get(_faults) ?? []).Select(Fault.Parse));
            return options;
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidOperationException)
        {
            throw new UsageException(wrong.Message);
        }
        catch (OptionsValidationException wrong)
        {
            throw new UsageException(string.Join(Environment.NewLine, wrong.Failures));
        }

        void Override(string name, string? value)
        {
            if (value is not null)
            {
                overrides[$"{SimulatorOptions.SectionName}:{name}"] = value;
            }
        }
    }

    private static async Task<SimulatorServer> StartAsync(SimulatorOptions options, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await SimulatorServer.StartAsync(options, port, cancellationToken: cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(refused.Message, refused);
        }
    }
}
