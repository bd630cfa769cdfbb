using GroqBatch.Data.PrivatePostgres;

namespace GroqBatch.Data.Tests.PrivatePostgres;

/// <summary>How a private cluster comes, is shared, and goes.</summary>
public sealed class ClusterSharingTests
{
    [Fact]
    public async Task Makes_a_cluster_keeps_its_data_and_stops_it_when_the_last_one_leaves()
    {
        await using var folder = new ClusterFolder();

        string first;
        await using (var lease = await folder.TakeAsync())
        {
            first = lease.ConnectionString;
            await ClusterFolder.AskAsync(first, "create table kept as select 42 as answer");
        }

        Assert.False(folder.ServerRuns);
        await using var again = await folder.TakeAsync();
        Assert.Equal(42, await ClusterFolder.AskAsync(again.ConnectionString, "select answer from kept"));
        Assert.Equal(first, again.ConnectionString); // the port is kept, so that noted connection strings stay right
    }

    [Fact]
    public async Task Is_shared_with_other_processes_and_stays_until_all_have_left()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        await using var other = ClusterHolder.Start(folder.Path);
        var lease = await folder.TakeAsync();

        Assert.Equal(await other.ReadyAsync(), lease.ConnectionString);
        await lease.DisposeAsync();
        Assert.True(folder.ServerRuns);

        await other.LeaveAsync();
        Assert.False(folder.ServerRuns);
    }

    [Fact]
    public async Task Several_processes_at_once_make_one_cluster()
    {
        await using var folder = new ClusterFolder();
        await using var second = ClusterHolder.Start(folder.Path);
        await using var third = ClusterHolder.Start(folder.Path);
        await using var first = await folder.TakeAsync();

        Assert.Equal([first.ConnectionString, first.ConnectionString], await Task.WhenAll(second.ReadyAsync(), third.ReadyAsync()));
        Assert.Equal(
            3L,
            await ClusterFolder.AskAsync(
                first.ConnectionString,
                "select count(*) from pg_stat_activity where application_name like 'groqbatch-lease-%'"
            )
        );
    }

    [Fact]
    public async Task Is_found_again_after_every_client_was_killed()
    {
        await using var folder = await ClusterFolder.WithClusterAsync();
        await using var killed = ClusterHolder.Start(folder.Path);
        var before = await killed.ReadyAsync();
        var server = folder.ServerProcessId;
        await killed.KillAsync();

        var lease = await folder.TakeAsync();

        Assert.Equal(before, lease.ConnectionString);
        Assert.Equal(server, folder.ServerProcessId);
        await lease.DisposeAsync();
        Assert.False(folder.ServerRuns); // the killed one counts for nothing
    }

    [Fact]
    public async Task As_root_a_folder_that_the_servers_account_cannot_enter_is_refused_with_the_remedy()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Only root runs the server under another account.");
            return;
        }

        await using var folder = new ClusterFolder();
        var closed = folder.Combine("closed");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var refused = await Assert.ThrowsAsync<PrivatePostgresUnavailableException>(() =>
            PrivatePostgresCluster.StartOrAttachAsync(Path.Combine(closed, "data"), TestContext.Current.CancellationToken)
        );

        Assert.Contains("Storage:DataFolder", refused.Message, StringComparison.Ordinal);
        Assert.Contains("a folder above it is closed", refused.Message, StringComparison.Ordinal);
    }
}
