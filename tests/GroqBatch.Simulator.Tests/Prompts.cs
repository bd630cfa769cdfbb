namespace GroqBatch.Simulator.Tests;

/// <summary>Prompts about pull requests that were made up for these tests.</summary>
public static class Prompts
{
    public static string Plain(string customId) =>
        $"""
            Repository: acme/shop
            Title: fix(cart): keep the discount of {customId} when an item is removed
            Author: jane
            State: merged
            Size: +34 -12 in 3 files

            Files:
            - src/server/cart/discount.ts (+20 -8, modified)
            - src/server/cart/discount.test.ts (+12 -2, modified)
            - docs/cart.md (+2 -2, modified)

            Body:
            The discount was thrown away as soon as the last item of a group was removed. It is now kept until checkout.
            """;

    public static string With(
        string title = "Add a wish list",
        string files = "app/models/wish.rb",
        string body = "Adds it.",
        string author = "jane",
        string commits = ""
    ) =>
        $"""
            ## Repository
            acme/shop
            ## Title
            {title}
            ## Author
            {author}
            ## Files
            {files}
            ## Commits
            {commits}
            ## Body
            {body}
            """;
}
