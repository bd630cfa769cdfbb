namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>What one stage took.</summary>
/// <param name="Name">The stage; several joined by " + " where they were under way at once.</param>
/// <param name="Wall">Seconds.</param>
/// <param name="Cpu">CPU seconds of the pipeline's process.</param>
/// <param name="Postgres">CPU seconds of PostgreSQL.</param>
/// <param name="Simulator">CPU seconds of the simulator's process.</param>
/// <param name="PeakBytes">The largest resident memory of the pipeline's process.</param>
internal sealed record StageFigures(string Name, double Wall, double Cpu, double Postgres, double Simulator, long PeakBytes);

/// <summary>What the measured process tells.</summary>
internal sealed record PipelineFigures
{
    public required IReadOnlyList<StageFigures> Stages { get; init; }
    public required StageFigures Whole { get; init; }

    /// <summary>Resident memory of the process before the run began, in bytes.</summary>
    public required long IdleBytes { get; init; }

    public required string State { get; init; }
    public required int Selected { get; init; }
    public required int Succeeded { get; init; }
    public required int FirstPassFailures { get; init; }
    public required int FinalFailures { get; init; }
    public required int Batches { get; init; }

    /// <summary>Bytes of all request files, both passes.</summary>
    public required long RequestBytes { get; init; }

    /// <summary>Differences between counters and rows; none is right.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    /// <summary>CPU seconds of the process from its start to the run's: what every host pays before it does anything.</summary>
    public double StartUpCpu { get; init; }

    public bool IsServerGc { get; init; }
    public required long AllocatedBytes { get; init; }
    public required double GcPauseSeconds { get; init; }
    public required IReadOnlyList<int> Collections { get; init; }
}

/// <summary>What the same bytes take without any of what the product is for.</summary>
internal sealed record FloorFigures
{
    /// <summary>SQL straight to JSON Lines.</summary>
    public required StageFigures Write { get; init; }

    /// <summary>COPY into a temporary table and one UPDATE.</summary>
    public required StageFigures Take { get; init; }

    /// <summary>SQL straight to lines as long as those of <see cref="ReplacedScript"/>; never waited for until it is on the disk.</summary>
    public required StageFigures WriteAsScript { get; init; }

    /// <summary>Bytes written.</summary>
    public required long RequestBytes { get; init; }

    /// <summary>Bytes taken.</summary>
    public required long AnswerBytes { get; init; }

    /// <summary>Bytes written in the script's place.</summary>
    public required long ScriptBytes { get; init; }
}

/// <summary>One measurement of one size.</summary>
/// <param name="Size">Eligible pull requests.</param>
/// <param name="Load">The machine's load average over the last minute when it began.</param>
/// <param name="Pipeline">Measured in a process of its own.</param>
/// <param name="Floor">Measured right after, on the same server.</param>
internal sealed record Measurement(int Size, string Load, PipelineFigures Pipeline, FloorFigures Floor);
