using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;

namespace GroqBatch.Core.Tests.Runs;

public sealed class PreviewTokenTests
{
    private static readonly Rung Small = new()
    {
        Ordinal = 1,
        Model = "small",
        ResponseFormat = ResponseFormat.JsonSchema,
        MaxCompletionTokens = 4_096,
        ContextTokens = 131_072,
        PromptPrice = 0.0375m,
        CompletionPrice = 0.15m,
    };

    private static readonly Ladder Two = new([Small, Small with { Ordinal = 2, Model = "strong", PromptPrice = null }]);
    private static readonly SelectionCount Count = new(4_147, 3, 8_000_000) { NewestId = 77 };
    private static readonly PreviewToken Shown = PreviewToken.Of(Count, Two, "1.0");

    [Fact]
    public void Comes_back_as_it_went_through_a_link()
    {
        var text = Shown.ToString();

        Assert.Matches("^[A-Za-z0-9_-]+$", text);
        Assert.Empty(PreviewToken.TryParse(text)!.ChangedTo(Shown));
        Assert.Empty(Shown.ChangedTo(PreviewToken.TryParse(text)!));
    }

    [Fact]
    public void Names_what_changed()
    {
        var ladder = new Ladder([Small with { PromptPrice = 0.05m }, Two.Rungs[1] with { Model = "stronger" }]);

        var changes = Shown.ChangedTo(PreviewToken.Of(Count with { Selected = 4_150 }, ladder, "1.1"));

        Assert.Equal(
            [
                "4,150 pull requests are selected now, not 4,147.",
                "The prompt is version 1.1 now, not 1.0.",
                "Rung 1 (small) costs $0.05 and $0.15 per million tokens now, not $0.0375 and $0.15 per million tokens.",
                "Rung 2 is stronger now, not strong.",
            ],
            changes
        );
    }

    [Theory]
    [InlineData(78L, 8_000_000L)]
    [InlineData(77L, 8_000_001L)]
    public void Notices_another_set_of_the_same_size(long newest, long bytes) =>
        Assert.Contains(
            "their number is the same",
            Assert.Single(Shown.ChangedTo(PreviewToken.Of(Count with { NewestId = newest, PromptBytes = bytes }, Two, "1.0"))),
            StringComparison.Ordinal
        );

    [Fact]
    public void Notices_rungs_that_came_or_went_or_are_asked_otherwise()
    {
        var profile = new Ladder([Small with { ResponseFormat = ResponseFormat.JsonObject }]);

        var changes = Shown.ChangedTo(PreviewToken.Of(Count, profile, "1.0"));

        Assert.Equal(2, changes.Count);
        Assert.Contains("other settings", changes[0], StringComparison.Ordinal);
        Assert.Equal("There is no rung 2 (strong) now.", changes[1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!!")]
    [InlineData("bm90IGpzb24")]
    [InlineData("e30")]
    [InlineData("bnVsbA")]
    public void Is_not_fooled_by_other_texts(string text) => Assert.Null(PreviewToken.TryParse(text));
}
