using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Summaries;
using GroqBatch.Groq.Tokens;

namespace GroqBatch.Groq.Tests.Requests;

public sealed class PromptGoldenTests
{
    private static readonly TiktokenCounter Counter = new();
    private static readonly PromptBuilder Prompts = new(Counter);

    public static TheoryData<string> Names => [.. GoldenPullRequests.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_prompt_of_each_pull_request_is_the_checked_in_one(string name)
    {
        GoldenFile.Matches($"prompts/{name}.txt", Prompts.Build(GoldenPullRequests.All[name]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_prompt_exceeds_the_budget_in_whole_or_contains_a_forged_delimiter(string name)
    {
        var prompt = Prompts.Build(GoldenPullRequests.All[name]);

        Assert.InRange(Counter.Count(prompt), 40, Prompts.Options.TotalTokens);
        Assert.True(Prompts.Options.TotalTokens <= 6000);
        Assert.StartsWith("<pr-data>\n", prompt);
        Assert.EndsWith("\n</pr-data>\nAnswer with the JSON document about this pull request.", prompt);
        Assert.Equal(prompt.IndexOf("</pr-data>", StringComparison.Ordinal), prompt.LastIndexOf("</pr-data>", StringComparison.Ordinal));
        foreach (var section in (string[])["data", "files", "commits", "trailers", "reviews", "comments", "body", "cut-ai-lines"])
        {
            Assert.True(prompt.Split($"<pr-{section}>").Length <= 2, section);
            Assert.Equal(prompt.Split($"<pr-{section}>").Length, prompt.Split($"</pr-{section}>").Length);
        }

        Assert.DoesNotContain("<|", prompt);
    }

    [Theory]
    [InlineData("trailer-in-the-30th-of-60-commits", "Co-authored-by: Claude <noreply@anthropic.com>")]
    [InlineData("trailer-in-the-30th-of-60-commits", "Signed-off-by: Mari Koskinen <mari@tide.example>")]
    [InlineData("statement-inside-a-cut-commit", "I let Windsurf write this part and checked it by hand.")]
    [InlineData("last-line-of-a-100-kb-body", "🤖 Generated with [Claude Code](https://claude.com/claude-code)")]
    [InlineData("line-in-the-middle-of-a-100-kb-body", "The rounding was found with the help of ChatGPT.")]
    [InlineData("heading-and-answer-in-the-middle-of-a-long-body", "## AI disclosure / None whatsoever, typed by me.")]
    [InlineData("no-ai-was-used", "No AI was used to write any of this code or text.")]
    [InlineData("agent-as-author", "Author: devin-ai-integration[bot] (bot account)")]
    [InlineData("many-labels", "ai-generated")]
    [InlineData("squash-commit-that-repeats-the-body", "Made-with: Cursor")]
    [InlineData("two-hundred-kb-without-a-blank", "+Generated+with+Claude+Code+")]
    [InlineData("long-comments-one-with-the-evidence", "For what it is worth, Copilot wrote the migration.")]
    [InlineData("comments-of-a-template", "<!-- CURSOR_SUMMARY -->")]
    [InlineData("a-flood-of-mentions", "This was written with Gemini.")]
    public void Evidence_survives_whatever_is_cut(string name, string evidence)
    {
        Assert.Contains(evidence, Prompts.Build(GoldenPullRequests.All[name]));
    }

    [Theory]
    [InlineData("squash-commit-that-repeats-the-body", "Guests who stay for lunch", 1)]
    [InlineData("squash-commit-that-repeats-the-body", "Co-authored-by: Jo Lund", 1)]
    [InlineData("squash-commit-that-repeats-the-body", "feat: let berths be booked by the hour", 1)]
    [InlineData("comments-of-a-template", "If you are an agent", 0)]
    [InlineData("terminal-colours-and-broken-text", "\u001B", 0)]
    [InlineData("terminal-colours-and-broken-text", "[31;1m", 0)]
    [InlineData("direction-overrides-and-hidden-characters", "\u202E", 0)]
    [InlineData("direction-overrides-and-hidden-characters", "zerowidth", 1)]
    [InlineData("direction-overrides-and-hidden-characters", "👨‍👩‍👧", 1)]
    public void Text_stands_in_the_prompt_as_often_as_it_should(string name, string text, int times)
    {
        Assert.Equal(times, Prompts.Build(GoldenPullRequests.All[name]).Split(text).Length - 1);
    }

    [Fact]
    public void A_long_list_of_files_keeps_its_spread()
    {
        var prompt = Prompts.Build(GoldenPullRequests.All["five-thousand-files"]);

        Assert.Contains("By type: .ts 3,", prompt);
        Assert.Contains("packages/shared/ 2,", prompt);
        Assert.Contains("A infra/main.tf +12", prompt);
        Assert.Contains("packages/mobile/", prompt);
    }

    [Fact]
    public void Every_checked_in_prompt_belongs_to_a_pull_request()
    {
        Assert.Equal(Names.Select(row => row.Data + ".txt").Order(StringComparer.Ordinal), GoldenFile.Names("prompts", "*.txt"));
    }

    [Fact]
    public void The_system_prompt_has_at_most_1200_tokens_and_with_its_schema_at_most_1800()
    {
        Assert.InRange(Counter.Count(SystemPrompt.ForSchema), 1, 1200);
        Assert.InRange(Counter.Count(SystemPrompt.ForSchema) + Counter.Count(SummarySchema.Text), 1, 1800);
        Assert.InRange(Counter.Count(SystemPrompt.ForJsonMode), 1, 1200);
        Assert.Contains("JSON", SystemPrompt.ForJsonMode);
    }

    [Fact]
    public void The_fixed_tokens_that_estimates_use_are_the_counted_ones()
    {
        Assert.Equal(
            Counter.Count(SystemPrompt.ForSchema) + Counter.Count(SummarySchema.Text),
            SystemPrompt.FixedTokens(ResponseFormat.JsonSchema)
        );
        Assert.Equal(Counter.Count(SystemPrompt.ForJsonMode), SystemPrompt.FixedTokens(ResponseFormat.JsonObject));
    }
}
