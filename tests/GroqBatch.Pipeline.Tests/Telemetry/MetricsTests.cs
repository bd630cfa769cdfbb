using System.Diagnostics.Metrics;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Telemetry;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Telemetry;

/// <summary>What is counted while a run goes, held against its ledger.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counters_say_what_the_ledger_says()
    {
        using var listener = new MeterListener();
        var sums = new Dictionary<string, double>(StringComparer.Ordinal);
        await using var installation = await TestInstallation.StartAsync(
            simulator =>
            {
                simulator.Faults.Add(
                    new Fault
                    {
                        Kind = FaultKind.AnswerAs,
                        Model = "openai/gpt-oss-20b",
                        Answer = SimulatedAnswer.JsonValidateFailed,
                        Count = 6,
                    }
                );
                simulator.Faults.Add(new Fault { Kind = FaultKind.UnknownCustomIds, BatchNumber = 1 });
            },
            cancellationToken: Cancelled
        );
        Listen(listener, installation.Services.GetRequiredService<IMeterFactory>(), sums);
        var team = await installation.AddTeamAsync("acme", 30, Cancelled);

        var runId = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.EndAsync(runId, Cancelled);

        Assert.Equal(24, sums["groqbatch.requests simulator openai/gpt-oss-20b succeeded"]);
        Assert.Equal(6, sums["groqbatch.requests simulator openai/gpt-oss-20b json_validate_failed"]);
        Assert.Equal(6, sums["groqbatch.requests simulator openai/gpt-oss-120b succeeded"]);
        Assert.Equal(
            await installation.ScalarAsync<long>("select sum(prompt_tokens)::bigint from groqbatch.passes", Cancelled),
            sums.Where(sum =>
                    sum.Key.StartsWith("groqbatch.tokens", StringComparison.Ordinal) && sum.Key.EndsWith("prompt", StringComparison.Ordinal)
                )
                .Sum(sum => sum.Value)
        );
        Assert.Equal(
            (double)await installation.ScalarAsync<decimal>("select sum(cost) from groqbatch.passes", Cancelled),
            sums.Where(sum => sum.Key.StartsWith("groqbatch.cost ", StringComparison.Ordinal)).Sum(sum => sum.Value),
            precision: 9
        );
        Assert.Equal(1, sums["groqbatch.reconciliation.differences simulator batch"]);
        Assert.True(sums["groqbatch.polls simulator answered"] > 0);
        Assert.DoesNotContain(sums.Keys, key => key.Contains($"{runId}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gauges_say_what_the_ledger_holds()
    {
        await using var installation = await TestInstallation.StartAsync(
            simulator => simulator.Faults.Add(new Fault { Kind = FaultKind.Stuck }),
            cancellationToken: Cancelled
        );
        var team = await installation.AddTeamAsync("acme", 10, Cancelled);
        var gauges = installation.Services.GetRequiredService<ILedgerGauges>();
        var before = await gauges.ReadAsync("simulator", Cancelled);
        var runId = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await installation.WaitForAsync(runId, Cancelled, RunState.Running);
        LedgerLevels now;
        do
        {
            await Task.Delay(20, Cancelled);
            now = await gauges.ReadAsync("simulator", Cancelled);
        } while (now.LastGoodPoll is null);

        var elsewhere = await gauges.ReadAsync("groq", Cancelled);

        Assert.Equal((0, 0, null), (before.RunsByState[RunState.Running], before.LiveBatches, before.LastGoodPoll));
        Assert.Equal((1, 1), (now.RunsByState[RunState.Running], now.LiveBatches));
        Assert.InRange(now.LastGoodPoll!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal((0, 0), (elsewhere.RunsByState.Values.Sum(), elsewhere.LiveBatches));
    }

    private static void Listen(MeterListener listener, IMeterFactory factory, Dictionary<string, double> sums)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == TelemetryNames.Source && instrument.Meter.Scope == factory && !instrument.IsObservable)
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var key = instrument.Name;
            foreach (var tag in tags)
            {
                key += $" {tag.Value}";
            }

            lock (sums)
            {
                sums[key] = sums.GetValueOrDefault(key) + value;
            }
        }
    }
}
