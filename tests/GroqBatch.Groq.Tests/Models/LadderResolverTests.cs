using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Groq.Tests.Models;

public sealed class LadderResolverTests
{
    private static readonly ProviderModel Small = new("openai/gpt-oss-20b", IsActive: true, 131_072, 65_536);
    private static readonly ProviderModel Strong = new("openai/gpt-oss-120b", IsActive: true, 131_072, 65_536);
    private static readonly ProviderModel Llama = new("llama-3.3-70b-versatile", IsActive: true, 131_072, 32_768);

    [Fact]
    public async Task The_shipped_ladder_runs_on_the_successor_of_the_model_that_was_shut_down()
    {
        var ladder = await ResolveAsync([Small, Strong]);

        Assert.Equal(
            new Rung
            {
                Ordinal = 1,
                Model = "openai/gpt-oss-20b",
                ResponseFormat = ResponseFormat.JsonSchema,
                MaxCompletionTokens = 4_096,
                ReasoningEffort = "low",
                ContextTokens = 131_072,
                PromptPrice = 0.0375m,
                CompletionPrice = 0.15m,
                PricesReadOn = new DateOnly(2026, 10, 7),
            },
            ladder.Rungs[0]
        );
        Assert.Equal(
            new Rung
            {
                Ordinal = 2,
                Model = "openai/gpt-oss-120b",
                Replaced = "llama-3.3-70b-versatile",
                ResponseFormat = ResponseFormat.JsonSchema,
                MaxCompletionTokens = 4_096,
                ReasoningEffort = "low",
                ContextTokens = 131_072,
                PromptPrice = 0.075m,
                CompletionPrice = 0.30m,
                PricesReadOn = new DateOnly(2026, 10, 7),
            },
            ladder.Rungs[1]
        );
        Assert.Equal(2, ladder.Rungs.Count);
    }

    [Fact]
    public async Task A_key_that_still_has_the_retired_model_uses_it_in_json_object_mode_without_effort()
    {
        var rung = (await ResolveAsync([Small, Strong, Llama])).Rungs[1];

        Assert.Equal("llama-3.3-70b-versatile", rung.Model);
        Assert.Null(rung.Replaced);
        Assert.Equal(ResponseFormat.JsonObject, rung.ResponseFormat);
        Assert.Null(rung.ReasoningEffort);
        Assert.Equal(0.295m, rung.PromptPrice);
        Assert.Equal(0.395m, rung.CompletionPrice);
    }

    [Fact]
    public async Task A_model_listed_as_inactive_counts_as_absent()
    {
        var ladder = await ResolveAsync([Small, Strong, Llama with { IsActive = false }]);

        Assert.Equal("openai/gpt-oss-120b", ladder.Rungs[1].Model);
    }

    [Fact]
    public async Task Without_model_and_successor_the_message_says_what_to_set()
    {
        var exception = await Assert.ThrowsAsync<LadderUnavailableException>(() => ResolveAsync([Small]));

        Assert.Equal(
            "Rung 2 (llama-3.3-70b-versatile) has no model: llama-3.3-70b-versatile was shut down on 2026-08-16; its successor groq does not "
                + "list openai/gpt-oss-120b for this key. Set Ladder:Rungs:1:Model to a model that this key has: openai/gpt-oss-20b.",
            exception.Message
        );
    }

    [Fact]
    public async Task Without_any_model_of_the_catalogue_the_message_points_at_plan_and_catalogue()
    {
        var exception = await Assert.ThrowsAsync<LadderUnavailableException>(() =>
            ResolveAsync([new ProviderModel("whisper-large-v3", IsActive: true, 448, null)])
        );

        Assert.Contains("check the account's plan and the key's permissions", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Successors_are_followed_as_far_as_they_lead_and_never_in_a_circle()
    {
        (string, string?)[] chain =
        [
            ("Ladder:Rungs:0:Model", "a"),
            ("Ladder:Rungs:1:Model", ""),
            .. Model("a", ("Successor", "b")),
            .. Model("b", ("Successor", "c")),
            .. Model("c", ("Successor", "a")),
        ];

        var reached = await ResolveAsync([new ProviderModel("c", IsActive: true, null, null)], chain);
        var circle = await Assert.ThrowsAsync<LadderUnavailableException>(() => ResolveAsync([Small], chain));

        Assert.Equal(("c", "a"), (Assert.Single(reached.Rungs).Model, reached.Rungs[0].Replaced));
        Assert.Contains("does not list b for this key", circle.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_taken_in_batches_is_never_used()
    {
        (string, string?)[] settings = [("Ladder:Rungs:0:Model", "a"), ("Ladder:Rungs:1:Model", ""), .. Model("a", ("Batch", "No"))];

        var exception = await Assert.ThrowsAsync<LadderUnavailableException>(() =>
            ResolveAsync([new ProviderModel("a", IsActive: true, null, null)], settings)
        );

        Assert.Contains("a is not taken in batches", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, 4_096, 131_072)]
    [InlineData(16_384, 2_000, 2_000, 16_384)]
    [InlineData(500_000, 500_000, 4_096, 131_072)]
    [InlineData(0, 0, 4_096, 131_072)]
    public async Task Limits_are_the_smaller_of_what_catalogue_and_provider_say(
        int? context,
        int? completion,
        int expectedCompletion,
        int expectedContext
    )
    {
        var rung = (await ResolveAsync([Small with { ContextTokens = context, MaxCompletionTokens = completion }, Strong])).Rungs[0];

        Assert.Equal(expectedCompletion, rung.MaxCompletionTokens);
        Assert.Equal(expectedContext, rung.ContextTokens);
    }

    [Fact]
    public async Task Overrides_hold_for_their_model_and_are_cut_to_what_it_can_give()
    {
        var rung = (
            await ResolveAsync(
                [Small, Strong],
                [
                    ("Ladder:Rungs:0:Format", "JsonObject"),
                    ("Ladder:Rungs:0:MaxCompletionTokens", "1000000"),
                    ("Ladder:Rungs:0:ReasoningEffort", "high"),
                ]
            )
        ).Rungs[0];

        Assert.Equal((ResponseFormat.JsonObject, 65_536, "high"), (rung.ResponseFormat, rung.MaxCompletionTokens, rung.ReasoningEffort));
    }

    [Fact]
    public async Task Overrides_do_not_reach_a_successor()
    {
        var rung = (
            await ResolveAsync([Small, Strong], [("Ladder:Rungs:1:Format", "JsonObject"), ("Ladder:Rungs:1:MaxCompletionTokens", "700")])
        ).Rungs[1];

        Assert.Equal((ResponseFormat.JsonSchema, 4_096), (rung.ResponseFormat, rung.MaxCompletionTokens));
    }

    [Fact]
    public async Task A_price_is_the_one_in_force_today_and_unknown_stays_unknown()
    {
        (string, string?)[] settings =
        [
            ("Models:Discount", "0.25"),
            ("Models:Catalogue:openai/gpt-oss-20b:Prices:1:ValidFrom", "2026-11-20"),
            ("Models:Catalogue:openai/gpt-oss-20b:Prices:1:ReadOn", "2026-11-21"),
            ("Models:Catalogue:openai/gpt-oss-20b:Prices:1:Prompt", "0.1"),
            ("Models:Catalogue:openai/gpt-oss-20b:Prices:1:Completion", "0.4"),
        ];

        var before = (await ResolveAsync([Small, Strong], settings, today: "2026-11-19")).Rungs[0];
        var since = (await ResolveAsync([Small, Strong], settings, today: "2026-11-20")).Rungs[0];
        var unknown = (await ResolveAsync([Small, Strong], settings, today: "2025-12-31")).Rungs[0];

        Assert.Equal((0.05625m, 0.225m), (before.PromptPrice, before.CompletionPrice));
        Assert.Equal((0.075m, 0.3m, new DateOnly(2026, 11, 21)), (since.PromptPrice, since.CompletionPrice, since.PricesReadOn));
        Assert.Equal((null, null, null), (unknown.PromptPrice, unknown.CompletionPrice, unknown.PricesReadOn));
        Assert.Null(unknown.CostOf(new GroqBatch.Core.Outcomes.TokenUsage(1, 1)));
    }

    [Fact]
    public async Task Two_rungs_on_one_model_are_said_in_the_log()
    {
        await using var groq = Groq([Small, Strong], [("Ladder:Rungs:1:Model", "llama-3.1-8b-instant")]);

        var ladder = await groq.Ladder.ResolveAsync(null, TestContext.Current.CancellationToken);

        Assert.Equal("openai/gpt-oss-20b", ladder.Rungs[1].Model);
        Assert.Contains("Rung 2 and rung 1 both run on openai/gpt-oss-20b", groq.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_teams_own_ladder_is_resolved_in_its_place()
    {
        var ladder = await ResolveAsync([Small, Strong], own: new TeamLadder("acme", ["llama-3.3-70b-versatile", "openai/gpt-oss-20b"]));

        Assert.Equal("acme", ladder.Owner);
        Assert.Equal(
            [(1, "openai/gpt-oss-120b", "llama-3.3-70b-versatile"), (2, "openai/gpt-oss-20b", null)],
            ladder.Rungs.Select(rung => (rung.Ordinal, rung.Model, rung.Replaced))
        );
    }

    [Fact]
    public async Task What_is_asked_of_a_model_on_the_installations_ladder_is_asked_of_it_on_a_teams()
    {
        var ladder = await ResolveAsync(
            [Small, Strong],
            [("Ladder:Rungs:0:ReasoningEffort", "high")],
            own: new TeamLadder("acme", ["openai/gpt-oss-120b", "openai/gpt-oss-20b"])
        );

        Assert.Equal(["low", "high"], ladder.Rungs.Select(rung => rung.ReasoningEffort));
    }

    [Fact]
    public async Task Of_a_team_the_message_says_whose_ladder_it_is_and_what_would_do()
    {
        var gone = await Assert.ThrowsAsync<LadderUnavailableException>(() =>
            ResolveAsync([Small], own: new TeamLadder("acme", ["openai/gpt-oss-20b", "left/the-catalogue"]))
        );

        Assert.Equal(
            "Rung 2 of acme's own ladder (left/the-catalogue) has no model: left/the-catalogue is no longer in the catalogue. Give the rung a "
                + "model that this key has (openai/gpt-oss-20b) in the settings of acme, or use the installation's ladder.",
            gone.Message
        );
    }

    private static IEnumerable<(string, string?)> Model(string id, params (string Key, string? Value)[] values) =>
        values
            .Concat([("ContextTokens", "1000"), ("MaxCompletionTokens", "100"), ("Formats:0", "JsonObject")])
            .Select(value => ($"Models:Catalogue:{id}:{value.Item1}", value.Item2));

    private static async Task<Ladder> ResolveAsync(
        ProviderModel[] models,
        (string, string?)[]? settings = null,
        string today = "2026-11-24",
        TeamLadder? own = null
    )
    {
        await using var groq = Groq(models, settings ?? [], today);
        Assert.Empty(groq.Mistakes());
        return await groq.Ladder.ResolveAsync(own, TestContext.Current.CancellationToken);
    }

    private static TestGroq Groq(ProviderModel[] models, (string, string?)[] settings, string today = "2026-11-24") =>
        TestGroq.With(
            settings,
            services =>
                services
                    .AddSingleton<IBatchProvider>(new ScriptedProvider(models))
                    .AddSingleton<TimeProvider>(new FakeTimeProvider(DateTimeOffset.Parse($"{today}T00:00:00Z")))
        );
}
