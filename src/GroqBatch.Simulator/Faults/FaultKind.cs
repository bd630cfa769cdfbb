namespace GroqBatch.Simulator.Faults;

/// <summary>What can go wrong on purpose. Written in snake case on the wire and on the command line, such as <c>rate_limited</c>.</summary>
public enum FaultKind
{
    // Of single calls.

    /// <summary>429 with <c>retry-after</c> (<see cref="Fault.Seconds"/>, default 1).</summary>
    RateLimited,

    /// <summary>500, or <see cref="Fault.Status"/>.</summary>
    ServerError,

    /// <summary>403 <c>not_available_for_plan</c>.</summary>
    PlanGate,

    /// <summary>403 with the plain text <c>error code: 1010</c>.</summary>
    CdnBlock,

    /// <summary>401 <c>invalid_api_key</c>.</summary>
    Unauthorized,

    /// <summary>The call takes effect, but the connection is dropped before its reply.</summary>
    ReplyLost,

    /// <summary>The connection is dropped before the call takes effect.</summary>
    ConnectionDropped,

    /// <summary>The reply takes <see cref="Fault.Seconds"/> longer (default 1).</summary>
    Slow,

    /// <summary>A download whose Content-Length promises all and whose body ends after <see cref="Fault.Share"/> (default half).</summary>
    TruncatedDownload,

    /// <summary>404 for a file, as after its retention.</summary>
    FileExpired,

    // Of whole batches: decided when the batch is created, or for a batch that exists when <see cref="Fault.BatchId"/> names it.

    /// <summary>404 on <c>GET /batches/{id}</c> and <c>?id=</c> for <see cref="Fault.Seconds"/> (default 2) after creation; with value <c>list</c> absent from the list too.</summary>
    NotFoundGrace,

    /// <summary>404 for ever from <see cref="Fault.Seconds"/> (default 0) after creation, absent from the list, and its files with it.</summary>
    Vanished,

    /// <summary>Never leaves <c>in_progress</c>; counts stop at <see cref="Fault.Share"/> (default half).</summary>
    Stuck,

    /// <summary>Shown as <c>validating</c> until it is over; <c>in_progress_at</c> and <c>finalizing_at</c> stay null.</summary>
    SkippedStates,

    /// <summary>Shows <see cref="Fault.Value"/> (default <c>paused</c>) instead of <c>in_progress</c>.</summary>
    UnknownStatus,

    /// <summary>Fields that no documentation knows, in the batch object, in file objects and in result lines.</summary>
    UnknownFields,

    /// <summary>No <c>request_counts</c>.</summary>
    CountsAbsent,

    /// <summary>Shows "no file" as <see cref="Fault.Shape"/>: <c>null</c> (default), <c>absent</c>, <c>empty</c> or <c>object</c>.</summary>
    FileIds,

    /// <summary>Ends as <c>failed</c>; <c>errors</c> names <see cref="Fault.Lines"/> (default 1) in <see cref="Fault.Shape"/> <c>list</c> (default), <c>array</c> or <c>null</c>.</summary>
    ValidationFailed,

    /// <summary><see cref="Fault.Lines"/> (default 1) are dropped and named in <c>errors</c>, the others run. Shapes as above.</summary>
    LinesDropped,

    /// <summary>Ends as <c>expired</c> after <see cref="Fault.Count"/> or <see cref="Fault.Share"/> (default half) of its lines; shape <c>error_lines</c> (default) or <c>absent</c> for the others.</summary>
    Expired,

    /// <summary>Somebody cancels it in the console after <see cref="Fault.Count"/> or <see cref="Fault.Share"/> (default half) of its lines; shapes as above.</summary>
    CancelledElsewhere,

    /// <summary>All lines end as <see cref="Fault.Answer"/> (default <c>json_validate_failed</c>): no output file.</summary>
    AllFail,

    /// <summary><see cref="Fault.Count"/>, <see cref="Fault.Share"/> or <see cref="Fault.CustomIds"/> of the requests are answered as <see cref="Fault.Answer"/>.</summary>
    AnswerAs,

    /// <summary>Requests that are in neither file (default one).</summary>
    MissingLines,

    /// <summary>Lines that come twice (default one).</summary>
    DuplicatedLines,

    /// <summary>Lines that are no JSON (default one).</summary>
    InvalidJsonLines,

    /// <summary>Blank lines between the others (default one).</summary>
    BlankLines,

    /// <summary>Lines end in CRLF.</summary>
    Crlf,

    /// <summary>Lines with <c>response: null</c> and <c>error</c> set (default one).</summary>
    NullResponseLines,

    /// <summary>Lines with ids that were never submitted (default one).</summary>
    UnknownCustomIds,

    /// <summary>Successes stand in the error file and failures in the output file.</summary>
    SwappedFiles,

    /// <summary>Lines come in the order of the input.</summary>
    Unshuffled,
}

/// <summary>Which faults belong to calls and which to batches.</summary>
public static class FaultKinds
{
    /// <summary>Decided call by call; the others are decided once per batch.</summary>
    public static bool IsOfCalls(this FaultKind kind) => kind <= FaultKind.FileExpired;

    /// <summary>Shapes what a finished batch's files hold, so it must be known before the first line is answered.</summary>
    internal static bool ShapesAnswers(this FaultKind kind) => kind >= FaultKind.ValidationFailed;
}
