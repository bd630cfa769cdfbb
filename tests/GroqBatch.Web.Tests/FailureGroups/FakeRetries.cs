using GroqBatch.Core.Access;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Tests.FailureGroups;

/// <summary>A run service that only retries, once for each key.</summary>
internal sealed class FakeRetries : IRunService
{
    public static Ladder TwoRungs { get; } = new([ARung(1, "openai/gpt-oss-20b"), ARung(2, "openai/gpt-oss-120b")]);

    /// <summary>Pull requests that a retry takes; 0: there are none left.</summary>
    public int Selected { get; set; } = 4;

    public List<RetryRun> Previews { get; } = [];
    public List<(RetryRun Request, string Actor)> Retries { get; } = [];
    public List<(RetryFailures Request, string Actor)> FailureRetries { get; } = [];

    /// <summary>The run that a retry makes.</summary>
    public Guid Started { get; } = Guid.NewGuid();

    public Task<RetryPreview> PreviewRetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken)
    {
        Previews.Add(request);
        return Task.FromResult(
            Selected == 0
                ? new RetryPreview(null, "None of its final failures is left without a summary and free to be sent.")
                : new RetryPreview(
                    new RunPreview(Selected, 0, [], request.FromLastRung ? TwoRungs.LastRungOnly() : TwoRungs, AnEstimate),
                    ""
                )
        );
    }

    public Task<RetriedRun> RetryAsync(RetryRun request, Actor actor, CancellationToken cancellationToken)
    {
        Retries.Add((request, actor.Name));
        return Task.FromResult(new RetriedRun(Started, IsNew: true, Selected, "4 pull requests are sent again."));
    }

    public Task<RetriedFailures> RetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken)
    {
        FailureRetries.Add((request, actor.Name));
        return Task.FromResult(
            new RetriedFailures([Started, Guid.NewGuid()], IsNew: true, Selected, "4 pull requests are sent again, in 2 runs.")
        );
    }

    public Task<RetryFailuresPreview> PreviewRetryFailuresAsync(RetryFailures request, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult(new RetryFailuresPreview(Selected, Selected == 0 ? 0 : 2, [TwoRungs], new Core.Estimates.Range(0.01, 0.02, 0.03)));

    public Task<RunPreview> PreviewAsync(StartRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<StartedRun> StartAsync(StartRun request, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<RetriedRun> SummariseAgainAsync(long pullRequestId, string? requestKey, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> HoldAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> HoldAfterPassAsync(Guid runId, int? pass, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<MoveResult> ResumeAsync(Guid runId, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<MoveResult> CancelAsync(Guid runId, string? reason, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private static Estimate AnEstimate { get; } =
        new()
        {
            Requests = Core.Estimates.Range.Exactly(4),
            PromptTokens = Core.Estimates.Range.Exactly(1),
            CompletionTokens = Core.Estimates.Range.Exactly(1),
            Cost = new Core.Estimates.Range(0.01, 0.02, 0.03),
            FirstPassFailures = Core.Estimates.Range.Exactly(1),
            FinalFailures = Core.Estimates.Range.Exactly(0),
            Basis = "",
        };

    private static Rung ARung(int ordinal, string model) =>
        new()
        {
            Ordinal = ordinal,
            Model = model,
            ResponseFormat = ResponseFormat.JsonSchema,
            MaxCompletionTokens = 4_096,
            ContextTokens = 131_072,
        };
}
