using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using GroqBatch.Core.Access;
using GroqBatch.Core.Bundles;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Reingest;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Models;
using GroqBatch.Testing.Folders;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Bundles;

/// <summary>A run goes to another installation in one file, and is the same there.</summary>
public sealed class BundleTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_of_3000_is_the_same_in_another_installation_and_can_be_rebuilt_there()
    {
        await using var here = await StartAsync(hosts: 1);
        var runId = await RunAsync(here, 3_000);
        await using var there = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        // Other keys than here: what a custom id means is not what it says.
        await there.AddTeamAsync("other", 37, Cancelled);
        await there.AddTeamAsync("acme", 100, Cancelled);

        var export = await ExportAsync(here, runId);
        var import = await ImportAsync(there);

        Assert.Null(export.Refusal);
        Assert.Empty(export.Manifest!.Missing);
        Assert.Equal((true, "acme", 2_900), (import.IsNew, import.Team, import.PullRequestsAdded));
        var (ours, theirs) = (await OverviewAsync(here, runId), await OverviewAsync(there, runId));
        Assert.Equal(RunJson.Of(ours).ToString(), RunJson.Of(theirs).ToString());
        Assert.Equal((RunProvenance.Own, RunProvenance.Imported), (ours.Provenance, theirs.Provenance));
        Assert.True(ours.Recovered > 0 && ours.FinalFailures > 0);
        Assert.Equal(await SummariesAsync(here, runId), await SummariesAsync(there, runId));
        Assert.Equal(
            ReconciliationJson.Of((await ReconcileAsync(here, runId))!).Batches.Select(batch => $"{batch}"),
            ReconciliationJson.Of((await ReconcileAsync(there, runId))!).Batches.Select(batch => $"{batch}")
        );
        Assert.Equal(await RawFilesAsync(here, runId), await RawFilesAsync(there, runId));
        Assert.Equal(
            await here.ScalarAsync<string>(Counters("acme"), Cancelled),
            await there.ScalarAsync<string>(Counters("acme"), Cancelled)
        );

        // The bundle is all it takes: what is lost there is rebuilt from its files, by the ids that the other installation gave.
        var rows = await RowsOfRun.ReadAsync(there, runId, Cancelled);
        await RowsOfRun.LoseOutcomesAsync(there, runId, Cancelled);
        await RowsOfRun.LoseCountersAsync(there, runId, Cancelled);
        var report = await there.Services.GetRequiredService<IReingest>().ReingestAsync(runId, TestInstallation.Ada, Cancelled);
        Assert.True(report!.IsWhole, string.Join('\n', report.Differences.Concat(report.Missing)));
        Assert.Equal(rows, await RowsOfRun.ReadAsync(there, runId, Cancelled));
    }

    [Fact]
    public async Task Taking_it_twice_changes_nothing_and_so_does_taking_ones_own()
    {
        await using var here = await StartAsync(hosts: 1);
        var runId = await RunAsync(here, 40);
        await ExportAsync(here, runId);
        await using var there = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var first = await ImportAsync(there, team: "renamed");
        var before = await RowsOfRun.VersionsAsync(there, runId, Cancelled);
        var own = await RowsOfRun.VersionsAsync(here, runId, Cancelled);

        var second = await ImportAsync(there, team: "renamed");
        var back = await ImportAsync(here);

        Assert.Equal((true, "renamed"), (first.IsNew, first.Team));
        Assert.Equal((false, "renamed", 0), (second.IsNew, second.Team, second.PullRequestsAdded));
        Assert.Equal(before, await RowsOfRun.VersionsAsync(there, runId, Cancelled));
        Assert.Equal((false, "acme"), (back.IsNew, back.Team));
        Assert.Equal(own, await RowsOfRun.VersionsAsync(here, runId, Cancelled));
        Assert.Equal(
            ["team.add", "run.import"],
            await there.ListAsync<string>("select action from groqbatch.audit_events order by id", Cancelled)
        );
        Assert.Contains("Imported from a bundle that installation", await there.TimelineAsync(runId, Cancelled), StringComparison.Ordinal);

        // And what was imported can be given on.
        var again = await ExportAsync(there, runId);
        Assert.Equal($"{(await ExportAsync(here, runId)).Manifest!.Figures}", $"{again.Manifest!.Figures}");
    }

    [Fact]
    public async Task A_damaged_archive_is_refused_by_the_name_of_the_member_and_leaves_nothing()
    {
        await using var here = await StartAsync(hosts: 1);
        var runId = await RunAsync(here, 40);
        var manifest = (await ExportAsync(here, runId)).Manifest!;
        var whole = await File.ReadAllBytesAsync(Bundle, Cancelled);
        await using var there = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var raw = manifest.Members.First(member => member.Name.EndsWith(".output.jsonl.gz", StringComparison.Ordinal)).Name;

        await RefusedAsync(raw, "damaged", archive => Change(archive, raw, content => content[^1] ^= 1));
        await RefusedAsync(
            "ledger/attempts.jsonl",
            "digest",
            archive => Change(archive, "ledger/attempts.jsonl", content => content[20] ^= 1)
        );
        await RefusedAsync("manifest.json", "damaged", archive => Change(archive, "manifest.json", content => content[^3] ^= 1));
        await RefusedAsync("ledger/passes.jsonl", "missing", archive => archive.GetEntry("ledger/passes.jsonl")!.Delete());
        await RefusedAsync("../../evil.sh", "does not name it", archive => archive.CreateEntry("../../evil.sh"));
        await RefusedAsync("manifest.json", "newer", archive => Forge(archive, json => json["formatVersion"] = 2));
        await RefusedAsync(null, "Its rows say", archive => Forge(archive, json => json["figures"]!["succeeded"] = 41));
        await RefusedAsync(
            null,
            "add up",
            archive =>
                Forge(
                    archive,
                    "ledger/requests.jsonl",
                    text => text.Replace("\"is_final\": true", "\"is_final\": false", StringComparison.Ordinal)
                )
        );
        await RefusedAsync(
            "ledger/run.json",
            "not one that has ended",
            archive => Forge(archive, "ledger/run.json", text => text.Replace("CompletedWithFailures", "Running", StringComparison.Ordinal))
        );
        await File.WriteAllBytesAsync(Bundle, whole[..(whole.Length / 2)], Cancelled);
        Assert.Null((await Assert.ThrowsAsync<BundleException>(() => ImportAsync(there))).Member);

        Assert.Equal(0L, await there.ScalarAsync<long>("select count(*) from groqbatch.teams", Cancelled));
        Assert.Equal(0L, await there.ScalarAsync<long>("select count(*) from groqbatch.runs", Cancelled));
        Assert.Empty(Directory.GetFiles(there.RawFolder, "*", SearchOption.AllDirectories));

        async Task RefusedAsync(string? member, string reason, Action<ZipArchive> damage)
        {
            await File.WriteAllBytesAsync(Bundle, whole, Cancelled);
            await using (var archive = await ZipFile.OpenAsync(Bundle, ZipArchiveMode.Update, Cancelled))
            {
                damage(archive);
            }

            var refused = await Assert.ThrowsAsync<BundleException>(() => ImportAsync(there));
            Assert.Equal(member, refused.Member);
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_made_up_bundle_can_touch_no_other_run()
    {
        await using var here = await StartAsync(hosts: 1);
        var victim = await RunAsync(here, 10);
        await using var there = await StartAsync(hosts: 1);
        var team = await there.AddTeamAsync("acme", 20, Cancelled);
        var runId = await there.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await there.EndAsync(runId, Cancelled);
        await ExportAsync(there, runId);
        await using (var archive = await ZipFile.OpenAsync(Bundle, ZipArchiveMode.Update, Cancelled))
        {
            Forge(archive, "ledger/events.jsonl", text => text.Replace($"{runId}", $"{victim}", StringComparison.Ordinal));
        }

        var before = await here.TimelineAsync(victim, Cancelled);

        await ImportAsync(here, team: "forged");

        Assert.Equal(before, await here.TimelineAsync(victim, Cancelled));
    }

    [Fact]
    public async Task A_run_that_has_not_ended_and_an_actor_without_the_right_are_refused()
    {
        await using var here = await TestInstallation.StartAsync(
            simulator => simulator.Faults.Add(new Fault { Kind = FaultKind.Stuck }),
            cancellationToken: Cancelled
        );
        var team = await here.AddTeamAsync("acme", 5, Cancelled);
        var runId = await here.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await here.WaitForAsync(runId, Cancelled, RunState.Running);
        var bundles = here.Services.GetRequiredService<IRunBundles>();

        var live = await ExportAsync(here, runId);

        Assert.StartsWith("It is running: it can be bundled once it has ended.", live.Refusal, StringComparison.Ordinal);
        Assert.False(File.Exists(Bundle));
        Assert.Null(await bundles.ExportAsync(Guid.NewGuid(), Bundle, TestInstallation.Ada, Cancelled));
        await Assert.ThrowsAsync<AccessDeniedException>(() => bundles.ExportAsync(runId, Bundle, new Actor("eve", Right.None), Cancelled));
        await Assert.ThrowsAsync<AccessDeniedException>(() => bundles.ImportAsync(Bundle, null, new Actor("eve", Right.View), Cancelled));
    }

    public void Dispose() => _folder.Dispose();

    private string Bundle => _folder.Combine("run.zip");

    private static Task<TestInstallation> StartAsync(int hosts) =>
        TestInstallation.StartAsync(
            Failing,
            new Dictionary<string, string?> { ["Pipeline:MaxRequestsPerBatch"] = "1000" },
            hosts,
            cancellationToken: Cancelled
        );

    private static void Failing(SimulatorOptions simulator)
    {
        simulator.Models.Clear();
        simulator.Models.Add(
            new SimulatedModel
            {
                Id = "openai/gpt-oss-20b",
                Failures = new() { [SimulatedAnswer.JsonValidateFailed] = 0.2, [SimulatedAnswer.TokenLimit] = 0.1 },
            }
        );
        simulator.Models.Add(
            new SimulatedModel
            {
                Id = "openai/gpt-oss-120b",
                Failures = new() { [SimulatedAnswer.JsonValidateFailed] = 0.4 },
            }
        );
    }

    private static async Task<Guid> RunAsync(TestInstallation installation, int pullRequests)
    {
        var team = await installation.AddTeamAsync("acme", pullRequests, Cancelled);
        var runId = await installation.StartRunAsync(new StartRun { TeamId = team, WithFallback = true }, Cancelled);
        await installation.EndAsync(runId, Cancelled);
        return runId;
    }

    private async Task<BundleExport> ExportAsync(TestInstallation installation, Guid runId)
    {
        var export = await installation
            .Services.GetRequiredService<IRunBundles>()
            .ExportAsync(runId, Bundle, TestInstallation.Ada, Cancelled);
        return export!;
    }

    private Task<BundleImport> ImportAsync(TestInstallation installation, string? team = null) =>
        installation.Services.GetRequiredService<IRunBundles>().ImportAsync(Bundle, team, TestInstallation.Ada, Cancelled);

    private static async Task<RunOverview> OverviewAsync(TestInstallation installation, Guid runId) =>
        (await installation.Services.GetRequiredService<IRunReader>().FindAsync(runId, Cancelled))!;

    private static Task<RunReconciliation?> ReconcileAsync(TestInstallation installation, Guid runId) =>
        installation.Services.GetRequiredService<IReconciliationReader>().FindAsync(runId, Cancelled);

    /// <summary>Every summary with its provenance, by what identifies it everywhere.</summary>
    private static Task<IReadOnlyList<string>> SummariesAsync(TestInstallation installation, Guid runId) =>
        installation.ListAsync<string>(
            $"""
            select pull_request.number || (to_jsonb(summary) - 'id' - 'attempt_id' - 'pull_request_id')::text
            from groqbatch.summaries summary
            join groqbatch.pull_requests pull_request on pull_request.id = summary.pull_request_id
            where summary.run_id = '{runId}' order by pull_request.number
            """,
            Cancelled
        );

    private static async Task<IReadOnlyList<string>> RawFilesAsync(TestInstallation installation, Guid runId)
    {
        var files = new List<string>();
        foreach (var path in Directory.GetFiles(Path.Combine(installation.RawFolder, $"{runId}")).Order(StringComparer.Ordinal))
        {
            files.Add($"{Path.GetFileName(path)} {Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(path, Cancelled)))}");
        }

        return files;
    }

    private static string Counters(string team) =>
        $"""
            select (to_jsonb(counter) - 'team_id')::text from groqbatch.coverage_by_team counter
            join groqbatch.teams team on team.id = counter.team_id where team.slug = '{team}' and counter.provider = 'simulator'
            """;

    private static byte[] Read(ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static void Write(ZipArchive archive, string name, byte[] content)
    {
        archive.GetEntry(name)!.Delete();
        using var stream = archive.CreateEntry(name).Open();
        stream.Write(content);
    }

    private static void Change(ZipArchive archive, string name, Action<byte[]> change)
    {
        var content = Read(archive, name);
        change(content);
        Write(archive, name, content);
    }

    /// <summary>Changes the manifest so that nothing but its meaning is wrong.</summary>
    private static void Forge(ZipArchive archive, Action<JsonNode> change)
    {
        var manifest = JsonNode.Parse(Read(archive, "manifest.json"))!;
        change(manifest);
        var json = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        Write(archive, "manifest.json", json);
        Write(archive, "manifest.sha256", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))));
    }

    /// <summary>Changes a member, and the manifest with it.</summary>
    private static void Forge(ZipArchive archive, string name, Func<string, string> change)
    {
        var content = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(Read(archive, name))));
        Write(archive, name, content);
        Forge(
            archive,
            manifest =>
            {
                var member = manifest["members"]!.AsArray().Single(entry => (string?)entry!["name"] == name)!;
                member["bytes"] = content.Length;
                member["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
            }
        );
    }
}
