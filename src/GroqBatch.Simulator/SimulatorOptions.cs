using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GroqBatch.Simulator;

/// <summary>What the account behind the key may do.</summary>
public enum SimulatedPlan
{
    /// <summary>Files and batches are allowed.</summary>
    Developer,

    /// <summary>Calls to files and batches answer 403 <c>not_available_for_plan</c>, as with a key of Groq's free plan.</summary>
    Free,
}

/// <summary>What becomes of the lines that an expired or cancelled batch never ran.</summary>
public enum Leftovers
{
    /// <summary>Each is a line of the error file with <c>response: null</c> and a top-level <c>error</c>.</summary>
    ErrorLines,

    /// <summary>They are in neither file.</summary>
    Absent,
}

/// <summary>How the simulator behaves; section <c>Simulator</c> of the configuration. All that shapes a batch is frozen when it is created.</summary>
public sealed class SimulatorOptions
{
    public const string SectionName = "Simulator";

    /// <summary>Where files, batches, answers, faults and the call ledger lie; created when missing. Required.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Everything random follows from it: same seed and same requests in a fresh folder, same answers.</summary>
    public int Seed { get; set; } = 1014;

    /// <summary>The one key that is accepted; null: any key that is not empty.</summary>
    public string? ApiKey { get; set; }

    public SimulatedPlan Plan { get; set; } = SimulatedPlan.Developer;

    /// <summary>True: a batch is over as soon as its answers are produced; the other times are ignored.</summary>
    public bool Fast { get; set; }

    /// <summary>Seconds a batch stays in <c>validating</c>.</summary>
    public double ValidatingSeconds { get; set; } = 2;

    /// <summary>Requests answered per second while a batch is <c>in_progress</c>; 0: no limit.</summary>
    public double LinesPerSecond { get; set; } = 400;

    /// <summary>Seconds a batch stays in <c>finalizing</c>.</summary>
    public double FinalizingSeconds { get; set; } = 1;

    /// <summary>Seconds a batch stays in <c>cancelling</c> (Groq: up to ten minutes).</summary>
    public double CancellingSeconds { get; set; } = 1;

    /// <summary>A fixed time from creation to completion whatever the number of lines: a tenth validating, a tenth finalizing. Null: by the settings above.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>Larger uploads answer 413. Default 100 MiB.</summary>
    public long MaxFileBytes { get; set; } = 100L * 1024 * 1024;

    /// <summary>A batch of more lines fails validation with <c>too_many_tasks</c>.</summary>
    public int MaxLines { get; set; } = 50_000;

    /// <summary>Batches on one page of the list; Groq does not state its own.</summary>
    public int PageSize { get; set; } = 100;

    /// <summary>Files older than this answer 404 (Groq keeps them for up to 30 days).</summary>
    public int FileRetentionDays { get; set; } = 30;

    /// <summary>Lines of result files come in a seeded random order, since Groq guarantees none.</summary>
    public bool Shuffle { get; set; } = true;

    public Leftovers ExpiredLeftovers { get; set; } = Leftovers.ErrorLines;

    public Leftovers CancelledLeftovers { get; set; } = Leftovers.ErrorLines;

    /// <summary>Changes to the default catalogue (<see cref="SimulatedModel.Defaults"/>), matched by <see cref="SimulatedModel.Id"/>; unknown ids are added.</summary>
    public List<SimulatedModel> Models { get; set; } = [];

    /// <summary>Fault switches set from the start; each is set once per folder, so that a restart does not begin its count anew.</summary>
    public List<Fault> Faults { get; set; } = [];

    /// <summary>The models as served: the defaults with <see cref="Models"/> laid over them.</summary>
    public IReadOnlyList<SimulatedModel> EffectiveModels()
    {
        var models = SimulatedModel.Defaults().ToDictionary(model => model.Id, StringComparer.Ordinal);
        foreach (var change in Models)
        {
            models[change.Id] = models.TryGetValue(change.Id, out var known) ? known.With(change) : change;
        }

        return [.. models.Values];
    }

    /// <summary>Reads section <c>Simulator</c> and checks it.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="defaultFolder">Used when <c>Simulator:Folder</c> is not set.</param>
    /// <exception cref="OptionsValidationException">With every mistake, each by its key.</exception>
    public static SimulatorOptions FromConfiguration(IConfiguration configuration, string defaultFolder)
    {
        var options = new SimulatorOptions();
        configuration.GetSection(SectionName).Bind(options);
        if (string.IsNullOrWhiteSpace(options.Folder))
        {
            options.Folder = defaultFolder;
        }

        options.ThrowIfInvalid();
        return options;
    }

    internal void ThrowIfInvalid()
    {
        var mistakes = SimulatorOptionsValidator.Check(this).ToList();
        if (mistakes.Count > 0)
        {
            throw new OptionsValidationException(SectionName, typeof(SimulatorOptions), mistakes);
        }
    }
}
