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
        var table = new FittedTable(
            new("model", Fit.Text),
            new("rung", Fit.Figure),
            new("runs", Fit.Figure, Rank: 5),
            new("requests", Fit.Figure, Rank: 6),
            new("attempts", Fit.Figure, Rank: 8),
            new("succeeded", Fit.Figure),
            new("with 95 % confidence", Fit.Figure, Rank: 2),
            new("tokens per summary", Fit.Figure, Rank: 3),
            new("cost per 1,000 summaries", Fit.Figure, Rank: 1),
            new("failure limits", Fit.Figure, Rank: 4),
            new("outside", Fit.Figure, Rank: 7)
        );
        foreach (var model in models)
        {
            table.AddRow(
                model.Format is { } format ? $"{model.Model} ({ModelsJson.WireOf(format)})" : model.Model,
                $"{model.Rung}",
                $"{model.Runs:N0}",
                $"{model.Requests:N0}",
                $"{model.Attempts:N0}",
                model.SuccessRate is { } rate ? Percent(rate) : "unknown",
                $"{Percent(model.SuccessInterval.Low)} to {Percent(model.SuccessInterval.High)}",
                model is { PromptTokensPerSummary: { } prompt, CompletionTokensPerSummary: { } completion }
                    ? $"{prompt:N0} + {completion:N0}"
                    : "unknown",
                CostOf(model),
                model.NextLimits is { } limits ? $"{Percent(limits.Low)} to {Percent(limits.High)}" : "too few runs",
                $"{model.Chart.Count(run => run.IsOutside):N0}"
            );
        }

        table.Write(console);
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

        void Line(string text) => Terminal.Line(console, text);
    }

    private static string CostOf(ModelFigures model) =>
        model.CostPerSummary is not { } cost ? "unknown"
        : model.UnknownRequests == 0 ? Figures.Dollars(cost * 1_000)
        : $"at least {Figures.Dollars(cost * 1_000)}";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");
}
