using GroqBatch.Simulator.Faults;

namespace GroqBatch.Simulator.Batches;

/// <summary>What a batch shows at a moment. Times are Unix milliseconds.</summary>
internal sealed record BatchMoment
{
    public required string Status { get; init; }
    public long? InProgressAt { get; init; }
    public long? FinalizingAt { get; init; }
    public long? CompletedAt { get; init; }
    public long? FailedAt { get; init; }
    public long? ExpiredAt { get; init; }
    public long? CancellingAt { get; init; }
    public long? CancelledAt { get; init; }

    /// <summary>How many requests have been run.</summary>
    public int Answered { get; init; }

    /// <summary>True: nothing changes any more.</summary>
    public bool IsOver { get; init; }
}

/// <summary>
/// A batch's course, worked out from its record and the mark of a cancellation alone, so that every process at every time tells the same
/// story:
/// <code>created .. validating .. in_progress (LinesPerSecond) .. finalizing .. completed</code>
/// </summary>
internal sealed class BatchTimeline
{
    private const long Never = long.MaxValue;

    private readonly BatchRecord _record;
    private readonly long _start;
    private readonly long _workEnds;
    private readonly long _ends;
    private readonly int _limit;
    private readonly AnswerEnd _end;
    private readonly (long At, int Answered)? _cancelled;
    private readonly bool _skipStates;

    /// <param name="record">The batch.</param>
    /// <param name="cancel">The mark of a cancellation; null when there is none.</param>
    /// <param name="later">Faults laid on the batch after its creation.</param>
    public BatchTimeline(BatchRecord record, CancelMark? cancel, IEnumerable<Fault> later)
    {
        _record = record;
        var faults = record.Faults.Concat(later).ToLookup(fault => fault.Kind);
        _skipStates = faults.Contains(FaultKind.SkippedStates);
        _start = record.CreatedAt + Milliseconds(record.ValidatingSeconds);
        _limit = record.Requests;
        _end = AnswerEnd.Completed;
        _workEnds = _start + WorkFor(_limit);
        _ends = _workEnds + Milliseconds(record.FinalizingSeconds);
        if (faults[FaultKind.Stuck].FirstOrDefault() is { } stuck)
        {
            _limit = PartOf(stuck);
            _workEnds = Never;
            _ends = Never;
        }
        else if (faults[FaultKind.Expired].FirstOrDefault() is { } expired)
        {
            _end = AnswerEnd.Expired;
            _limit = PartOf(expired);
            _workEnds = _start + WorkFor(_limit);
            _ends = _workEnds;
        }
        else if (_ends > ExpiresAt)
        {
            _end = AnswerEnd.Expired;
            _limit = AnsweredAt(ExpiresAt);
            _workEnds = ExpiresAt;
            _ends = ExpiresAt;
        }

        if (cancel is not null)
        {
            _cancelled = (cancel.At, AnsweredAt(cancel.At));
        }
        else if (faults[FaultKind.CancelledElsewhere].FirstOrDefault() is { } elsewhere)
        {
            var answered = PartOf(elsewhere);
            _cancelled = (_start + WorkFor(answered), answered);
        }
    }

    /// <summary>Creation plus window, in Unix milliseconds.</summary>
    public long ExpiresAt => _record.CreatedAt + (_record.WindowSeconds * 1000);

    /// <summary>The answers that the batch ends with; null when it ends without any, since its input is not valid.</summary>
    public AnswerCut? Cut =>
        _cancelled is { } cancelled ? new AnswerCut(AnswerEnd.Cancelled, cancelled.Answered)
        : _record.IsInvalid ? null
        : new AnswerCut(_end, _end == AnswerEnd.Completed ? _record.Requests : _limit);

    public BatchMoment At(long now)
    {
        if (_cancelled is { } cancelled && now >= cancelled.At)
        {
            var cancelEnds = cancelled.At + Milliseconds(_record.CancellingSeconds);
            return new BatchMoment
            {
                Status = now >= cancelEnds ? "cancelled" : "cancelling",
                InProgressAt = !_skipStates && cancelled.At >= _start ? _start : null,
                CancellingAt = cancelled.At,
                CancelledAt = now >= cancelEnds ? cancelEnds : null,
                Answered = cancelled.Answered,
                IsOver = now >= cancelEnds,
            };
        }

        if (now < _start)
        {
            return new BatchMoment { Status = "validating" };
        }

        if (_record.IsInvalid)
        {
            return new BatchMoment
            {
                Status = "failed",
                FailedAt = _start,
                IsOver = true,
            };
        }

        long? started = _skipStates ? null : _start;
        if (now < _workEnds)
        {
            return new BatchMoment
            {
                Status = _skipStates ? "validating" : "in_progress",
                InProgressAt = started,
                Answered = _skipStates ? 0 : AnsweredAt(now),
            };
        }

        if (now < _ends)
        {
            return new BatchMoment
            {
                Status = _skipStates ? "validating" : "finalizing",
                InProgressAt = started,
                FinalizingAt = _skipStates ? null : _workEnds,
                Answered = _skipStates ? 0 : _limit,
            };
        }

        return new BatchMoment
        {
            Status = _end == AnswerEnd.Expired ? "expired" : "completed",
            InProgressAt = started,
            FinalizingAt = _end == AnswerEnd.Completed && !_skipStates ? _workEnds : null,
            CompletedAt = _end == AnswerEnd.Completed ? _ends : null,
            ExpiredAt = _end == AnswerEnd.Expired ? _ends : null,
            Answered = _limit,
            IsOver = true,
        };
    }

    /// <summary>What to show instead of an end whose files are not there yet.</summary>
    public BatchMoment HeldBack(BatchMoment over) =>
        over.Status == "cancelled"
            ? over with
            {
                Status = "cancelling",
                CancelledAt = null,
                IsOver = false,
            }
            : new BatchMoment
            {
                Status = _skipStates ? "validating" : "in_progress",
                InProgressAt = _skipStates ? null : _start,
                Answered = _skipStates ? 0 : over.Answered,
            };

    /// <summary>When the k-th request, from 0, is answered, in Unix milliseconds.</summary>
    public static long AnsweredWhen(BatchRecord record, int index)
    {
        var start = record.CreatedAt + Milliseconds(record.ValidatingSeconds);
        return record.LinesPerSecond > 0 ? start + (long)(index * 1000.0 / record.LinesPerSecond) : start;
    }

    private static long Milliseconds(double seconds) => (long)Math.Round(seconds * 1000);

    private int AnsweredAt(long moment) =>
        moment < _start ? 0
        : _record.LinesPerSecond <= 0 ? _limit
        : (int)Math.Min(_limit, (moment - _start) * _record.LinesPerSecond / 1000);

    private long WorkFor(int requests) => _record.LinesPerSecond > 0 ? (long)Math.Ceiling(requests * 1000 / _record.LinesPerSecond) : 0;

    private int PartOf(Fault fault) =>
        Math.Clamp(fault.Count ?? (int)Math.Floor((fault.Share ?? 0.5) * _record.Requests), 0, _record.Requests);
}
