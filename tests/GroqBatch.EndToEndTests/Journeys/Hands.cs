using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>How somebody uses a page: with a mouse, or with the keyboard and nothing else.</summary>
internal abstract class Hands(IPage page)
{
    /// <summary>The page they are on.</summary>
    protected IPage Page { get; } = page;

    /// <summary>One or the other.</summary>
    public static Hands Of(IPage page, bool hasMouse) => hasMouse ? new Mouse(page) : new Keys(page);

    /// <summary>Presses a button, or follows a link.</summary>
    public abstract Task PressAsync(ILocator target);

    /// <summary>Chooses one of several radio buttons.</summary>
    public abstract Task ChooseAsync(ILocator radio);

    /// <summary>Chooses the first option of a list.</summary>
    public abstract Task ChooseFirstAsync(ILocator list);

    /// <summary>Gives a verdict: the button with this name, or its key.</summary>
    public abstract Task JudgeAsync(string name, string key);

    private sealed class Mouse(IPage page) : Hands(page)
    {
        public override Task PressAsync(ILocator target) => target.ClickAsync();

        // What is clicked is its label: the button itself may be drawn by it.
        public override Task ChooseAsync(ILocator radio) => radio.Locator("xpath=ancestor::label").ClickAsync();

        public override async Task ChooseFirstAsync(ILocator list) => await list.SelectOptionAsync(new SelectOptionValue { Index = 0 });

        public override Task JudgeAsync(string name, string key) =>
            Page.GetByRole(AriaRole.Group, new() { Name = "Verdict" }).GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();
    }

    private sealed class Keys(IPage page) : Hands(page)
    {
        private const int MostTabs = 200;

        public override async Task PressAsync(ILocator target)
        {
            await target.WaitForAsync();
            await TabUntilAsync(target, "element => element === document.activeElement");
            await Page.Keyboard.PressAsync("Enter");
        }

        public override async Task ChooseAsync(ILocator radio)
        {
            await TabUntilAsync(
                radio,
                "element => document.activeElement?.type === 'radio' && document.activeElement.name === element.name"
            );
            for (var presses = 0; presses < 12 && !await radio.IsCheckedAsync(); presses++)
            {
                await Page.Keyboard.PressAsync("ArrowRight");
            }

            await Assertions.Expect(radio).ToBeCheckedAsync();
        }

        public override async Task ChooseFirstAsync(ILocator list)
        {
            await TabUntilAsync(list, "element => element === document.activeElement");
            await Page.Keyboard.PressAsync("Home");
        }

        public override Task JudgeAsync(string name, string key) => Page.Keyboard.PressAsync(key);

        private async Task TabUntilAsync(ILocator target, string isThere)
        {
            for (var tabs = 0; tabs < MostTabs; tabs++)
            {
                if (await target.EvaluateAsync<bool>(isThere))
                {
                    return;
                }

                await Page.Keyboard.PressAsync("Tab");
            }

            Assert.Fail($"Tab never came to {target}.");
        }
    }
}
