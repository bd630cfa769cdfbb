using System.CommandLine;
using System.Globalization;
using GroqBatch.Cli.Runs;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Statistics;
using GroqBatch.Groq.Settings;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace GroqBatch.Cli.Models;

/// <summary><c>groqbatch models</c>.</summary>
internal sealed class ModelsCommand : CliCommand
{
    private const int DefaultRuns = 200;

    private readonly Option<int?> _runs = CommonOptions.Value<int>("--runs", "a number from 1", runs => runs >= 1);
    private readonly Option<bool> _json = CommonOptions.Json();

    public ModelsCommand()
        : base(
            "models",
            "Shows what each model has done on each rung: success rate with its interval, failures, tokens and cost, and runs outside control limits.",
            "groqbatch models",
            "groqbatch models --json | jq '.models[] | select(.runsOutside > 0)'"
        )
    {
        _runs.Description = $"Look at the latest N runs ({DefaultRuns} unless told otherwise).";
        _runs.HelpName = "N";
        Add(_runs);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var provider = host.Services.GetRequiredService<GroqEndpoint>().ProviderName;
        var past = await host
            .Services.GetRequiredService<IPastReader>()
            .ReadAsync(provider, invocation.Get(_runs) ?? DefaultRuns, cancellationToken);
        var models = ModelFigures.Of(past);
        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(ModelsJson.Of(provider, models).ToString());
        }
        else if (models.Count == 0)
        {
            invocation.Terminal.Out.WriteLine("Nothing has been measured yet: no pass of a run is over.");
        }
        else
        {
            Write(invocation.Terminal.Answer, models);
        }

        return ExitCode.Done;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<ModelFigures> models)
    {
        var table = new Table()
            .Border(TableBorder.None)
            .AddColumns(
                "model",
                "rung",
                "runs",
                "requests",
                "attempts",
                "succeeded",
                "with 95 % confidence",
                "tokens per summary",
                "cost per 1,000 summaries",
                "failure limits",
                "outside"
            );
        foreach (var column in table.Columns.Skip(1))
        {
            column.RightAligned();
        }

        foreach (var model in models)
        {
            table.AddRow(
                Terminal.Cell(model.Format is { } format ? $"{model.Model} ({ModelsJson.WireOf(format)})" : model.Model),
                Terminal.Cell($"{model.Rung}"),
                Terminal.Cell($"{model.Runs:N0}"),
                Terminal.Cell($"{model.Requests:N0}"),
                Terminal.Cell($"{model.Attempts:N0}"),
                Terminal.Cell(model.SuccessRate is { } rate ? Percent(rate) : "unknown"),
                Terminal.Cell($"{Percent(model.SuccessInterval.Low)} to {Percent(model.SuccessInterval.High)}"),
                Terminal.Cell(
                    model is { PromptTokensPerSummary: { } prompt, CompletionTokensPerSummary: { } completion }
                        ? $"{prompt:N0} + {completion:N0}"
                        : "unknown"
                ),
                Terminal.Cell(CostOf(model)),
                Terminal.Cell(model.NextLimits is { } limits ? $"{Percent(limits.Low)} to {Percent(limits.High)}" : "too few runs"),
                Terminal.Cell($"{model.Chart.Count(run => run.IsOutside):N0}")
            );
        }

        console.Write(table);
        foreach (var model in models.Where(model => model.FailuresByCode.Count > 0))
        {
            Line($"{model.Model}, rung {model.Rung}, failed: {Figures.Codes(model.FailuresByCode)}");
        }

        foreach (var model in models)
        {
            foreach (var run in model.Chart.Where(run => run is { IsOutside: true, Limits: not null }))
            {
                Line(
                    $"Outside: run {Figures.Short(run.RunId)} ({run.Team}, {run.StartedAt:yyyy-MM-dd}) on {model.Model}, rung {model.Rung}: "
                        + $"{run.Failed:N0} of {run.Requests:N0} failed ({Percent(run.FailureRate)}); "
                        + $"the {run.Limits!.Runs} runs before it led to expect {Percent(run.Limits.Low)} to {Percent(run.Limits.High)}."
                );
            }
        }

        if (models.All(model => model.NextLimits is null))
        {
            Line($"Control limits take {ControlChart.FewestRuns} runs on a rung.");
        }

        void Line(string text) => console.WriteLine(Terminal.Safe(text).ReplaceLineEndings(" "));
    }

    private static string CostOf(ModelFigures model) =>
        model.CostPerSummary is not { } cost ? "unknown"
        : model.UnknownRequests == 0 ? Figures.Dollars(cost * 1_000)
        : $"at least {Figures.Dollars(cost * 1_000)}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
