using System.Runtime.InteropServices;
using GroqBatch.Core.Models;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Estimates;

/// <summary>What is to be expected of a rung, from its past where it has one, from defaults where it has none.</summary>
internal sealed class RungForecast
{
    // Noise between runs, as a share, and how many requests it takes until chance within a run is no larger.
    private const double PromptNoise = 0.03;
    private const double PromptChance = 36;
    private const double CompletionNoise = 0.08;
    private const double CompletionChance = 20;
    private readonly FailureRates _rates;
    private readonly LinearModel _prompt;
    private readonly Prediction _completion;
    private readonly (double A, double B) _withUsage;
    private readonly (double A, double B) _climbing;
    private readonly Rung _rung;

    private RungForecast(Rung rung, double mean, double deviation, IReadOnlyList<PastPass> failures, IReadOnlyList<PastPass> tokens)
    {
        _rung = rung;
        _rates = new FailureRates(mean, deviation, [.. failures.Select(pass => (pass.Failed, pass.Tried))]);

        // A quarter of doubt about the fixed part, since nobody says whether a schema is counted: it is a third of it.
        _prompt = new LinearModel([1, 1], [0.25, 0.15], PromptNoise, certainty: 6);
        var completion = new LinearModel([Math.Log(TokenEstimates.CompletionTokens)], [0.3], CompletionNoise, certainty: 6);
        foreach (var pass in tokens)
        {
            var answers = pass.WithUsage;
            if (answers > 0 && pass is { PromptTokens: > 0, CompletionTokens: > 0, PromptBytesPerRequest: { } bytes })
            {
                var (x, scale) = Line(bytes);
                _prompt.Observe(x, (double)pass.PromptTokens / answers / scale, 1 + (PromptChance / answers));
                completion.Observe([1], Math.Log((double)pass.CompletionTokens / answers), 1 + (CompletionChance / answers));
                TokenRuns++;
            }
        }

        _completion = completion.Predict([1]);
        _withUsage = Share(
            (0.3, 1.7),
            failures.Sum(pass => (double)pass.WithUsage - pass.Succeeded),
            failures.Sum(pass => (double)pass.Failed)
        );
        var climbed = failures.Where(pass => !pass.IsLastRung).ToList();
        _climbing = Share((99.7, 0.3), climbed.Sum(pass => (double)pass.Failed - pass.Stuck), climbed.Sum(pass => (double)pass.Failed));
        FailureRuns = failures.Count;
    }

    public int FailureRuns { get; }
    public int TokenRuns { get; }

    /// <summary>Failure rates come from passes of this model on another rung.</summary>
    public bool IsFromOtherRung { get; private init; }

    /// <summary>Gathers what is known about a rung.</summary>
    /// <param name="rung">With model, format and prices.</param>
    /// <param name="isStrong">Whether it is meant as a fallback: its default is better than a first rung's.</param>
    /// <param name="past">Passes of the same provider.</param>
    public static RungForecast Of(Rung rung, bool isStrong, IReadOnlyList<PastPass> past)
    {
        var own = past.Where(pass =>
                pass.Model == rung.Model && (pass.Format is null || pass.Format == rung.ResponseFormat) && pass is { Tried: > 0 }
            )
            .ToList();
        var here = own.Where(pass => (pass.Ordinal == 1) == (rung.Ordinal == 1)).ToList();
        var isFromOtherRung = here.Count == 0 && own.Count > 0;

        // Defaults: 4 % and 0.5 % are what first and second models have shown with a token limit that is large enough; JSON mode has shown up to
        // 57.8 %. What has failed once is harder.
        var (mean, deviation) = (rung.Ordinal, isStrong, rung.ResponseFormat) switch
        {
            (> 1, _, _) => (0.02, 1.2),
            (_, true, ResponseFormat.JsonSchema) => (0.005, 1.0),
            (_, true, _) => (0.01, 1.2),
            (_, _, ResponseFormat.JsonSchema) => (0.04, 0.8),
            _ => (0.08, 1.2),
        };
        return new RungForecast(rung, mean, deviation, isFromOtherRung ? own : here, [.. own.Where(pass => pass.NotTried == 0)])
        {
            IsFromOtherRung = isFromOtherRung,
        };
    }

    /// <summary>One way this pass may go.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="requests">Above 0.</param>
    /// <param name="bytes">Bytes of prompt per request.</param>
    public PassDraw Draw(Dice dice, int requests, double bytes)
    {
        var failed = dice.Binomial(requests, _rates.Draw(dice));
        var withUsage = dice.Binomial(failed, dice.Beta(_withUsage.A, _withUsage.B));
        var answers = requests - failed + withUsage;
        var (x, scale) = Line(bytes);
        var prompt = _prompt.Predict(x);
        var promptTokens =
            Math.Max(0, prompt.Location + (prompt.Scale(1 + (PromptChance / requests)) * dice.Student(prompt.Degrees))) * scale;
        var completionTokens = Math.Min(
            Math.Exp(_completion.Location + (_completion.Scale(1 + (CompletionChance / requests)) * dice.Student(_completion.Degrees))),
            _rung.MaxCompletionTokens
        );
        var silent = failed - withUsage;
        return new PassDraw
        {
            Requests = requests,
            Failed = failed,
            Climbing = dice.Binomial(failed, dice.Beta(_climbing.A, _climbing.B)),
            PromptTokens = answers * promptTokens,
            CompletionTokens = answers * completionTokens,

            // An answer that ends as an error has mostly run on for longer than a good one.
            SilentPromptTokens = silent * promptTokens,
            SilentCompletionTokens = silent * Math.Min(2 * completionTokens, _rung.MaxCompletionTokens),
        };
    }

    /// <summary>Dollars; null when a price is unknown.</summary>
    public double? CostOf(double promptTokens, double completionTokens) =>
        _rung.PromptPrice is { } prompt && _rung.CompletionPrice is { } completion
            ? ((promptTokens * (double)prompt) + (completionTokens * (double)completion)) / 1e6
            : null;

    // Relative to what the defaults make of a request, so that noise is a share.
    private (double[] X, double Scale) Line(double bytes)
    {
        var fixedTokens = TokenEstimates.FixedPromptTokens(_rung.ResponseFormat);
        var ownTokens = bytes * TokenEstimates.PromptTokensPerByte;
        var scale = fixedTokens + ownTokens;
        return ([fixedTokens / scale, ownTokens / scale], scale);
    }

    // Runs differ: what many requests of few runs say counts as twenty at most.
    private static (double A, double B) Share((double A, double B) opinion, double having, double all)
    {
        var weight = all <= 20 ? 1 : 20 / all;
        return (opinion.A + (weight * having), opinion.B + (weight * (all - having)));
    }
}

/// <summary>One way a pass may go.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PassDraw
{
    public int Requests { get; init; }
    public int Failed { get; init; }

    /// <summary>Of the failed, those that a later rung may try.</summary>
    public int Climbing { get; init; }

    /// <summary>As the provider counts them.</summary>
    public double PromptTokens { get; init; }

    public double CompletionTokens { get; init; }

    /// <summary>Of failures whose usage it does not tell.</summary>
    public double SilentPromptTokens { get; init; }

    public double SilentCompletionTokens { get; init; }
}
