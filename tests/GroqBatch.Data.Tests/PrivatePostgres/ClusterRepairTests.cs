using System.Diagnostics;
using System.Globalization;
using GroqBatch.Data.PrivatePostgres;
using Npgsql;

namespace GroqBatch.Data.Tests.PrivatePostgres;

/// <summary>Servers and starts that were killed: the next start puts things right.</summary>
public sealed class ClusterRepairTests
{
    [Fact]
    public async Task A_killed_server_is_started_again_under_those_who_hold_it_with_nothing_lost()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        await using var lease = await folder.TakeAsync();
        await ClusterFolder.AskAsync(lease.ConnectionString, "create table kept as select 42 as answer");

        folder.KillServer();

        await using var source = NpgsqlDataSource.Create(lease.ConnectionString);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = source.CreateCommand("select answer from kept");
                Assert.Equal(42, await command.ExecuteScalarAsync());
                break;
            }
            catch (NpgsqlException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    [Fact]
    public async Task A_file_left_by_a_server_whose_process_id_now_belongs_to_another_program_is_no_obstacle()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        string left;
        await using (await folder.TakeAsync())
        {
            left = await File.ReadAllTextAsync(folder.PostmasterFile);
        }

        var lines = left.Split('\n');
        lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(folder.PostmasterFile, string.Join('\n', lines));

        await using var lease = await folder.TakeAsync();
        Assert.Equal(1, await ClusterFolder.AskAsync(lease.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_file_without_content_left_by_a_server_that_was_killed_as_it_made_it_is_no_obstacle()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        await using (await folder.TakeAsync()) { }

        await File.WriteAllTextAsync(folder.PostmasterFile, "");

        await using var lease = await folder.TakeAsync();
        Assert.Equal(1, await ClusterFolder.AskAsync(lease.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task No_second_server_is_started_while_processes_of_a_killed_one_still_work_on_the_data()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        var options = new PrivatePostgresOptions { StartTimeout = TimeSpan.FromSeconds(2) };
        await using var killed = ClusterHolder.Start(folder.Path);
        var connectionString = await killed.ReadyAsync();
        // A backend that is stopped cannot notice that its server is gone.
        var backend = (int)
            (
                await ClusterFolder.AskAsync(
                    connectionString,
                    "select pid from pg_stat_activity where application_name like 'groqbatch-lease-%'"
                )
            )!;
        await SignalAsync(backend, "STOP");
        await killed.KillAsync();
        folder.KillServer();
        try
        {
            var refused = await Assert.ThrowsAsync<PrivatePostgresUnavailableException>(() => folder.TakeAsync(options));
            Assert.Contains("pre-existing shared memory block", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            await SignalAsync(backend, "CONT");
        }

        await using var lease = await folder.TakeAsync();
        Assert.Equal(1, await ClusterFolder.AskAsync(lease.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_start_killed_at_any_moment_is_repaired_by_the_next()
    {
        await using var folder = new ClusterFolder();

        // The start of the program, initdb, the rename, the server's start and the making of the database all lie within a second.
        foreach (var delay in new[] { 150, 350, 600, 900 })
        {
            await using var killed = ClusterHolder.Start(folder.Path);
            await Task.Delay(delay);
            await killed.KillAsync();
        }

        await using var lease = await folder.TakeAsync();
        Assert.Equal("groqbatch", await ClusterFolder.AskAsync(lease.ConnectionString, "select current_database()::text"));
    }

    [Fact]
    public async Task What_a_cut_off_initdb_left_is_removed()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        await using (await folder.TakeAsync()) { }

        Directory.Move(folder.Combine("pg", "data"), folder.Combine("pg", "data.new-cut-off"));
        File.Delete(folder.Combine("pg", "data.new-cut-off", "global", "pg_control"));

        await using var lease = await folder.TakeAsync();
        Assert.Equal(1, await ClusterFolder.AskAsync(lease.ConnectionString, "select 1"));
        Assert.False(Directory.Exists(folder.Combine("pg", "data.new-cut-off")));
    }

    private static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -s {signal} {processId}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
