using GroqBatch.Core.Access;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.SpotChecks;

/// <summary>
/// Spot checks: a random sample is drawn and stored before anyone looks, read one by one, and judged after every read. Every method takes
/// <see cref="Right.Review"/>, except those that only look, which take <see cref="Right.View"/>.
/// </summary>
public interface ISpotChecks
{
    /// <summary>
    /// Freezes a population, draws from it and stores the draw, in one transaction with an audit event. Nobody chooses the seed. Whoever asks for
    /// the same again gets another sample, and the log says so.
    /// </summary>
    /// <returns>Null when there is no summary to draw from.</returns>
    /// <exception cref="AccessDeniedException">The actor may not.</exception>
    /// <exception cref="ArgumentException">Wrong terms; the message is fit to show.</exception>
    Task<Sample?> DrawAsync(SampleRequest request, Actor actor, CancellationToken cancellationToken);

    /// <summary>A sample with what it shows; null when there is none.</summary>
    Task<SampleReport?> FindAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken);

    /// <summary>Samples of a provider, newest first.</summary>
    /// <param name="take">At most so many.</param>
    Task<IReadOnlyList<Sample>> ListAsync(string provider, SampleScope? scope, int take, Actor actor, CancellationToken cancellationToken);

    /// <summary>The latest sample of a run; null when there is none.</summary>
    Task<Sample?> FindLatestOfRunAsync(Guid runId, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the next unread item and reserves it for <see cref="ReservedFor"/>, so that nobody else is given it. By name: whoever opens the page
    /// again gets back what they left.
    /// </summary>
    /// <param name="after">Only items later in the draw than this position; 0: any. What is skipped so comes again.</param>
    /// <returns>Null when there is none: the sample is settled, is read, or others have what is left.</returns>
    Task<SampleItem?> TakeAsync(Guid sampleId, int after, Actor actor, CancellationToken cancellationToken);

    /// <summary>An item by its position in the draw, to look at; null when there is none.</summary>
    Task<SampleItem?> LookAsync(Guid sampleId, int position, Actor actor, CancellationToken cancellationToken);

    /// <summary>The first <paramref name="count"/> of a sample in the order of the draw, to look at.</summary>
    Task<IReadOnlyList<SampleItem>> LookAtFirstAsync(Guid sampleId, int count, Actor actor, CancellationToken cancellationToken);

    /// <summary>
    /// Appends a verdict. Giving the same one again changes nothing; giving another one to an item that one has read oneself replaces the first.
    /// </summary>
    /// <param name="reason">Required for <see cref="Verdict.Wrong"/>, null otherwise.</param>
    /// <exception cref="ArgumentException">A wrong one has no reason, or another has one.</exception>
    Task<VerdictReceipt> GiveAsync(
        Guid sampleId,
        int position,
        Verdict verdict,
        WrongReason? reason,
        Actor actor,
        CancellationToken cancellationToken
    );

    /// <summary>Takes back the actor's latest verdict in a sample that still stands, by appending that it was; the item is theirs again.</summary>
    /// <returns>Null when there is none.</returns>
    Task<VerdictReceipt?> UndoAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken);

    /// <summary>Gives back what the actor has reserved and not read.</summary>
    Task ReleaseAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken);

    /// <summary>How long an item is kept for one reader.</summary>
    static readonly TimeSpan ReservedFor = TimeSpan.FromMinutes(10);
}

/// <summary>What a population is made of.</summary>
public enum SampleScope
{
    /// <summary>The current summaries of a team.</summary>
    Team,

    /// <summary>The current summaries that a run wrote.</summary>
    Run,

    /// <summary>The current summaries that a model wrote, of all teams.</summary>
    Model,
}

/// <summary>What to draw from, and what it is to show.</summary>
public sealed record SampleRequest
{
    /// <summary>Summaries of others are no part of it.</summary>
    public required string Provider { get; init; }

    public required SampleScope Scope { get; init; }

    /// <summary>For <see cref="SampleScope.Team"/>.</summary>
    public int? TeamId { get; init; }

    /// <summary>For <see cref="SampleScope.Run"/>.</summary>
    public Guid? RunId { get; init; }

    /// <summary>For <see cref="SampleScope.Model"/>.</summary>
    public string? Model { get; init; }

    /// <summary>Whether each rung is a stratum, with later rungs read more often than their share.</summary>
    public bool ByRung { get; init; }

    public SampleTerms Terms { get; init; } = new();
}

/// <summary>A stratum of a sample.</summary>
/// <param name="Rung">The rung that wrote its summaries; 0: any.</param>
/// <param name="Population">How many it has.</param>
/// <param name="Drawn">How many were drawn.</param>
public sealed record SampleStratum(int Rung, int Population, int Drawn);

/// <summary>A stored draw.</summary>
public sealed record Sample
{
    public required Guid Id { get; init; }
    public required string Provider { get; init; }
    public required SampleScope Scope { get; init; }

    /// <summary>Of the team, or of the run's; null for a model.</summary>
    public required int? TeamId { get; init; }

    public required string? TeamSlug { get; init; }
    public required string? TeamName { get; init; }
    public required Guid? RunId { get; init; }
    public required string? Model { get; init; }
    public required SampleTerms Terms { get; init; }

    /// <summary>Items stand in the order of <c>md5(seed || ':' || summary id)</c>, within each stratum.</summary>
    public required long Seed { get; init; }

    public required int Population { get; init; }
    public required int Drawn { get; init; }

    /// <summary>One for a simple sample.</summary>
    public required IReadOnlyList<SampleStratum> Strata { get; init; }

    public required string DrawnBy { get; init; }
    public required DateTimeOffset DrawnAt { get; init; }

    /// <summary>Whoever read it, in whatever order.</summary>
    public required int Read { get; init; }

    public required int Good { get; init; }
    public required int Minor { get; init; }
    public required int Wrong { get; init; }
    public required Settlement Settlement { get; init; }

    /// <summary>Whose summaries, for a sentence: <c>Cal.com's</c>, <c>this run's</c>, <c>openai/gpt-oss-20b's</c>.</summary>
    public string Subject =>
        Scope switch
        {
            SampleScope.Team => $"{TeamName}'s",
            SampleScope.Run => "this run's",
            SampleScope.Model => $"{Model}'s",
            _ => throw new InvalidOperationException($"Unknown scope {Scope}."),
        };
}

/// <summary>A sample and what it shows.</summary>
public sealed record SampleReport(Sample Sample, SampleJudgement Judgement)
{
    /// <summary>In one plain sentence.</summary>
    public string Sentence => SampleSentence.Say(Sample.Terms, Judgement, Sample.Subject);
}

/// <summary>A summary to judge beside its source.</summary>
public sealed record SampleItem
{
    public required Guid SampleId { get; init; }

    /// <summary>Its place in the draw, from 1.</summary>
    public required int Position { get; init; }

    /// <summary>As it is now.</summary>
    public required PullRequest PullRequest { get; init; }

    /// <summary>Whether the pull request is another than the one that was summarised.</summary>
    public required bool HasChanged { get; init; }

    public required SummaryDocument Summary { get; init; }
    public required string Model { get; init; }
    public required int Pass { get; init; }
    public required string PromptVersion { get; init; }
    public required Guid RunId { get; init; }
    public required DateTimeOffset SummarisedAt { get; init; }

    /// <summary>What stands; null: not read.</summary>
    public required Verdict? Verdict { get; init; }

    public required WrongReason? Reason { get; init; }

    /// <summary>Who gave it; null: not read.</summary>
    public required string? ReadBy { get; init; }

    /// <summary>Who is reading it; null: nobody.</summary>
    public required string? ReservedBy { get; init; }
}

/// <summary>What became of a verdict.</summary>
/// <param name="Position">The item's.</param>
/// <param name="Number">The pull request's number.</param>
/// <param name="IsTaken">False when somebody else had read it already, and their verdict stands.</param>
/// <param name="Verdict">What stands now; null: none.</param>
/// <param name="Report">What the sample shows now.</param>
public sealed record VerdictReceipt(int Position, long Number, bool IsTaken, Verdict? Verdict, SampleReport Report);
