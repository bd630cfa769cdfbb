using System.Globalization;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Models;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Estimates;

/// <summary>What a forecast is asked for.</summary>
public sealed record ForecastQuestion
{
    /// <summary>Pull requests that would be sent.</summary>
    public required int Selected { get; init; }

    /// <summary>Of those, the ones that have a stale summary: a new one adds nothing to coverage.</summary>
    public int Refreshed { get; init; }

    /// <summary>UTF-8 bytes of their user prompts in all.</summary>
    public required long PromptBytes { get; init; }

    /// <summary>On which rungs.</summary>
    public required Ladder Ladder { get; init; }

    /// <summary>Models that are meant as fallbacks, wherever they stand on this ladder.</summary>
    public IReadOnlyCollection<string> StrongModels { get; init; } = [];

    /// <summary>What earlier runs of the same provider took.</summary>
    public required IReadOnlyList<PastPass> Past { get; init; }

    /// <summary>Where the team stands; null: not known, and then nothing is said about its goal.</summary>
    public CoverageCounts? Coverage { get; init; }

    /// <summary>The team's goal, a share; not used without <see cref="Coverage"/>.</summary>
    public double Goal { get; init; }

    /// <summary>Lines in a batch's file at most.</summary>
    public required int MaxRequestsPerBatch { get; init; }

    /// <summary>Bytes in a batch's file at most.</summary>
    public required long MaxBatchBytes { get; init; }

    /// <summary>The provider's time for a batch, such as <c>24h</c> or <c>7d</c>.</summary>
    public required string CompletionWindow { get; init; }

    /// <summary>How often the run is drawn; fewer draws are quicker, and the ends of their ranges less steady.</summary>
    public int Draws { get; init; } = Forecast.FullDraws;
}

/// <summary>
/// Estimates a run by drawing it some two thousand times from what is known: each draw goes through all passes with failure rates, tokens and times of its
/// own, so that figures that hang together (failures, second pass, cost, coverage) do so in the estimate as well. The same question has the same
/// answer.
/// </summary>
public static class Forecast
{
    /// <summary>So many of the latest runs are looked at.</summary>
    public const int PastRuns = 50;

    /// <summary>Draws of one run, where nobody waits for many of them.</summary>
    public const int FullDraws = 2_000;

    private const int Seed = 20_26;
    private const double Tail = 0.025;

    // Sizes of prompts vary about as much as they are large on average; a second pass may also hold larger ones than the first.
    private const double SizeVariation = 1.0;
    private const double SizeBias = 0.1;

    /// <summary>Low, expected and high.</summary>
    public static Estimate Of(ForecastQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Of(question, ForecastBasis.Of(question.Ladder, question.StrongModels, question.Past));
    }

    /// <summary>Low, expected and high, on what was gathered before: the ladder, the strong models and the past are those of the basis.</summary>
    internal static Estimate Of(ForecastQuestion question, ForecastBasis basis)
    {
        var ladder = question.Ladder.Rungs;
        var (rungs, times) = (basis.Rungs, basis.Times);
        var window = SecondsOf(question.CompletionWindow);
        var passes = rungs.Select(_ => new Figures(question.Draws)).ToList();
        var run = new Figures(question.Draws);
        var enough = new double[question.Draws];
        var missing = question.Coverage?.MissingTo(question.Goal) ?? 0;
        var adding = question.Selected == 0 ? 0 : (double)(question.Selected - question.Refreshed) / question.Selected;
        var dice = new Dice(Seed);
        for (var draw = 0; draw < question.Draws; draw++)
        {
            var timeOf = times?.Draw(dice);
            var (requests, succeeded, bytes) = (question.Selected, 0, 0.0);
            for (var index = 0; index < rungs.Count; index++)
            {
                if (requests == 0)
                {
                    passes[index].Add(draw, default, cost: 0, silentCost: 0, seconds: 0, succeeded);
                    continue;
                }

                bytes = index == 0 ? (double)question.PromptBytes / requests : BytesOfSome(dice, question, requests);
                var pass = rungs[index].Draw(dice, requests, bytes);
                succeeded += requests - pass.Failed;
                passes[index]
                    .Add(
                        draw,
                        pass,
                        rungs[index].CostOf(pass.PromptTokens, pass.CompletionTokens),
                        rungs[index].CostOf(pass.SilentPromptTokens, pass.SilentCompletionTokens),
                        timeOf?.Invoke(requests, LargestBatch(question, ladder[index], requests, bytes)),
                        succeeded
                    );
                requests = pass.Climbing;
            }

            run.AddUp(draw, passes);
            var share = question.Selected == 0 ? 0 : adding * succeeded / question.Selected;
            enough[draw] =
                missing == 0 ? 0
                : share == 0 ? double.PositiveInfinity
                : missing / share;
        }

        Array.Sort(enough);
        var goal = question.Coverage is null ? null : new Goal(question.Coverage, missing, adding);
        var enoughForGoal = enough[(int)(question.Draws * 0.95)];
        return new Estimate
        {
            Requests = run.Requests.Range(),
            PromptTokens = run.PromptTokens.Range(run.SilentPromptTokens),
            CompletionTokens = run.CompletionTokens.Range(run.SilentCompletionTokens),
            Cost = ladder.Any(rung => rung.PromptPrice is null || rung.CompletionPrice is null) ? null : run.Cost.Range(run.SilentCost),
            Seconds = times is null ? null : run.Seconds.Range(),
            LatestSeconds = window * rungs.Count,
            FirstPassFailures = passes[0].Failed.Range(),
            FinalFailures = new Sample(run.Succeeded.Values.Select(succeeded => question.Selected - succeeded)).Range(),
            Basis = BasisOf(question, rungs, times is not null),
            Passes =
            [
                .. passes.Select(
                    (figures, index) =>
                        new PassEstimate
                        {
                            Ordinal = ladder[index].Ordinal,
                            Model = ladder[index].Model,
                            Requests = figures.Requests.Range(),
                            Failures = figures.Failed.Range(),
                            PromptTokens = figures.PromptTokens.Range(figures.SilentPromptTokens),
                            CompletionTokens = figures.CompletionTokens.Range(figures.SilentCompletionTokens),
                            Cost = rungs[index].CostOf(0, 0) is null ? null : figures.Cost.Range(figures.SilentCost),
                            Seconds = times is null ? null : figures.Seconds.Range(),
                            CoverageAfter = goal?.CoverageAfter(figures.Succeeded),
                            ChanceToReachGoal = goal?.ChanceAfter(figures.Succeeded),
                        }
                ),
            ],
            CoverageAfter = goal?.CoverageAfter(run.Succeeded),
            ChanceToReachGoal = goal?.ChanceAfter(run.Succeeded),
            EnoughForGoal = goal is null || enoughForGoal > question.Selected ? null : (int)Math.Ceiling(enoughForGoal),
        };
    }

    /// <summary>The seconds of a window such as <c>24h</c> or <c>7d</c>; null when it says neither.</summary>
    public static double? SecondsOf(string window)
    {
        ArgumentNullException.ThrowIfNull(window);
        return
            window.Length > 1
            && double.TryParse(window.AsSpan(0, window.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? window[^1] switch
            {
                'h' => count * 3_600,
                'd' => count * 86_400,
                'm' => count * 60,
                _ => null,
            }
            : null;
    }

    private static double BytesOfSome(Dice dice, ForecastQuestion question, int some)
    {
        var left = Math.Max(0, 1 - ((double)some / question.Selected));
        var deviation = Math.Sqrt((SizeVariation * SizeVariation * left / some) + (SizeBias * SizeBias));
        return (double)question.PromptBytes / question.Selected * Math.Exp(Math.Clamp(deviation * dice.Normal(), -2, 2));
    }

    private static int LargestBatch(ForecastQuestion question, Rung rung, int requests, double bytes)
    {
        var line = TokenEstimates.FixedFileBytes(rung.ResponseFormat) + (bytes * TokenEstimates.FileBytesPerPromptByte);
        var fitting = Math.Max(1, Math.Min(question.MaxRequestsPerBatch, question.MaxBatchBytes / line));
        return (int)Math.Min(requests, fitting);
    }

    private static string BasisOf(ForecastQuestion question, IReadOnlyList<RungForecast> rungs, bool isTimed)
    {
        const string Bytes = "the texts' measured bytes";
        var parts = new List<string>();
        for (var index = 0; index < rungs.Count; index++)
        {
            var (known, model) = (rungs[index], question.Ladder.Rungs[index].Model);
            var (rung, where) = ($"rung {index + 1}", known.IsFromOtherRung ? $"{model} on another rung" : model);
            if (known.FailureRuns == 0)
            {
                parts.Add($"{rung} from defaults and {Bytes}, since {model} has no past here");
            }
            else if (known.FailureRuns == known.TokenRuns)
            {
                parts.Add($"{rung} from {Passes(known.FailureRuns)} of {where} and {Bytes}");
            }
            else
            {
                parts.Add($"{rung}: failures from {Passes(known.FailureRuns)} of {where}");
                parts.Add(
                    known.TokenRuns == 0
                        ? $"its tokens from defaults and {Bytes}"
                        : $"its tokens from {Passes(known.TokenRuns)} and {Bytes}"
                );
            }
        }

        parts.Add(
            isTimed
                ? $"time from {Passes(question.Past.Count(pass => pass is { Seconds: > 0, Sent: > 0 }))}"
                : $"time unknown until a run has ended; the completion window ({question.CompletionWindow} for each pass) is the hard end"
        );
        var text = string.Join("; ", parts);
        return char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }

    private static string Passes(int count) => count == 1 ? "1 past pass" : $"{count} past passes";

    private sealed record Goal(CoverageCounts Coverage, int Missing, double Adding)
    {
        public Range CoverageAfter(Sample succeeded) =>
            new Sample(
                succeeded.Values.Select(count =>
                    Coverage.Eligible == 0
                        ? 1
                        : Math.Min(1, (Coverage.Summarised + Coverage.Stale + Math.Round(count * Adding)) / Coverage.Eligible)
                )
            ).Range();

        public double ChanceAfter(Sample succeeded) =>
            (double)succeeded.Values.Count(count => Math.Round(count * Adding) >= Missing) / succeeded.Values.Length;
    }

    /// <summary>One figure in every draw.</summary>
    private sealed class Sample(double[] values)
    {
        public Sample(IEnumerable<double> values)
            : this([.. values]) { }

        public double[] Values => values;

        /// <summary>From this figure's low end to the high end of its sum with another.</summary>
        public Range Range(Sample? more = null)
        {
            var sorted = (double[])Values.Clone();
            Array.Sort(sorted);
            var high = sorted;
            if (more is not null)
            {
                high = [.. Values.Zip(more.Values, (own, other) => own + other)];
                Array.Sort(high);
            }

            var draws = values.Length;
            return new Range(sorted[(int)(Tail * draws)], sorted[draws / 2], high[(int)Math.Ceiling((1 - Tail) * draws) - 1]);
        }
    }

    private sealed class Figures(int draws)
    {
        public Sample Requests { get; } = new(new double[draws]);
        public Sample Failed { get; } = new(new double[draws]);
        public Sample Succeeded { get; } = new(new double[draws]);
        public Sample PromptTokens { get; } = new(new double[draws]);
        public Sample CompletionTokens { get; } = new(new double[draws]);
        public Sample SilentPromptTokens { get; } = new(new double[draws]);
        public Sample SilentCompletionTokens { get; } = new(new double[draws]);
        public Sample Cost { get; } = new(new double[draws]);
        public Sample SilentCost { get; } = new(new double[draws]);
        public Sample Seconds { get; } = new(new double[draws]);

        public void Add(int draw, PassDraw pass, double? cost, double? silentCost, double? seconds, int succeeded)
        {
            Requests.Values[draw] = pass.Requests;
            Failed.Values[draw] = pass.Failed;
            Succeeded.Values[draw] = succeeded;
            PromptTokens.Values[draw] = pass.PromptTokens;
            CompletionTokens.Values[draw] = pass.CompletionTokens;
            SilentPromptTokens.Values[draw] = pass.SilentPromptTokens;
            SilentCompletionTokens.Values[draw] = pass.SilentCompletionTokens;
            Cost.Values[draw] = cost ?? 0;
            SilentCost.Values[draw] = silentCost ?? 0;
            Seconds.Values[draw] = seconds ?? 0;
        }

        public void AddUp(int draw, List<Figures> passes)
        {
            Succeeded.Values[draw] = passes[^1].Succeeded.Values[draw];
            foreach (var pass in passes)
            {
                Requests.Values[draw] += pass.Requests.Values[draw];
                PromptTokens.Values[draw] += pass.PromptTokens.Values[draw];
                CompletionTokens.Values[draw] += pass.CompletionTokens.Values[draw];
                SilentPromptTokens.Values[draw] += pass.SilentPromptTokens.Values[draw];
                SilentCompletionTokens.Values[draw] += pass.SilentCompletionTokens.Values[draw];
                Cost.Values[draw] += pass.Cost.Values[draw];
                SilentCost.Values[draw] += pass.SilentCost.Values[draw];
                Seconds.Values[draw] += pass.Seconds.Values[draw];
            }
        }
    }
}
