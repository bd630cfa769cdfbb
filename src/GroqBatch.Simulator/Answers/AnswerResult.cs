namespace GroqBatch.Simulator.Answers;

/// <summary>What a batch's answers came to; its existence says that the files beside it are whole.</summary>
internal sealed record AnswerResult
{
    public const string FileName = "result.json";
    public const string OutputName = "output.jsonl";
    public const string ErrorName = "error.jsonl";
    public const string OutcomesName = "outcomes.jsonl";

    private const int Steps = 256;

    /// <summary>Requests answered with 200: Groq's counter <c>completed</c>.</summary>
    public required int Completed { get; init; }

    /// <summary>Requests answered with an error: Groq's counter <c>failed</c>; those that were never run are in neither.</summary>
    public required int Failed { get; init; }

    /// <summary>Lines of each file; 0: there is no such file.</summary>
    public required int OutputLines { get; init; }
    public required int ErrorLines { get; init; }
    public required long OutputBytes { get; init; }
    public required long ErrorBytes { get; init; }

    /// <summary>Requests by how they were answered.</summary>
    public required IReadOnlyDictionary<SimulatedAnswer, int> Kinds { get; init; }

    /// <summary>Failures among the first 0, 1/256, 2/256 ... of the requests that were run, for counts that rise while the batch runs.</summary>
    public required IReadOnlyList<int> FailedByStep { get; init; }

    /// <summary>How many of the first <paramref name="answered"/> failed: exact at the steps, in between by proportion.</summary>
    public int FailedAmong(int answered, int run)
    {
        if (run <= 0 || answered >= run)
        {
            return Failed;
        }

        var place = (double)answered * Steps / run;
        var step = (int)place;
        var from = FailedByStep[step];
        var to = FailedByStep[Math.Min(step + 1, Steps)];
        return from + (int)((to - from) * (place - step));
    }

    /// <summary>Collects <see cref="FailedByStep"/> request by request.</summary>
    internal sealed class StepCounter(int run)
    {
        private readonly int[] _steps = new int[Steps + 1];
        private int _failed;
        private int _next;

        public void Note(int index, bool failed)
        {
            while (_next <= Steps && (long)_next * run <= (long)index * Steps)
            {
                _steps[_next++] = _failed;
            }

            _failed += failed ? 1 : 0;
        }

        public int[] Close()
        {
            while (_next <= Steps)
            {
                _steps[_next++] = _failed;
            }

            return _steps;
        }
    }
}
