using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary><c>groqbatch retry</c>.</summary>
internal sealed class RetryCommand : CliCommand
{
    private readonly Argument<string> _run = RunArgument.Create();

    private readonly Option<string[]> _codes = new("--code")
    {
        Description = "Only failures with this code; may be given several times.",
        HelpName = "CODE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _fromLastRung = new("--from-last-rung")
    {
        Description = "Begin on the last model of the ladder instead of the first.",
    };

    public RetryCommand()
        : base(
            "retry",
            "A new run over the final failures of one that has ended, from the first model of the ladder unless told otherwise.",
            "groqbatch retry 01a22b80-614f",
            "groqbatch retry 01a22b80-614f --code max_tokens --code json_validate_failed --from-last-rung"
        )
    {
        Add(_run);
        Add(_codes);
        Add(_fromLastRung);
        _codes.Validators.Add(result =>
        {
            foreach (var text in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (!FailureCodes.TryParse(text, out _))
                {
                    result.AddError(
                        $"'{text}' is no failure code. There are: {string.Join(", ", FailureCodes.All.Select(code => code.ToWire()))}."
                    );
                }
            }
        });
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var request = new RetryRun
        {
            RunId = await RunArgument.FindAsync(host.Services.GetRequiredService<IRunReader>(), invocation.Get(_run), cancellationToken),
            Codes =
            [
                .. (invocation.Get(_codes) ?? []).Select(text =>
                    FailureCodes.TryParse(text, out var code) ? code : throw new UsageException($"'{text}' is no failure code")
                ),
            ],
            FromLastRung = invocation.Get(_fromLastRung),
        };
        var retried = await host.Services.GetRequiredService<IRunService>().RetryAsync(request, invocation.Actor, cancellationToken);
        return await DerivedRun.TellAsync(invocation, host, retried, cancellationToken);
    }
}
