using System.Text.Json.Nodes;

namespace GroqBatch.Simulator.Tests.Files;

/// <summary>Of a line that is like the one before only the differences are read: nothing about it may come out otherwise than alone.</summary>
public sealed class LikeLineTests
{
    private const string Mark = "MARK";

    // As they stand between the quotes of a message.
    public static TheoryData<string> Messages =>
        [
            "",
            "plain",
            "Title: fix: a crash\\nFiles:\\nsrc/a.cs +1 -1",
            "caf\\u00e9 é \\ud83d\\ude00 😀 \\\"quoted\\\" \\\\",
            "about JSON",
            "lone \\ud83d surrogate",
            "tab\there",
            "bad \\x escape",
            "bad \\u12 escape",
            "the string ends\" here",
            "the end is escaped \\",
            "another property\",\"name\":\"ada",
            "another message\"},{\"role\":\"user\",\"content\":\"and more",
            "another line's end\"}],\"max_completion_tokens\":12}}",
        ];

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task A_line_is_judged_and_answered_as_if_it_stood_alone(string message)
    {
        var line = Simulation.Line("pr-2", prompt: Mark).Replace(Mark, message, StringComparison.Ordinal);

        var alone = await AnswerAsync([line], at: 1);
        var among = await AnswerAsync([Simulation.Line("pr-1", prompt: "first"), line, Simulation.Line("pr-3", prompt: "last")], at: 2);

        Assert.Equal(alone, among);
    }

    [Theory]
    [InlineData("pr-\\u0032")]
    [InlineData("pr 2 é")]
    [InlineData("")]
    [InlineData("pr-1")]
    public async Task A_custom_id_is_read_as_if_its_line_stood_alone(string customId)
    {
        var line = Simulation.Line(Mark).Replace($"\"{Mark}\"", $"\"{customId}\"", StringComparison.Ordinal);

        var alone = await AnswerAsync([line], at: 1);
        var among = await AnswerAsync([Simulation.Line("pr-0"), line, Simulation.Line("pr-3")], at: 2);

        Assert.Equal(alone, among);
    }

    [Fact]
    public async Task A_repeated_custom_id_is_found_on_like_lines_too()
    {
        await using var simulation = await Simulation.StartAsync();

        var batch = await simulation.EndedAsync(await simulation.CreateAsync([.. Simulation.Lines(3), Simulation.Line("pr-2")]));

        var error = Assert.Single(batch["errors"]!["data"]!.AsArray())!;
        Assert.Equal((4, "duplicate_custom_id"), ((int)error["line"]!, (string)error["code"]!));
    }

    /// <summary>What is said of a line or answered to it, without what differs for every answer.</summary>
    private static async Task<string> AnswerAsync(string[] lines, int at)
    {
        await using var simulation = await Simulation.StartAsync();
        var batch = await simulation.EndedAsync(await simulation.CreateAsync(lines));
        if ((string)batch["status"]! != "completed")
        {
            var errors = batch["errors"]!["data"]!.AsArray().Where(error => (int)error!["line"]! == at);
            return string.Join('\n', errors.Select(error => $"{error!["code"]} {error["param"]} {error["message"]}"));
        }

        var wanted = (string)JsonNode.Parse(lines[at - 1])!["custom_id"]!;
        var answers = (await simulation.OutputAsync(batch)).Concat(await simulation.ErrorsAsync(batch));
        var answer = answers.Single(answer => (string)answer["custom_id"]! == wanted);
        var body = answer["response"]?["body"];
        return $"{answer["response"]?["status_code"]} {body?["choices"]?[0]?["message"]} {body?["usage"]?["prompt_tokens"]} {answer["error"]}";
    }
}
