namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>Prints measurements as Markdown, so that they can be taken over as they are.</summary>
internal sealed class PipelineReport(TextWriter output)
{
    public void Begin(SizeProfile profile, PipelineArguments arguments)
    {
        output.WriteLine($"Sizes of pull requests: {profile.Source}");
        output.WriteLine(
            $"  mean body {profile.Sizes.Average(size => size.Body):N0} characters, {profile.Sizes.Average(size => size.Files):N1} files; seed {arguments.Seed}"
        );
        output.WriteLine(
            $"Machine: {Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9:N0} GB, .NET {Environment.Version}; "
                + (PublishedFolder.HasMachineCode ? "what is measured is machine code" : "what is measured is compiled while it runs")
        );
        foreach (var (key, value) in arguments.Settings.Concat(arguments.Environment).Concat(arguments.Server))
        {
            output.WriteLine($"  {key}={value}");
        }

        output.WriteLine();
    }

    /// <summary>One line for one measurement.</summary>
    public void Glance(Measurement measurement)
    {
        var whole = measurement.Pipeline.Whole;
        output.WriteLine(
            $"{measurement.Size:N0}: {whole.Wall:N2} s, CPU {whole.Cpu:N2} + {whole.Postgres:N2} (PostgreSQL) + {whole.Simulator:N2} (simulator) s, peak {Megabytes(whole.PeakBytes):N0} MB, "
                + (ScriptNow(measurement) is { } script ? $"the script now {script / whole.Wall:N1} times as long, " : "")
                + $"load {measurement.Load}"
        );
    }

    public void Show(Measurement measurement, int of)
    {
        var run = measurement.Pipeline;
        var floor = measurement.Floor;
        output.WriteLine();
        output.WriteLine($"### {measurement.Size:N0} pull requests{(of > 1 ? $" (median of {of})" : "")}, load {measurement.Load}");
        output.WriteLine();
        output.WriteLine("| stage | wall s | CPU s | PostgreSQL CPU s | simulator CPU s | peak MB |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var stage in run.Stages)
        {
            Row(stage);
        }

        Row(run.Whole with { Name = "**whole**" });
        Row(floor.Write);
        Row(floor.Take);
        Row(floor.WriteAsScript);
        output.WriteLine();
        var floorWall = floor.Write.Wall + floor.Take.Wall;
        var floorCpu = CpuOf(floor.Write) + CpuOf(floor.Take);
        output.WriteLine(
            $"{run.Batches} batches, {run.RequestBytes / 1e6:N1} MB sent (floor {floor.RequestBytes / 1e6:N1}), {floor.AnswerBytes / 1e6:N1} MB answered; "
                + $"{run.FirstPassFailures} first-pass failures, {run.FirstPassFailures - run.FinalFailures} recovered, {run.FinalFailures} final ({run.State})."
        );
        output.WriteLine(
            $"Floor {floorWall:N2} s wall, {floorCpu:N2} s CPU: the whole takes {run.Whole.Wall / floorWall:N1} times its wall time, "
                + $"and {CpuOf(run.Whole) / floorCpu:N1} times its CPU without the simulator's."
        );
        output.WriteLine(
            $"Memory: {Megabytes(run.IdleBytes):N0} MB and {run.StartUpCpu:N2} s CPU before the run, {Megabytes(run.Whole.PeakBytes):N0} MB at most; {Megabytes(run.AllocatedBytes):N0} MB allocated, "
                + $"{string.Join('/', run.Collections)} collections ({(run.IsServerGc ? "server" : "workstation")} GC), {run.GcPauseSeconds * 1000:N0} ms paused."
        );
        if (ReplacedScript.Of(measurement.Size) is { } script)
        {
            output.WriteLine(
                $"The script it replaces: {script.Wall} s, {script.Megabytes:N0} MB, {script.TimesItsFloor:N1} times its floor of {script.Floor} s. "
                    + $"This: {script.Wall / run.Whole.Wall:N1} times as fast, {script.Megabytes / Megabytes(run.Whole.PeakBytes):N1} times less memory."
            );
            output.WriteLine(
                $"The script's floor on this machine, now: {ScriptsFloor(floor):N2} s ({floor.ScriptBytes / 1e6:N1} MB); at {script.TimesItsFloor:N1} times it "
                    + $"the script takes {ScriptNow(measurement):N0} s, {ScriptNow(measurement) / run.Whole.Wall:N1} times as long as this."
            );
        }

        output.WriteLine();
    }

    /// <summary>How memory grows with the size.</summary>
    public void Compare(IReadOnlyList<Measurement> measurements)
    {
        foreach (var (smaller, larger) in measurements.Zip(measurements.Skip(1)))
        {
            output.WriteLine(
                $"Peak memory from {smaller.Size:N0} to {larger.Size:N0}: {(double)larger.Pipeline.Whole.PeakBytes / smaller.Pipeline.Whole.PeakBytes - 1:P1}"
            );
        }
    }

    private static double ScriptsFloor(FloorFigures floor) => floor.WriteAsScript.Wall + floor.Take.Wall;

    /// <summary>Seconds that the script would take in this hour of this machine; null where it was not measured for as many.</summary>
    private static double? ScriptNow(Measurement measurement) =>
        ReplacedScript.Of(measurement.Size)?.TimesItsFloor * ScriptsFloor(measurement.Floor);

    private void Row(StageFigures stage) =>
        output.WriteLine(
            $"| {stage.Name} | {stage.Wall:N2} | {stage.Cpu:N2} | {stage.Postgres:N2} | {stage.Simulator:N2} | {Megabytes(stage.PeakBytes):N0} |"
        );

    private static double CpuOf(StageFigures stage) => stage.Cpu + stage.Postgres;

    private static double Megabytes(long bytes) => bytes / 1e6;
}
