using GroqBatch.Core.Models;
using GroqBatch.Testing.Models;

namespace GroqBatch.Core.Tests.Models;

/// <summary>A ladder of a team's own: what it may be, and what is said of one that it may not.</summary>
public sealed class LadderRulesTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private readonly TestCatalogue _catalogue = new();

    [Theory]
    [InlineData(TestCatalogue.Strong, TestCatalogue.Small)]
    [InlineData(TestCatalogue.Small, TestCatalogue.Strong, TestCatalogue.Other)]
    [InlineData(TestCatalogue.Small, TestCatalogue.Retired)]
    public void Any_order_of_different_models_that_can_be_asked_is_a_ladder(params string[] models) =>
        Assert.Empty(LadderRules.Check(models, _catalogue, Today));

    [Theory]
    [InlineData("nobody/knows-it", "Rung 2: nobody/knows-it is not in the catalogue. Take one of ")]
    [InlineData("", "Rung 2: no model is chosen. Take one of ")]
    [InlineData(TestCatalogue.Small, "Rung 2: openai/gpt-oss-20b is rung 1 already. Take another model, or leave the rung out.")]
    [InlineData(TestCatalogue.Gone, "Rung 2: gone-without-successor was shut down on 2026-04-15 and has no successor that is still there.")]
    [InlineData(TestCatalogue.NotInBatches, "Rung 2: not-in-batches is not taken in batches. Take one of ")]
    [InlineData(TestCatalogue.Speechless, "Rung 2: speaks-no-json takes neither a JSON schema nor a JSON object")]
    public void A_rung_that_can_not_be_names_itself_and_what_would_do(string second, string says)
    {
        var mistake = Assert.Single(LadderRules.Check([TestCatalogue.Small, second], _catalogue, Today));

        Assert.StartsWith(says, mistake, StringComparison.Ordinal);
        if (mistake.Contains("Take one of", StringComparison.Ordinal))
        {
            Assert.EndsWith($"Take one of {TestCatalogue.Strong}, {TestCatalogue.Other}.", mistake, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(LadderRules.MostRungs + 1)]
    public void Too_few_and_too_many_rungs_are_said_with_their_number(int rungs)
    {
        _catalogue.Models = [.. Enumerable.Range(1, 9).Select(number => TestCatalogue.Model($"model-{number}"))];

        var mistake = Assert.Single(
            LadderRules.Check([.. Enumerable.Range(1, rungs).Select(number => $"model-{number}")], _catalogue, Today)
        );

        Assert.StartsWith(
            $"A team's own ladder has 2 to {LadderRules.MostRungs} rungs, and this one {rungs}: ",
            mistake,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Every_mistake_is_said_at_once() => Assert.Equal(3, LadderRules.Check(["x", "y", "x"], _catalogue, Today).Count);

    [Fact]
    public void A_model_is_itself_until_the_day_it_retires_and_then_its_successor()
    {
        var llama = _catalogue.Find(TestCatalogue.Retired)!;

        Assert.Equal(TestCatalogue.Retired, LadderRules.StandIn(llama, _catalogue, new DateOnly(2026, 8, 15))!.Id);
        Assert.Equal(TestCatalogue.Strong, LadderRules.StandIn(llama, _catalogue, new DateOnly(2026, 8, 16))!.Id);
        Assert.Null(LadderRules.StandIn(_catalogue.Find(TestCatalogue.Gone)!, _catalogue, Today));
    }

    [Fact]
    public void Successors_that_lead_in_a_circle_lead_nowhere()
    {
        _catalogue.Models =
        [
            TestCatalogue.Model("a") with
            {
                RetiresOn = Today,
                Successor = "b",
            },
            TestCatalogue.Model("b") with
            {
                RetiresOn = Today,
                Successor = "a",
            },
        ];

        Assert.Null(LadderRules.StandIn(_catalogue.Models[0], _catalogue, Today));
        Assert.Empty(LadderRules.Usable(_catalogue, Today));
    }
}
