using GroqBatch.Testing.Folders;

namespace GroqBatch.Cli.Tests.Shell;

/// <summary>What can be said about a call without a database.</summary>
public sealed class UsageTests
{
    private readonly GroqBatchCommand _groqBatch = new(new Dictionary<string, string?>());

    [Theory]
    [InlineData("run-llm-batch --team x --full --limit 3", "either --limit N or --full")]
    [InlineData("run-llm-batch --team x --all-teams --full", "either --team SLUG or --all-teams")]
    [InlineData("run-llm-batch --full", "either --team SLUG or --all-teams")]
    [InlineData("run-llm-batch --team x --limit 0", "--limit takes a number from 1, not '0'")]
    [InlineData("run-llm-batch --team x --limit many", "--limit takes a number from 1, not 'many'")]
    [InlineData("run-llm-batch --team x --full --dry-run --detach", "--dry-run")]
    [InlineData("run-llm-batch --team x --full --preview xyz", "--preview takes the token of a dry run's JSON")]
    [InlineData("run-llm-batch --team x --limit 3 --canary 5", "--canary takes fewer than --limit")]
    [InlineData("import GroqBatch.Cli.Tests.dll --team x --repository my-org", "--repository takes OWNER/NAME")]
    [InlineData("import GroqBatch.Cli.Tests.dll --team x --repository my\torg/repo", "--repository takes OWNER/NAME")]
    [InlineData("hold 3f2a9c1e --after-pass 0", "--after-pass takes a number from 1, or none, not '0'")]
    [InlineData("results batch_1 --apply", "--apply goes with --map FILE")]
    [InlineData("results batch_1 --map nothing.csv", "There is no file nothing.csv")]
    [InlineData("export --team x --format xml", "--format takes jsonl or csv, not 'xml'")]
    [InlineData("teams add x", "--name")]
    [InlineData("teams add x --name X --goal 95%", "--goal takes a share")]
    [InlineData("import --team x", "FILE")]
    [InlineData("import does-not-exist.jsonl --team x", "There is no file does-not-exist.jsonl")]
    [InlineData("import nothing-*.jsonl --team x", "No file matches nothing-*.jsonl")]
    [InlineData("simulator --port 70000", "--port takes a number from 0 to 65535")]
    [InlineData("simulator --port 0 --fault nonsense", "nonsense")]
    [InlineData("coverage --set nonsense", "--set takes KEY=VALUE")]
    [InlineData("no-such-command", "no-such-command")]
    [InlineData("", "command")]
    public async Task Ends_with_2_and_says_what_was_wrong(string arguments, string expected)
    {
        var outcome = await _groqBatch.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.True(outcome.Code == 2, outcome.ToString());
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(outcome.Out);
    }

    [Theory]
    [InlineData("--help", "Exit codes:")]
    [InlineData("run-llm-batch --help", "groqbatch run-llm-batch --team cal-com --full --with-fallback")]
    [InlineData("teams add --help", "Examples:")]
    public async Task Explains_itself_with_examples(string arguments, string expected)
    {
        var outcome = await _groqBatch.RunAsync(arguments.Split(' '));

        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Contains(expected, outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_3_and_every_mistake_in_the_settings_at_once()
    {
        var groqBatch = new GroqBatchCommand(
            new Dictionary<string, string?>
            {
                ["Pipeline__PollInterval"] = "soon",
                ["Pipeline__MaxRequestsPerBatch"] = "0",
                ["Pipeline__PolInterval"] = "00:00:01",
                ["Storage__RawRetention"] = "00:00:01",
                ["Groq__Mode"] = "Sometimes",
                ["Coverage__Goal"] = "95",
                ["Simulator__LinesPerSecond"] = "-1",
                ["Quartz__CheckinInterval"] = "-00:00:01",
                ["ConnectionStrings__GroqBatch"] = "Host=127.0.0.1;Hots=verysecret",
            }
        );

        var outcome = await groqBatch.RunAsync("coverage");

        Assert.True(outcome.Code == 3, outcome.ToString());
        string[] keys =
        [
            "Pipeline:PollInterval",
            "Pipeline:MaxRequestsPerBatch",
            "Pipeline:PolInterval",
            "Storage:RawRetention",
            "Groq:Mode",
            "Coverage:Goal",
            "Simulator:LinesPerSecond",
            "Quartz:CheckinInterval",
            "ConnectionStrings:GroqBatch",
        ];
        Assert.All(
            keys,
            key =>
                Assert.Single(
                    outcome.Error.Split('\n'),
                    line => line.StartsWith(key + " ", StringComparison.Ordinal) || line.StartsWith(key + ":", StringComparison.Ordinal)
                )
        );
        Assert.DoesNotContain("verysecret", outcome.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=shop;Username=ada;Password=verysecret;Timeout=2", "127.0.0.1:1")]
    [InlineData("Host=127.0.0.1;Hots=verysecret", "ConnectionStrings:GroqBatch")]
    public async Task Ends_with_3_where_the_database_cannot_be_had_and_keeps_its_password(string connectionString, string expected)
    {
        var groqBatch = new GroqBatchCommand(new Dictionary<string, string?> { ["ConnectionStrings__GroqBatch"] = connectionString });

        var outcome = await groqBatch.RunAsync("coverage");

        Assert.True(outcome.Code == 3, outcome.ToString());
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("verysecret", outcome.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_3_where_no_private_database_can_be_had()
    {
        using var folder = new TestFolder();
        var groqBatch = new GroqBatchCommand(
            new Dictionary<string, string?>
            {
                ["Storage__DataFolder"] = folder.Combine("data"),
                ["Storage__PostgresBinaries"] = folder.Combine("nothing-here"),
            }
        );

        var outcome = await groqBatch.RunAsync("coverage");

        Assert.True(outcome.Code == 3, outcome.ToString());
        Assert.Contains("nothing-here", outcome.Error, StringComparison.Ordinal);
    }
}
