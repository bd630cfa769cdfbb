using GroqBatch.Core.Access;
using GroqBatch.Core.Import;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Samples;

namespace GroqBatch.Sources.Samples;

internal sealed class SampleData(ISampleStore store, IModelCatalogue catalogue, PromptMeasure measurePrompt, TimeProvider timeProvider)
    : ISampleData
{
    private const string Provider = "simulator";
    private const double Goal = 0.95;

    /// <summary>What a prompt has besides the pull request, in tokens: for the usage that sample attempts tell.</summary>
    private const int SystemPromptTokens = 1_400;

    /// <summary>What the first rung failed on, and how it did: of 836 failures looked at, 6.5 % had run into the token limit.</summary>
    private const double FailureShare = 0.04;
    private const double TokenLimitShare = 0.065;

    public Task<bool> ExistsAsync(CancellationToken cancellationToken) => store.ExistsAsync(cancellationToken);

    public async Task<IReadOnlyList<string>> AddAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Administer);
        var added = new List<string>();
        foreach (var vocabulary in SampleVocabulary.Teams)
        {
            // Made one after the other: a team is some twenty megabytes while it is on its way.
            if (await store.AddAsync(Make(vocabulary), actor, cancellationToken))
            {
                added.Add(vocabulary.Slug);
            }
        }

        return added;
    }

    public Task<IReadOnlyList<string>> RemoveAsync(Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Administer);
        return store.RemoveAsync(actor, cancellationToken);
    }

    private SampleTeam Make(SampleVocabulary vocabulary)
    {
        var now = timeProvider.GetUtcNow();
        var startedAt = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) - TimeSpan.FromDays(14) + TimeSpan.FromHours(20.5);
        var generated = new SampleGenerator(vocabulary, now).Generate();
        var imported = generated
            .Select(made => new ImportedPullRequest(made.PullRequest, ContentHash.Of(made.PullRequest), measurePrompt(made.PullRequest)))
            .ToList();

        // As a run limited to so many would have selected on that evening: the newest first.
        var random = new Random(vocabulary.Seed);
        var outcomes = generated
            .Zip(imported, (made, stored) => (made.PullRequest, made.Summary, stored.PromptBytes))
            .Where(made => made.PullRequest.IsEligible && made.PullRequest.CreatedAt < startedAt)
            .OrderByDescending(made => made.PullRequest.CreatedAt)
            .Take(vocabulary.Eligible - vocabulary.Pending)
            .Select(made => new SampleOutcome(
                made.PullRequest,
                Fail(random),
                new TokenUsage(SystemPromptTokens + made.PromptBytes / 4, random.Next(180, 420)),
                made.Summary
            ))
            .ToList();

        return new SampleTeam
        {
            Slug = vocabulary.Slug,
            Name = vocabulary.Name,
            Goal = Goal,
            PullRequests = imported,
            Run = new SampleRun
            {
                Provider = Provider,
                Ladder = MakeLadder(DateOnly.FromDateTime(now.UtcDateTime)),
                PromptVersion = PromptVersion.Current.ToString(),
                Settings = new RunSettings
                {
                    MaxRequestsPerBatch = 1_000,
                    MaxBatchBytes = 100_000_000,
                    CompletionWindow = "24h",
                    MaxAttemptsPerRequest = 2,
                },
                StartedAt = startedAt,
                Outcomes = outcomes,
            },
        };
    }

    private static SampleFailure? Fail(Random random)
    {
        if (random.NextDouble() >= FailureShare)
        {
            return null;
        }

        return random.NextDouble() < TokenLimitShare
            ? new SampleFailure(
                FailureCode.MaxTokens,
                "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
                "max completion tokens reached before generating a valid document"
            )
            : new SampleFailure(FailureCode.JsonValidateFailed, "Failed to validate JSON. Please adjust your prompt.", "");
    }

    /// <summary>The first two configured rungs, as the preflight resolves them on an account without privileges.</summary>
    private Ladder MakeLadder(DateOnly day) =>
        new([
            .. catalogue
                .ConfiguredLadder.Concat(catalogue.ConfiguredLadder)
                .Take(2)
                .Select((model, index) => MakeRung(model, index + 1, day)),
        ]);

    private Rung MakeRung(string configured, int ordinal, DateOnly day)
    {
        var model = catalogue.Find(configured);
        for (var hop = 0; hop < catalogue.Models.Count; hop++) // bounded: successors may lead in a circle
        {
            if (model is not { Successor: { } successor } || !model.IsRetiredOn(day) || catalogue.Find(successor) is not { } next)
            {
                break;
            }

            model = next;
        }

        var price = model?.PriceOn(day);
        return new Rung
        {
            Ordinal = ordinal,
            Model = model?.Id ?? configured,
            Replaced = model is null || model.Id == configured ? null : configured,
            ResponseFormat = model is { HasStrictSchema: false } ? ResponseFormat.JsonObject : ResponseFormat.JsonSchema,
            MaxCompletionTokens = model?.CompletionTokens ?? 4_096,
            ReasoningEffort = model?.ReasoningEffort,
            ContextTokens = model?.ContextTokens ?? 131_072,
            PromptPrice = price?.Prompt * (1 - catalogue.BatchDiscount),
            CompletionPrice = price?.Completion * (1 - catalogue.BatchDiscount),
            PricesReadOn = price?.ReadOn,
        };
    }
}
