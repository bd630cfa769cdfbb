using System.Text.Json.Nodes;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Ledger;

namespace GroqBatch.Simulator.Tests;

/// <summary>The folder is the truth: any process serves it, a killed one loses nothing, two at once do no harm.</summary>
public sealed class SharedFolderTests
{
    [Fact]
    public async Task Two_servers_of_one_folder_tell_the_same_story()
    {
        var clock = Simulation.ClockAt();
        await using var one = await Simulation.StartAsync(clock: clock);
        await using var other = await Simulation.StartAsync(clock: clock, folder: one.Folder);
        var id = await one.CreateAsync(Simulation.Lines(1000));
        await Task.WhenAll(one.BatchAsync(id), other.BatchAsync(id));

        clock.Advance(TimeSpan.FromMinutes(1));
        var seen = await Task.WhenAll(one.EndedAsync(id), other.EndedAsync(id));

        Assert.Equal(seen[0].ToJsonString(), seen[1].ToJsonString());
        foreach (var which in (string[])["output_file_id", "error_file_id"])
        {
            Assert.Equal(await one.DownloadAsync((string)seen[0][which]!), await other.DownloadAsync((string)seen[1][which]!));
        }
    }

    [Fact]
    public async Task A_server_that_finds_an_old_batch_serves_its_end_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("groqbatch-simulator-").FullName;
        var clock = Simulation.ClockAt();
        string id;
        await using (var first = await Simulation.StartAsync(clock: clock, folder: folder))
        {
            id = await first.CreateAsync(Simulation.Lines(50));
        }

        // As if the first had died before it answered anything.
        Directory.Delete(Path.Combine(folder, "answers"), recursive: true);
        clock.Advance(TimeSpan.FromHours(1));
        await using (var second = await Simulation.StartAsync(clock: clock, folder: folder))
        {
            var batch = await second.BatchAsync(id);
            Assert.Equal("completed", (string)batch["status"]!);
            Assert.Equal(1_794_700_003, (long)batch["completed_at"]!, tolerance: 1);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Settings_are_frozen_when_a_batch_is_created()
    {
        var clock = Simulation.ClockAt();
        await using var slow = await Simulation.StartAsync(options => options.LinesPerSecond = 1, clock);
        await using var other = await Simulation.StartAsync(
            options =>
            {
                options.Fast = true;
                options.Seed = 99;
            },
            clock,
            slow.Folder
        );
        var id = await slow.CreateAsync(Simulation.Lines(100));

        clock.Advance(TimeSpan.FromSeconds(12));

        Assert.Equal("in_progress", (string)(await other.BatchAsync(id))["status"]!);
    }

    [Fact]
    public async Task A_process_killed_at_any_moment_loses_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("groqbatch-simulator-").FullName;
        var content = string.Join('\n', Simulation.Lines(4000));
        var created = new List<string>();
        var moments = new Random(7);
        for (var round = 0; round < 4; round++)
        {
            await using var process = await SimulatorProcess.StartAsync(folder, "--Simulator:Fast=true");
            var kill = Task.Run(async () =>
            {
                await Task.Delay(moments.Next(20, 400));
                await process.KillAsync();
            });
            try
            {
                while (!kill.IsCompleted)
                {
                    using var form = Simulation.Form(new StringContent(content));
                    using var upload = await process.Http.PostAsync("files", form);
                    var file = (string)JsonNode.Parse(await upload.Content.ReadAsStringAsync())!["id"]!;
                    using var create = await process.Http.PostAsync(
                        "batches",
                        new StringContent(
                            $$"""{"input_file_id":"{{file}}","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"n":"{{created.Count}}" } }"""
                        )
                    );
                    created.Add((string)JsonNode.Parse(await create.Content.ReadAsStringAsync())!["id"]!);
                }
            }
            catch (HttpRequestException)
            {
                // Killed in the middle of a call.
            }
            catch (IOException)
            {
                // The same, while the reply was read.
            }

            await kill;
        }

        await using (var simulation = await Simulation.StartAsync(folder: folder))
        {
            foreach (var id in created)
            {
                var batch = await simulation.EndedAsync(id);
                Assert.Equal("completed", (string)batch["status"]!);
                Assert.Equal(4000, (int)batch["request_counts"]!["completed"]! + (int)batch["request_counts"]!["failed"]!);
            }

            // What a caller was told exists; what exists beyond that was about to be told.
            var ledger = simulation.Server.ReadLedger();
            Assert.Empty(created.Except(ledger.Batches.Select(batch => batch.Id)));
            foreach (
                var file in (await simulation.GetAsync("files"))["data"]!.AsArray().Where(file => (string)file!["purpose"]! == "batch")
            )
            {
                Assert.Equal(content.Length, (long)file!["bytes"]!);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_ledger_tells_what_was_created_and_how_each_request_was_answered()
    {
        await using var simulation = await Simulation.StartAsync(options =>
        {
            options.Models.Add(new() { Id = "openai/gpt-oss-20b", FailureRate = 0 });
            options.Faults.Add(Simulator.Faults.Fault.Parse("answer_as,answer=token_limit,custom_ids=pr-2"));
        });
        var id = await simulation.CreateAsync(
            [Simulation.Line("pr-1"), Simulation.Line("pr-2"), Simulation.Line("pr-3", "gone")],
            new { nonce = "n" }
        );
        await simulation.EndedAsync(id);

        var ledger = SimulatorLedger.Read(simulation.Folder);

        var batch = ledger.Batches.Single();
        Assert.Equal((id, "n", 3, 1), (batch.Id, batch.Metadata!["nonce"], batch.Requests, batch.Succeeded));
        Assert.Equal(2, batch.RequestsByModel["openai/gpt-oss-20b"]);
        Assert.Equal(["upload", "create"], ledger.Calls.Select(call => call.Call));
        var outcomes = new List<LedgerOutcome>();
        await foreach (var outcome in ledger.OutcomesAsync(id))
        {
            outcomes.Add(outcome);
        }

        Assert.Equal(
            [
                new("pr-1", "openai/gpt-oss-20b", SimulatedAnswer.Succeeded),
                new("pr-2", "openai/gpt-oss-20b", SimulatedAnswer.TokenLimit),
                new LedgerOutcome("pr-3", "gone", SimulatedAnswer.ModelNotFound),
            ],
            outcomes
        );
        var overHttp = await simulation.GetAsync(simulation.Server.Origin + "/_simulator/ledger");
        Assert.Equal(1, (int)overHttp["batches"]![0]!["answers"]!["token_limit"]!);
    }

    [Fact]
    public void The_ledger_of_a_folder_that_no_simulator_ever_had_is_empty_and_stays_away()
    {
        var folder = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));

        Assert.Empty(SimulatorLedger.Read(folder).Batches);
        Assert.False(Directory.Exists(folder));
    }
}
