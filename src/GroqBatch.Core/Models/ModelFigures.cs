using GroqBatch.Core.Estimates;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Models;

/// <summary>What a model has shown on a rung, measured over the ledger's runs.</summary>
public sealed record ModelFigures
{
    /// <summary>Charts of models, and what is noticed by them, look back over so many runs.</summary>
    public const int RunsBack = 200;

    public required string Model { get; init; }

    /// <summary>Counted from 1. The same model on another rung gets other pull requests: those that failed before.</summary>
    public required int Rung { get; init; }

    /// <summary>How it was asked; null when the runs do not say.</summary>
    public ResponseFormat? Format { get; init; }

    public required int Runs { get; init; }

    /// <summary>Requests whose outcome is the model's or the provider's: without those that were cancelled or never sent.</summary>
    public required int Requests { get; init; }

    /// <summary>Sendings: more than <see cref="Requests"/> where some were sent again.</summary>
    public required int Attempts { get; init; }

    public required int Succeeded { get; init; }

    /// <summary>
    /// The share that succeeded, with 95 % confidence by Wilson: over these requests as one sample. How much runs differ from each other is
    /// <see cref="Chart"/>'s to say.
    /// </summary>
    public required Interval SuccessInterval { get; init; }

    /// <summary>Failed requests by code.</summary>
    public required IReadOnlyDictionary<FailureCode, int> FailuresByCode { get; init; }

    public required long PromptTokens { get; init; }
    public required long CompletionTokens { get; init; }

    /// <summary>Dollars booked.</summary>
    public required decimal Cost { get; init; }

    /// <summary>Attempts whose cost is unknown: <see cref="Cost"/> is a lower bound when there are some.</summary>
    public required int UnknownRequests { get; init; }

    /// <summary>Each run beside the control limits that the runs before it gave; oldest first.</summary>
    public required IReadOnlyList<ModelRun> Chart { get; init; }

    /// <summary>From 0 to 1; null without requests.</summary>
    public double? SuccessRate => Requests == 0 ? null : (double)Succeeded / Requests;

    /// <summary>Prompt tokens of everything that was answered, per summary; null without summaries.</summary>
    public double? PromptTokensPerSummary => Succeeded == 0 ? null : (double)PromptTokens / Succeeded;

    /// <summary>Completion tokens of everything that was answered, per summary; null without summaries.</summary>
    public double? CompletionTokensPerSummary => Succeeded == 0 ? null : (double)CompletionTokens / Succeeded;

    /// <summary>Dollars booked per summary, failures' included; null without summaries, and where every attempt's cost is unknown.</summary>
    public decimal? CostPerSummary => Succeeded == 0 || (Cost == 0 && UnknownRequests > 0) ? null : Cost / Succeeded;

    /// <summary>What is to be expected of the next run of a thousand requests; null while there are too few runs.</summary>
    public ControlLimits? NextLimits =>
        ControlChart.Limits([.. Chart.Where(run => !run.IsOutside).Select(run => new ChartPoint(run.Failed, run.Requests))], 1_000);

    /// <summary>One for each model, rung and format, by rung, then by model.</summary>
    /// <param name="past">Passes of one provider, as <see cref="IPastReader"/> gives them: newest run first.</param>
    public static IReadOnlyList<ModelFigures> Of(IReadOnlyList<PastPass> past)
    {
        ArgumentNullException.ThrowIfNull(past);
        return
        [
            .. past.Where(pass => pass.Tried > 0)
                .GroupBy(pass => (pass.Ordinal, pass.Model, pass.Format))
                .OrderBy(group => group.Key.Ordinal)
                .ThenBy(group => group.Key.Model, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Format)
                .Select(group => Of(group.Key.Ordinal, group.Key.Model, group.Key.Format, [.. group.Reverse()])),
        ];
    }

    private static ModelFigures Of(int ordinal, string model, ResponseFormat? format, List<PastPass> passes)
    {
        var judged = ControlChart.Judge([.. passes.Select(pass => new ChartPoint(pass.Failed, pass.Tried))]);
        var (requests, succeeded) = (passes.Sum(pass => pass.Tried), passes.Sum(pass => pass.Succeeded));
        return new ModelFigures
        {
            Model = model,
            Rung = ordinal,
            Format = format,
            Runs = passes.Count,
            Requests = requests,
            Attempts = passes.Sum(pass => pass.Sent),
            Succeeded = succeeded,
            SuccessInterval = Wilson.Of(succeeded, requests),
            FailuresByCode = passes
                .SelectMany(pass => pass.Failures)
                .Where(pair => pair.Key is not (FailureCode.Cancelled or FailureCode.NotSent) && pair.Value > 0)
                .GroupBy(pair => pair.Key, pair => pair.Value)
                .ToDictionary(group => group.Key, group => group.Sum()),
            PromptTokens = passes.Sum(pass => pass.PromptTokens),
            CompletionTokens = passes.Sum(pass => pass.CompletionTokens),
            Cost = passes.Sum(pass => pass.Cost),
            UnknownRequests = passes.Sum(pass => pass.UnknownRequests),
            Chart =
            [
                .. passes.Zip(
                    judged,
                    (pass, judgement) =>
                        new ModelRun(pass.RunId, pass.Team, pass.StartedAt, pass.Tried, pass.Failed, judgement.Limits, judgement.IsOutside)
                ),
            ],
        };
    }
}

/// <summary>A run as a point of a model's control chart.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Team">Its team's slug.</param>
/// <param name="StartedAt">When the pass began.</param>
/// <param name="Requests">Requests whose outcome is the model's or the provider's.</param>
/// <param name="Failed">Of those, the failed ones.</param>
/// <param name="Limits">What the runs before it led one to expect; null while there were too few.</param>
/// <param name="IsOutside">Whether it was outside: worth a look.</param>
public sealed record ModelRun(
    Guid RunId,
    string Team,
    DateTimeOffset StartedAt,
    int Requests,
    int Failed,
    ControlLimits? Limits,
    bool IsOutside
)
{
    /// <summary>From 0 to 1.</summary>
    public double FailureRate => (double)Failed / Requests;
}
