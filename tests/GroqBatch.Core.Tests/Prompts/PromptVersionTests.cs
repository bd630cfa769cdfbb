using GroqBatch.Core.Prompts;

namespace GroqBatch.Core.Tests.Prompts;

public sealed class PromptVersionTests
{
    [Theory]
    [InlineData("1.0", 1, 0)]
    [InlineData("12.34", 12, 34)]
    public void Reads_what_it_writes(string text, int major, int minor)
    {
        Assert.True(PromptVersion.TryParse(text, out var version));
        Assert.Equal(new(major, minor), version);
        Assert.Equal(text, version.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.0.0")]
    [InlineData("-1.0")]
    [InlineData("1.x")]
    [InlineData(" 1.0")]
    public void Refuses_anything_else(string? text)
    {
        Assert.False(PromptVersion.TryParse(text, out _));
    }

    [Fact]
    public void Only_another_major_version_makes_a_summary_stale()
    {
        Assert.False(new PromptVersion(1, 0).IsStaleBeside(new(1, 7)));
        Assert.True(new PromptVersion(1, 7).IsStaleBeside(new(2, 0)));
        Assert.True(new PromptVersion(2, 0).IsStaleBeside(new(1, 7)));
    }
}
