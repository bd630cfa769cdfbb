using System.Text.Json;
using GroqBatch.Cli.Tests.Shell;

namespace GroqBatch.Cli.Tests.Audit;

/// <summary>Who did what, from a terminal.</summary>
public sealed class AuditTests(Workplace workplace) : IClassFixture<Workplace>
{
    [Fact]
    public async Task Lists_who_did_what_and_from_where()
    {
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("teams", "add", "watched", "--name", "Watched"));
        var file = workplace.WritePullRequests("watched.jsonl", 3);
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("import", file, "--team", "watched"));
        Workplace.AssertEnded(0, await workplace.GroqBatch.RunAsync("teams", "add", "other", "--name", "Other"));

        var outcome = await workplace.GroqBatch.RunAsync("audit", "--target", "watched", "--json");
        var text = await workplace.GroqBatch.RunAsync("audit", "--limit", "1");

        Workplace.AssertEnded(0, outcome);
        var events = outcome.Json.EnumerateArray().ToList();
        Assert.Equal(["import.end", "import.start", "team.add"], events.Select(told => told.GetProperty("action").GetString()));
        Assert.All(
            events,
            told =>
            {
                Assert.Equal($"cli:{Environment.UserName}", told.GetProperty("actor").GetString());
                Assert.Contains("cli", told.GetProperty("origin").GetString(), StringComparison.Ordinal);
                Assert.Contains("from 127.0.0.1", told.GetProperty("origin").GetString(), StringComparison.Ordinal);
                Assert.True(told.GetProperty("at").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
            }
        );
        Assert.Equal(3, events[0].GetProperty("after").GetProperty("added").GetInt32());
        Assert.Equal(JsonValueKind.Null, events[2].GetProperty("before").ValueKind);
        Assert.Contains("other", text.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("watched", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_the_statements_of_a_restricted_role_and_takes_no_other_name()
    {
        var script = await workplace.GroqBatch.RunAsync("database", "role", "groqbatch_app");
        var wrong = await workplace.GroqBatch.RunAsync("database", "role", "x; drop table y");

        Workplace.AssertEnded(0, script);
        Assert.Contains("revoke all on groqbatch.audit_events from groqbatch_app;", script.Out, StringComparison.Ordinal);
        Workplace.AssertEnded(2, wrong);
        Assert.Empty(wrong.Out);
    }
}
