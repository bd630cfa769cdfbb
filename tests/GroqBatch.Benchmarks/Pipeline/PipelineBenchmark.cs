using System.Text.Json;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>
/// Whole runs of several sizes, both passes, over real PostgreSQL and real HTTP, beside what the same bytes take without the product. One
/// process for each measurement; nothing is asserted but that every figure adds up.
/// </summary>
internal sealed class PipelineBenchmark(PipelineArguments arguments, TextWriter output)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <returns>0; 1 when a run's figures do not add up.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var profile = SizeProfile.Find();
        var report = new PipelineReport(output);
        report.Begin(profile, arguments);
        var generator = new PullRequestGenerator(profile, arguments.Seed);
        var all = new List<Measurement>();
        var shown = new List<Measurement>();
        foreach (var size in arguments.Sizes)
        {
            var measured = new List<Measurement>();
            for (var time = 0; time < arguments.Repeat; time++)
            {
                var measurement = await MeasureAsync(size, generator, cancellationToken);
                if (WhatIsWrong(measurement) is { } wrong)
                {
                    await output.WriteLineAsync(wrong);
                    return 1;
                }

                report.Glance(measurement);
                measured.Add(measurement);
            }

            all.AddRange(measured);
            var median = measured.OrderBy(measurement => measurement.Pipeline.Whole.Wall).ElementAt((measured.Count - 1) / 2);
            shown.Add(median);
            report.Show(median, arguments.Repeat);
        }

        report.Compare(shown);
        if (arguments.JsonFile is not null)
        {
            await File.WriteAllTextAsync(arguments.JsonFile, JsonSerializer.Serialize(all, Indented), cancellationToken);
        }

        return 0;
    }

    private async Task<Measurement> MeasureAsync(int size, PullRequestGenerator generator, CancellationToken cancellationToken)
    {
        await using var installation = await BenchmarkInstallation.CreateAsync(size, generator, arguments, cancellationToken);
        var load = (await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Split(' ')[0];
        var pipeline = await installation.MeasureAsync(arguments, cancellationToken);
        var floor = await Floor.MeasureAsync(
            installation.DataSource,
            installation.PostmasterId,
            Path.Combine(installation.Folder, "raw"),
            pipeline.RequestBytes,
            cancellationToken
        );
        return new Measurement(size, load, pipeline, floor);
    }

    private static string? WhatIsWrong(Measurement measurement)
    {
        var run = measurement.Pipeline;
        return run.Differences.Count > 0 ? $"The figures don't add up: {string.Join(" ", run.Differences)}"
            : run.Selected != measurement.Size ? $"{run.Selected} of {measurement.Size} pull requests were selected."
            : run.Succeeded + run.FinalFailures != run.Selected
                ? $"{run.Succeeded} summaries and {run.FinalFailures} final failures are not {run.Selected}."
            : run.FirstPassFailures == 0 && measurement.Size >= 1_000 ? "Nothing failed in the first pass: there was no second."
            : null;
    }
}
