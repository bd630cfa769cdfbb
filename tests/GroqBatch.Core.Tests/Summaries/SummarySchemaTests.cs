using System.Text.Json;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Core.Tests.Summaries;

public sealed class SummarySchemaTests
{
    private static readonly string[] Keywords = ["type", "properties", "required", "additionalProperties", "enum", "items", "description"];

    [Fact]
    public void Uses_no_keyword_that_strict_mode_might_refuse_and_requires_every_property()
    {
        using var schema = JsonDocument.Parse(SummarySchema.Utf8);
        var objects = 0;
        Check(schema.RootElement);
        Assert.Equal(5, objects);

        void Check(JsonElement node)
        {
            Assert.All(node.EnumerateObject(), keyword => Assert.Contains(keyword.Name, Keywords));
            if (node.GetProperty("type").GetString() == "object")
            {
                objects++;
                Assert.False(node.GetProperty("additionalProperties").GetBoolean());
                Assert.Equal(
                    node.GetProperty("properties").EnumerateObject().Select(property => property.Name),
                    node.GetProperty("required").EnumerateArray().Select(name => name.GetString()!)
                );
                Assert.All(node.GetProperty("properties").EnumerateObject(), property => Check(property.Value));
            }

            if (node.TryGetProperty("items", out var items))
            {
                Check(items);
            }
        }
    }

    [Fact]
    public void Is_the_document_of_the_product_description()
    {
        using var schema = JsonDocument.Parse(SummarySchema.Utf8);

        string[] leaves = [.. Leaves(schema.RootElement, "")];

        Assert.Equal(
            [
                "ai.is_assisted boolean",
                "ai.tools array string",
                "ai.usage_type authored|assisted|reviewed|brainstorm|none",
                "ai.confidence number",
                "tech.languages array string",
                "tech.frameworks array string",
                "tech.categories array backend|frontend|devops|mobile|data",
                "summary.title string",
                "summary.description string",
                "summary.type feature|bugfix|refactor|docs|test|chore|ci",
                "health.review_friction low|medium|high",
                "health.scope small|medium|large|xlarge",
                "health.risk_level low|medium|high",
                "health.insights array string",
            ],
            leaves
        );
    }

    [Fact]
    public void The_description_in_words_names_every_property_and_every_word()
    {
        using var schema = JsonDocument.Parse(SummarySchema.Utf8);

        Assert.All(
            Leaves(schema.RootElement, ""),
            leaf =>
            {
                var (path, type) = (leaf.Split(' ')[0], leaf.Split(' ')[^1]);
                Assert.Contains($"\"{path.Split('.')[1]}\":", SummarySchema.Description);
                if (type.Contains('|'))
                {
                    Assert.Contains(string.Join('|', type.Split('|').Select(word => $"\"{word}\"")), SummarySchema.Description);
                }
            }
        );
    }

    private static IEnumerable<string> Leaves(JsonElement node, string path) =>
        node.TryGetProperty("properties", out var properties)
            ? properties
                .EnumerateObject()
                .SelectMany(property => Leaves(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}"))
            : [$"{path} {TypeOf(node)}"];

    private static string TypeOf(JsonElement node) =>
        node.TryGetProperty("enum", out var words) ? string.Join('|', words.EnumerateArray().Select(word => word.GetString()))
        : node.TryGetProperty("items", out var items) ? $"array {TypeOf(items)}"
        : node.GetProperty("type").GetString()!;
}
