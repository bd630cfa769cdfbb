using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Teams;

/// <summary>Teams, import, coverage and export, which need no provider.</summary>
public sealed class TeamsAndImportTests(Workplace workplace) : IClassFixture<Workplace>
{
    [Fact]
    public async Task Adds_and_lists_teams()
    {
        var added = await workplace.GroqBatch.RunAsync("teams", "add", "listed", "--name", "Listed & Sons", "--goal", "0.98");
        var again = await workplace.GroqBatch.RunAsync("teams", "add", "listed", "--name", "Listed");
        var wrong = await workplace.GroqBatch.RunAsync("teams", "add", "Not A Slug", "--name", "x");
        var byDefault = await workplace.With(("Coverage__Goal", "0.9")).RunAsync("teams", "add", "by-default", "--name", "x");
        var list = await workplace.GroqBatch.RunAsync("teams", "list", "--json");

        Workplace.AssertEnded(0, added);
        Workplace.AssertEnded(2, again);
        Workplace.AssertEnded(2, wrong);
        Workplace.AssertEnded(0, byDefault);
        Assert.Contains("Simulated", list.Error, StringComparison.Ordinal);
        var team = Assert.Single(list.Json.EnumerateArray(), team => team.GetProperty("team").GetString() == "listed");
        Assert.Equal("Listed & Sons", team.GetProperty("name").GetString());
        Assert.Equal(0.98, team.GetProperty("goal").GetDouble());
        var other = Assert.Single(list.Json.EnumerateArray(), team => team.GetProperty("team").GetString() == "by-default");
        Assert.Equal(0.9, other.GetProperty("goal").GetDouble());
    }

    [Fact]
    public async Task Gives_a_team_a_ladder_of_its_own_and_takes_it_away()
    {
        var added = await workplace.GroqBatch.RunAsync(
            "teams",
            "add",
            "climbing",
            "--name",
            "Climbing",
            "--ladder",
            "openai/gpt-oss-120b, openai/gpt-oss-20b"
        );
        var list = await workplace.GroqBatch.RunAsync("teams", "list", "--json");
        var wrong = await workplace.GroqBatch.RunAsync("teams", "set", "climbing", "--ladder", "openai/gpt-oss-20b,nobody/knows-it");
        var both = await workplace.GroqBatch.RunAsync("teams", "set", "climbing", "--ladder", "a,b", "--default-ladder");
        var nothing = await workplace.GroqBatch.RunAsync("teams", "set", "climbing");
        var changed = await workplace.GroqBatch.RunAsync("teams", "set", "climbing", "--goal", "0.9", "--default-ladder");
        var unknown = await workplace.GroqBatch.RunAsync("teams", "set", "nobody", "--goal", "0.9");

        Workplace.AssertEnded(0, added);
        Assert.Contains("its own ladder (openai/gpt-oss-120b, openai/gpt-oss-20b)", added.Out, StringComparison.Ordinal);
        var team = Assert.Single(list.Json.EnumerateArray(), team => team.GetProperty("team").GetString() == "climbing");
        Assert.Equal(
            ["openai/gpt-oss-120b", "openai/gpt-oss-20b"],
            team.GetProperty("ladder").EnumerateArray().Select(model => model.GetString())
        );
        Workplace.AssertEnded(2, wrong);
        Assert.Contains("Rung 2: nobody/knows-it is not in the catalogue.", wrong.Error, StringComparison.Ordinal);
        Workplace.AssertEnded(2, both);
        Workplace.AssertEnded(2, nothing);
        Workplace.AssertEnded(0, changed);
        Assert.Equal(
            "climbing: the goal is 90 % (was 95 %), its runs take the installation's ladder (was its own ladder (openai/gpt-oss-120b, openai/gpt-oss-20b)).",
            changed.Out.Trim()
        );
        Workplace.AssertEnded(2, unknown);
    }

    [Fact]
    public async Task Imports_what_is_good_reports_what_is_bad_and_ends_with_1()
    {
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("teams", "add", "importing", "--name", "Importing"));
        var file = workplace.WritePullRequests("importing.jsonl", 3);
        await File.AppendAllTextAsync(
            file,
            "{\"number\": 4\n{\"number\": \"five\", \"title\": \"x\"}\n",
            TestContext.Current.CancellationToken
        );

        var first = await workplace.GroqBatch.RunAsync("import", file, "--team", "importing", "--json");
        var text = await workplace.GroqBatch.RunAsync("import", file, "--team", "importing");

        Workplace.AssertEnded(1, first);
        var total = first.Json.GetProperty("total");
        Assert.Equal(
            (5, 3, 2),
            (total.GetProperty("lines").GetInt32(), total.GetProperty("added").GetInt32(), total.GetProperty("rejected").GetInt32())
        );
        Assert.Equal([4, 5], first.Json.GetProperty("rejectedLines").EnumerateArray().Select(line => line.GetProperty("line").GetInt32()));
        Workplace.AssertEnded(1, text);
        Assert.Contains("0 added, 0 updated, 3 unchanged, 2 rejected", text.Out, StringComparison.Ordinal);
        Assert.Contains($"{file}:5: number", text.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expands_patterns_where_no_shell_does()
    {
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("teams", "add", "patterns", "--name", "Patterns"));
        Directory.CreateDirectory(Path.Combine(workplace.Folder, "deep", "er"));
        workplace.WritePullRequests("deep/one.jsonl", 1, "acme/one");
        workplace.WritePullRequests("deep/er/two.jsonl", 2, "acme/two");
        workplace.WritePullRequests("deep/er/three.txt", 3, "acme/three");

        var outcome = await workplace.GroqBatch.RunAsync(
            "import",
            Path.Combine(workplace.Folder, "deep", "**", "*.jsonl"),
            Path.Combine(workplace.Folder, "deep", "one.jsonl"),
            "--team",
            "patterns",
            "--json"
        );

        Workplace.AssertEnded(0, outcome);
        Assert.Equal(
            ["one.jsonl", "two.jsonl"],
            outcome.Json.GetProperty("files").EnumerateArray().Select(file => Path.GetFileName(file.GetProperty("file").GetString()!))
        );
        Assert.Equal(3, outcome.Json.GetProperty("total").GetProperty("added").GetInt32());
    }

    [Fact]
    public async Task Checks_coverage_against_the_goal()
    {
        await workplace.AddTeamAsync("checked", 20);
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("teams", "add", "empty", "--name", "Empty"));

        var below = await workplace.GroqBatch.RunAsync("coverage", "--team", "checked", "--check", "--json");
        var reached = await workplace.GroqBatch.RunAsync("coverage", "--team", "empty", "--check");
        var unknown = await workplace.GroqBatch.RunAsync("coverage", "--team", "nobody");

        Workplace.AssertEnded(1, below);
        Assert.Contains("checked is below its goal of 95 %: 19 summaries are missing", below.Error, StringComparison.Ordinal);
        var team = Assert.Single(below.Json.GetProperty("teams").EnumerateArray());
        Assert.Equal(
            [
                "team",
                "total",
                "excluded",
                "eligible",
                "summarised",
                "stale",
                "inFlight",
                "failed",
                "parked",
                "pending",
                "coverage",
                "coverageOfAll",
                "goal",
                "missingToGoal",
            ],
            team.EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal(
            team.EnumerateObject().Select(member => member.Name),
            below.Json.GetProperty("total").EnumerateObject().Select(member => member.Name)
        );
        Assert.Equal(
            (20, 0, 19),
            (team.GetProperty("pending").GetInt32(), team.GetProperty("coverage").GetInt32(), team.GetProperty("missingToGoal").GetInt32())
        );
        Workplace.AssertEnded(0, reached);
        Workplace.AssertEnded(2, unknown);
        Assert.Contains("checked", unknown.Error, StringComparison.Ordinal);
    }
}
