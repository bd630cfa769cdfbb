using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Simulator.Tests;

public sealed class SimulatorOptionsTests
{
    [Fact]
    public void Every_setting_binds_from_section_Simulator()
    {
        var options = SimulatorOptions.FromConfiguration(
            Configuration(
                ("Seed", "5"),
                ("Plan", "Free"),
                ("Duration", "00:00:30"),
                ("Models:0:Id", "openai/gpt-oss-20b"),
                ("Models:0:FailureRate", "0.1"),
                ("Models:1:Id", "llama-3.3-70b-versatile"),
                ("Models:1:Retired", "false"),
                ("Models:1:Failures:NotJson", "0.2"),
                ("Faults:0:Kind", "RateLimited"),
                ("Faults:0:Times", "3")
            ),
            "/tmp/some-folder"
        );

        Assert.Equal(("/tmp/some-folder", 5, SimulatedPlan.Free), (options.Folder, options.Seed, options.Plan));
        Assert.Equal(TimeSpan.FromSeconds(30), options.Duration);
        var models = options.EffectiveModels().ToDictionary(model => model.Id);
        Assert.Equal((0.1, 65_536), (models["openai/gpt-oss-20b"].FailureRate, models["openai/gpt-oss-20b"].MaxCompletionTokens));
        Assert.Equal(0.005, models["openai/gpt-oss-120b"].FailureRate);
        Assert.False(models["llama-3.3-70b-versatile"].Retired);
        Assert.Equal(0.2, models["llama-3.3-70b-versatile"].Failures[SimulatedAnswer.NotJson]);
        Assert.Equal((FaultKind.RateLimited, 3), (options.Faults[0].Kind, options.Faults[0].Times));
    }

    [Fact]
    public void All_mistakes_are_named_at_once_each_by_its_key()
    {
        var exception = Assert.Throws<OptionsValidationException>(() =>
            SimulatorOptions.FromConfiguration(
                Configuration(
                    ("LinesPerSecond", "-1"),
                    ("PageSize", "0"),
                    ("Models:0:FailureRate", "2"),
                    ("Faults:0:Kind", "Stuck"),
                    ("Faults:0:Path", "/batches")
                ),
                "/tmp/some-folder"
            )
        );

        string[] keys =
        [
            "Simulator:LinesPerSecond",
            "Simulator:PageSize",
            "Simulator:Models:0:Id",
            "Simulator:Models:0:FailureRate",
            "Simulator:Faults:0",
        ];
        Assert.All(keys, key => Assert.Contains(exception.Failures, failure => failure.StartsWith(key, StringComparison.Ordinal)));
        Assert.Equal(keys.Length, exception.Failures.Count());
    }

    [Fact]
    public void A_host_gets_the_same_from_its_container()
    {
        using var services = new ServiceCollection()
            .AddGroqBatchSimulator(Configuration(("Seed", "5")), "/tmp/some-folder")
            .BuildServiceProvider();

        Assert.Equal(("/tmp/some-folder", 5), (Options().Folder, Options().Seed));

        SimulatorOptions Options() => services.GetRequiredService<IOptions<SimulatorOptions>>().Value;
    }

    [Fact]
    public async Task A_fixed_duration_holds_for_any_number_of_requests()
    {
        var clock = Simulation.ClockAt();
        await using var simulation = await Simulation.StartAsync(options => options.Duration = TimeSpan.FromSeconds(100), clock);
        var small = await simulation.CreateAsync(Simulation.Lines(1));
        var large = await simulation.CreateAsync(Simulation.Lines(500));

        clock.Advance(TimeSpan.FromSeconds(99));
        Assert.Equal("finalizing", (string)(await simulation.BatchAsync(small))["status"]!);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("completed", (string)(await simulation.EndedAsync(large))["status"]!);
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] pairs) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(pairs.Select(pair => KeyValuePair.Create("Simulator:" + pair.Key, (string?)pair.Value)))
            .Build();
}
