using GroqBatch.Core.Results;

namespace GroqBatch.Core.Tests.Results;

/// <summary>Maps of custom ids, as people and their scripts write them.</summary>
public sealed class ResultMapTests
{
    [Theory]
    [InlineData(
        "{\"custom_id\":\"a-1\",\"team\":\"acme\",\"repository\":\"acme/app\",\"number\":1}\n\n{\"custom_id\":\"b,\\\"2\",\"team\":\"acme\",\"repository\":\"acme/app\",\"number\":2}"
    )]
    [InlineData("custom_id,team,repository,number\r\na-1,acme,acme/app,1\r\n\"b,\"\"2\",acme,acme/app,2\r\n")]
    [InlineData("\uFEFFNumber, Repository,why,Team,custom_id\n1,acme/app,x,acme,a-1\n2,acme/app,,acme,\"b,\"\"2\"")]
    public async Task Json_lines_and_csv_in_any_order_of_columns_say_the_same(string text)
    {
        var map = await ReadAsync(text);

        Assert.Equal([new("a-1", "acme", "acme/app", 1), new ResultMapLine("b,\"2", "acme", "acme/app", 2)], map);
    }

    [Theory]
    [InlineData(
        "custom_id,team,number\na,acme,1",
        "Line 1 of the map is neither a JSON object nor a header with custom_id, team, repository, number."
    )]
    [InlineData("custom_id,team,repository,number\na,acme,acme/app,1\nb,acme,acme/app", "Line 3 of the map is none")]
    [InlineData("custom_id,team,repository,number\na,acme,acme/app,0", "Line 2 of the map is none")]
    [InlineData("custom_id,team,repository,number\na,acme,acme/app,-3", "Line 2 of the map is none")]
    [InlineData("custom_id,team,repository,number\n\"a,acme,acme/app,3", "Line 2 of the map has a quote that is not closed.")]
    [InlineData("{\"custom_id\":\"a\"}", "Line 1 of the map is none")]
    [InlineData("{\"custom_id\":\"a\",\"team\":\"t\",\"repository\":\"r\",\"number\":\"1\"}", "Line 1 of the map is none")]
    [InlineData("{\"custom_id\":\"a\"", "Line 1 of the map is none")]
    [InlineData("custom_id,team,repository,number\na,t,r,1\na,t,r,2", "The custom id a stands in 2 lines of the map.")]
    [InlineData("custom_id,team,repository,number\na,t,r,1\nb,t,r,1", "2 custom ids mean r#1 in the map")]
    public async Task A_line_that_is_none_is_named(string text, string expected)
    {
        var wrong = await Assert.ThrowsAsync<ResultMapException>(() => ReadAsync(text));

        Assert.StartsWith(expected, wrong.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<ResultMapLine>> ReadAsync(string text)
    {
        using var reader = new StringReader(text);
        return await ResultMap.ReadAsync(reader, TestContext.Current.CancellationToken);
    }
}
