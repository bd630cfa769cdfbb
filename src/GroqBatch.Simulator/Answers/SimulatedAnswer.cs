using GroqBatch.Core.Outcomes;

namespace GroqBatch.Simulator.Answers;

/// <summary>How the simulator answered one request. JSON form: snake case, such as <c>json_validate_failed</c>.</summary>
public enum SimulatedAnswer
{
    /// <summary>200 with a valid summary.</summary>
    Succeeded,

    /// <summary>200 with a valid summary whose title and description are longer than asked for; a reader cuts them.</summary>
    OverLong,

    /// <summary>400, "Failed to validate JSON", half of them with an empty <c>failed_generation</c>.</summary>
    JsonValidateFailed,

    /// <summary>400 of the same code, with the token-limit text in <c>failed_generation</c>.</summary>
    TokenLimit,

    /// <summary>400 of the same code, with the token-limit text in <c>message</c>, as older notes show it.</summary>
    TokenLimitInMessage,

    /// <summary>400, "Generated JSON does not match the expected schema."</summary>
    SchemaMismatch,

    /// <summary>200 with <c>finish_reason</c> <c>length</c> and half a document.</summary>
    FinishLength,

    /// <summary>200 with <c>content</c> null.</summary>
    NullContent,

    /// <summary>200 with an empty <c>content</c>.</summary>
    EmptyContent,

    /// <summary>200 with prose instead of JSON.</summary>
    NotJson,

    /// <summary>200 with JSON that lacks properties and has a foreign one.</summary>
    SchemaViolation,

    /// <summary>200 with JSON that names tools while <c>is_assisted</c> is false.</summary>
    Contradiction,

    /// <summary>400 <c>context_length_exceeded</c>.</summary>
    ContextLength,

    /// <summary>429 <c>rate_limit_exceeded</c>.</summary>
    RateLimited,

    /// <summary>500.</summary>
    ServerError,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>401 <c>invalid_api_key</c>.</summary>
    Unauthorized,

    /// <summary>403 <c>model_permission_blocked_org</c>.</summary>
    Forbidden,

    /// <summary>404 <c>model_not_found</c>.</summary>
    ModelNotFound,

    /// <summary>400 <c>model_decommissioned</c>, the form of 2025.</summary>
    ModelDecommissioned,

    /// <summary>400 for a parameter or a format that the model does not take.</summary>
    InvalidRequest,

    /// <summary><c>response: null</c> with a top-level error: an internal fault, the call was never made.</summary>
    NeverRun,

    /// <summary>Never run, since the batch expired.</summary>
    BatchExpired,

    /// <summary>Never run, since the batch was cancelled.</summary>
    BatchCancelled,

    /// <summary>In neither file.</summary>
    Unanswered,

    /// <summary>Answered by a line that is no JSON.</summary>
    BrokenLine,

    /// <summary>Dropped by the batch's validation; named in its <c>errors</c>.</summary>
    Rejected,

    /// <summary>200 with a valid summary whose texts are traps: markup, scripts, links, no place to break a line.</summary>
    Hostile,

    /// <summary>400 <c>json_validate_failed</c> with traps in message and <c>failed_generation</c>.</summary>
    HostileFailure,
}

/// <summary>What an answer means in the words of the product.</summary>
public static class SimulatedAnswers
{
    /// <summary>Whether a valid summary came back.</summary>
    public static bool IsSuccess(this SimulatedAnswer kind) =>
        kind is SimulatedAnswer.Succeeded or SimulatedAnswer.OverLong or SimulatedAnswer.Hostile;

    /// <summary>
    /// The failure code that follows from the answer, by the table "what came back, and what follows"; null for a success and for the
    /// refusals (401, 403, model gone) which stop a run instead of failing the request.
    /// </summary>
    public static FailureCode? FailureCode(this SimulatedAnswer kind) =>
        kind switch
        {
            SimulatedAnswer.JsonValidateFailed or SimulatedAnswer.SchemaMismatch or SimulatedAnswer.HostileFailure => Core.Outcomes
                .FailureCode
                .JsonValidateFailed,
            SimulatedAnswer.TokenLimit or SimulatedAnswer.TokenLimitInMessage or SimulatedAnswer.FinishLength => Core.Outcomes
                .FailureCode
                .MaxTokens,
            SimulatedAnswer.NullContent or SimulatedAnswer.EmptyContent or SimulatedAnswer.NotJson => Core.Outcomes.FailureCode.InvalidJson,
            SimulatedAnswer.SchemaViolation or SimulatedAnswer.Contradiction => Core.Outcomes.FailureCode.SchemaViolation,
            SimulatedAnswer.ContextLength => Core.Outcomes.FailureCode.ContextLength,
            SimulatedAnswer.RateLimited
            or SimulatedAnswer.ServerError
            or SimulatedAnswer.Unavailable
            or SimulatedAnswer.InvalidRequest
            or SimulatedAnswer.NeverRun
            or SimulatedAnswer.BrokenLine => Core.Outcomes.FailureCode.ApiError,
            SimulatedAnswer.BatchExpired => Core.Outcomes.FailureCode.Expired,
            SimulatedAnswer.BatchCancelled => Core.Outcomes.FailureCode.Cancelled,
            SimulatedAnswer.Unanswered => Core.Outcomes.FailureCode.Unanswered,
            SimulatedAnswer.Rejected => Core.Outcomes.FailureCode.BatchRejected,
            _ => null,
        };

    /// <summary>HTTP status on the line; 0 where the call was never made.</summary>
    internal static int HttpStatus(this SimulatedAnswer kind) =>
        kind switch
        {
            SimulatedAnswer.Succeeded
            or SimulatedAnswer.OverLong
            or SimulatedAnswer.Hostile
            or SimulatedAnswer.FinishLength
            or SimulatedAnswer.NullContent
            or SimulatedAnswer.EmptyContent
            or SimulatedAnswer.NotJson
            or SimulatedAnswer.SchemaViolation
            or SimulatedAnswer.Contradiction => 200,
            SimulatedAnswer.RateLimited => 429,
            SimulatedAnswer.ServerError => 500,
            SimulatedAnswer.Unavailable => 503,
            SimulatedAnswer.Unauthorized => 401,
            SimulatedAnswer.Forbidden => 403,
            SimulatedAnswer.ModelNotFound => 404,
            SimulatedAnswer.NeverRun
            or SimulatedAnswer.BatchExpired
            or SimulatedAnswer.BatchCancelled
            or SimulatedAnswer.Unanswered
            or SimulatedAnswer.BrokenLine
            or SimulatedAnswer.Rejected => 0,
            _ => 400,
        };

    /// <summary>Whether the model call came to an end with an answer of 200, and so to the output file and the counter <c>completed</c>.</summary>
    internal static bool GoesToOutput(this SimulatedAnswer kind) => kind.HttpStatus() == 200;

    /// <summary>Groq's counter <c>completed</c>. A line that a fault lost or broke afterwards was answered all the same.</summary>
    internal static bool CountsAsCompleted(this SimulatedAnswer kind) =>
        kind.GoesToOutput() || kind is SimulatedAnswer.Unanswered or SimulatedAnswer.BrokenLine;

    /// <summary>Groq's counter <c>failed</c>: an answer that is an error. Requests that were never run are in neither counter.</summary>
    internal static bool CountsAsFailed(this SimulatedAnswer kind) => kind.HttpStatus() >= 400 || kind == SimulatedAnswer.NeverRun;
}
