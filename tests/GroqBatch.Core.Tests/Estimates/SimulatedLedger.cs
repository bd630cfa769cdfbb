using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Statistics;

namespace GroqBatch.Core.Tests.Estimates;

/// <summary>
/// A provider and a team whose runs have a truth that no estimate knows: how often models fail and how much that differs between runs, how many tokens
/// a byte has, how long answers are, how fast batches are.
/// </summary>
internal sealed class SimulatedLedger
{
    private const int MaxRequestsPerBatch = 5_000;
    private readonly Dice _dice;
    private readonly (double Mean, double Agreement)[] _failures;
    private readonly double _fixedTokens;
    private readonly double _tokensPerByte;
    private readonly double[] _completion;
    private readonly double _limitShare;
    private readonly double _wait;
    private readonly double _secondsPerRequest;
    private readonly double _timeNoise;

    public SimulatedLedger(int seed)
    {
        _dice = new Dice(seed);

        // One provider in five is as unsteady as the one of which 2.3 % and 57.8 % were seen.
        var isUnsteady = _dice.Uniform() < 0.2;
        _failures =
        [
            isUnsteady ? (Between(0.05, 0.2), Between(3, 10)) : (Math.Min(0.3, 0.04 * Skewed(0.6)), Between(30, 1_000)),
            (Math.Min(0.3, 0.015 * Skewed(0.8)), Between(20, 300)),
        ];
        _fixedTokens = TokenEstimates.FixedPromptTokens(ResponseFormat.JsonSchema) * Between(0.75, 1.1);
        _tokensPerByte = Between(0.2, 0.29);
        _completion = [400 * Skewed(0.2), 400 * Skewed(0.2)];
        _limitShare = Between(0, 0.3);
        _wait = 5 * Skewed(1.5);
        _secondsPerRequest = 0.01 * Skewed(1);
        _timeNoise = Between(0.05, 0.4);
    }

    public static Ladder Ladder { get; } =
        new([RungOf(1, "openai/gpt-oss-20b", 0.0375m, 0.15m), RungOf(2, "openai/gpt-oss-120b", 0.075m, 0.3m)]);

    /// <summary>A run of a size as it really goes: its passes, as the ledger keeps them.</summary>
    public IReadOnlyList<PastPass> Run(int selected, double bytesPerRequest)
    {
        var runId = Guid.NewGuid();
        var passes = new List<PastPass>();
        var requests = selected;
        for (var index = 0; index < 2 && requests > 0; index++)
        {
            var (mean, agreement) = _failures[index];
            var failed = _dice.Binomial(requests, _dice.Beta(mean * agreement, (1 - mean) * agreement));
            var limit = _dice.Binomial(failed, _limitShare);
            var limitWithUsage = _dice.Binomial(limit, 0.3);
            var answers = requests - failed + limitWithUsage;
            var bytes = bytesPerRequest * Math.Exp(_dice.Normal() * 0.8 / Math.Sqrt(requests));
            var perAnswer = (_fixedTokens + (_tokensPerByte * bytes)) * (1 + (0.015 * _dice.Normal()));
            var completion = _completion[index] * Math.Exp((0.05 * _dice.Normal()) + (0.4 * _dice.Normal() / Math.Sqrt(requests)));
            var batches = (requests + MaxRequestsPerBatch - 1) / MaxRequestsPerBatch;
            var largest = Math.Min(requests, MaxRequestsPerBatch);
            passes.Add(
                new PastPass
                {
                    RunId = runId,
                    Team = "simulated",
                    Ordinal = index + 1,
                    Model = Ladder.Rungs[index].Model,
                    Format = ResponseFormat.JsonSchema,
                    StartedAt = DateTimeOffset.UnixEpoch,
                    IsLastRung = index == 1,
                    Requests = requests,
                    Succeeded = requests - failed,
                    Failures = new Dictionary<FailureCode, int>
                    {
                        [FailureCode.JsonValidateFailed] = failed - limit,
                        [FailureCode.MaxTokens] = limit,
                    },
                    Stuck = index == 1 ? failed : 0,
                    UnknownRequests = failed - limitWithUsage,
                    PromptTokens = (long)(answers * perAnswer),
                    CompletionTokens = (long)(answers * completion),
                    Cost = Ladder.Rungs[index].CostOf(new TokenUsage((int)(answers * perAnswer), (int)(answers * completion)))!.Value,
                    Batches = batches,
                    Sent = requests,
                    LargestBatch = largest,
                    Bytes = (long)(requests * (TokenEstimates.FixedFileBytes(ResponseFormat.JsonSchema) + (bytes * Between(1.02, 1.08)))),
                    Seconds =
                        (_wait + (_secondsPerRequest * (largest + (0.1 * (requests - largest))))) * Math.Exp(_timeNoise * _dice.Normal()),
                }
            );
            requests = failed;
        }

        return passes;
    }

    /// <summary>What a pass costs if the provider charges the failed requests whose usage it does not tell: half as long again as good ones.</summary>
    public static double CostWithFailuresCharged(PastPass pass)
    {
        var rung = Ladder.Rungs[pass.Ordinal - 1];
        var prompt = (double)pass.PromptTokens / Math.Max(1, pass.WithUsage) * (double)rung.PromptPrice!.Value;
        var completion = 1.5 * pass.CompletionTokens / Math.Max(1, pass.WithUsage) * (double)rung.CompletionPrice!.Value;
        return (double)pass.Cost + (pass.UnknownRequests * (prompt + completion) / 1e6);
    }

    public int Size(int least, int most) => (int)Math.Exp(Between(Math.Log(least), Math.Log(most)));

    public double Between(double low, double high) => low + ((high - low) * _dice.Uniform());

    public static ForecastQuestion Question(int selected, double bytesPerRequest, IReadOnlyList<PastPass> past) =>
        new()
        {
            Selected = selected,
            PromptBytes = (long)(selected * bytesPerRequest),
            Ladder = Ladder,
            Past = past,
            MaxRequestsPerBatch = MaxRequestsPerBatch,
            MaxBatchBytes = 100_000_000,
            CompletionWindow = "24h",
        };

    private static Rung RungOf(int ordinal, string model, decimal prompt, decimal completion) =>
        new()
        {
            Ordinal = ordinal,
            Model = model,
            ResponseFormat = ResponseFormat.JsonSchema,
            MaxCompletionTokens = 4_096,
            ContextTokens = 131_072,
            PromptPrice = prompt,
            CompletionPrice = completion,
        };

    private double Skewed(double deviation) => Math.Exp(deviation * _dice.Normal());
}
