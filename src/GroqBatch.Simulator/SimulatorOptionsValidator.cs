using Microsoft.Extensions.Options;

namespace GroqBatch.Simulator;

/// <summary>Names every wrong value at once, each by its key.</summary>
public sealed class SimulatorOptionsValidator : IValidateOptions<SimulatorOptions>
{
    public ValidateOptionsResult Validate(string? name, SimulatorOptions options)
    {
        var mistakes = Check(options).ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    internal static IEnumerable<string> Check(SimulatorOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Folder))
        {
            yield return "Simulator:Folder is required.";
        }

        if (options.ApiKey is "")
        {
            yield return "Simulator:ApiKey must not be empty; leave it out to accept any key.";
        }

        foreach (
            var (key, value) in new (string, double)[]
            {
                (nameof(options.ValidatingSeconds), options.ValidatingSeconds),
                (nameof(options.LinesPerSecond), options.LinesPerSecond),
                (nameof(options.FinalizingSeconds), options.FinalizingSeconds),
                (nameof(options.CancellingSeconds), options.CancellingSeconds),
            }
        )
        {
            if (!(value >= 0 && value < 1e9))
            {
                yield return $"Simulator:{key} must be a number from 0 to 1,000,000,000.";
            }
        }

        if (options.Duration is { } duration && (duration < TimeSpan.Zero || duration > TimeSpan.FromDays(7)))
        {
            yield return "Simulator:Duration must lie between 0 and 7 days.";
        }

        foreach (
            var (key, value) in new (string, long)[]
            {
                (nameof(options.MaxFileBytes), options.MaxFileBytes),
                (nameof(options.MaxLines), options.MaxLines),
                (nameof(options.PageSize), options.PageSize),
                (nameof(options.FileRetentionDays), options.FileRetentionDays),
            }
        )
        {
            if (value < 1)
            {
                yield return $"Simulator:{key} must be at least 1.";
            }
        }

        for (var i = 0; i < options.Models.Count; i++)
        {
            foreach (var mistake in options.Models[i].Mistakes())
            {
                yield return $"Simulator:Models:{i}:{mistake}";
            }
        }

        for (var i = 0; i < options.Faults.Count; i++)
        {
            foreach (var mistake in options.Faults[i].Mistakes())
            {
                yield return $"Simulator:Faults:{i}: {mistake}";
            }
        }
    }
}
