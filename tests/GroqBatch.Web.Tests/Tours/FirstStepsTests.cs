using Bunit;
using GroqBatch.Web.Features.Tours;

namespace GroqBatch.Web.Tests.Tours;

public sealed class FirstStepsTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Are_three_and_can_be_dismissed()
    {
        var steps = _context.Render<FirstSteps>();
        steps.WaitForAssertion(() => Assert.Equal(3, steps.FindAll("li").Count));

        steps.Find(".tour-head button").Click();

        steps.WaitForAssertion(() => Assert.Empty(steps.FindAll("section")));
    }

    [Fact]
    public void Are_not_shown_to_who_has_dismissed_them()
    {
        var module = _context.JSInterop.SetupModule("./js/tour.js");
        module.Setup<bool>("isDismissed", "mira").SetResult(true);

        var steps = _context.Render<FirstSteps>();

        steps.WaitForAssertion(() => Assert.Single(module.Invocations["isDismissed"]));
        Assert.Empty(steps.FindAll("section"));
    }
}
