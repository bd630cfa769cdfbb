using GroqBatch.Data.PrivatePostgres;
using Npgsql;

namespace GroqBatch.Data.Tests.PrivatePostgres;

/// <summary>How a private cluster runs; <see cref="ClusterSharingTests"/> is about how it comes and goes.</summary>
public sealed class RunningClusterTests(RunningClusterTests.RunningCluster running) : IClassFixture<RunningClusterTests.RunningCluster>
{
    [Fact]
    public async Task Runs_with_the_settings_that_the_promises_rest_on()
    {
        await using var source = NpgsqlDataSource.Create(running.ConnectionString);
        await using var command = source.CreateCommand(
            """
            select name || '=' || setting from pg_settings
            where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'listen_addresses', 'unix_socket_directories',
                           'server_encoding', 'log_min_messages')
            order by name
            """
        );
        var settings = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                settings.Add(reader.GetString(0));
            }
        }

        Assert.Equal(
            [
                "fsync=on",
                "full_page_writes=on",
                "listen_addresses=127.0.0.1",
                "log_min_messages=log",
                "max_connections=200",
                "server_encoding=UTF8",
                "synchronous_commit=on",
                "unix_socket_directories=",
            ],
            settings
        );
    }

    [Fact]
    public async Task Lets_nobody_in_without_the_password()
    {
        var guess = new NpgsqlConnectionStringBuilder(running.ConnectionString) { Password = "groqbatch", Pooling = false };
        await using var connection = new NpgsqlConnection(guess.ConnectionString);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Keeps_statements_and_their_data_out_of_the_servers_log()
    {
        await Assert.ThrowsAsync<PostgresException>(() =>
            ClusterFolder.AskAsync(running.ConnectionString, "select 'a-private-title'::jsonb")
        );
        await Assert.ThrowsAsync<PostgresException>(() =>
            ClusterFolder.AskAsync(running.ConnectionString, "select 'a-private-title'::integer")
        );

        var log = await File.ReadAllTextAsync(running.Folder.ServerLog);
        Assert.Contains("ready to accept connections", log, StringComparison.Ordinal); // it does log
        Assert.DoesNotContain("a-private-title", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_root_the_server_runs_under_an_unprivileged_account()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root runs the server under another account.");

        var status = await File.ReadAllLinesAsync($"/proc/{running.Folder.ServerProcessId}/status");
        var users = status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
        Assert.Equal(4, users.Length);
        Assert.DoesNotContain("0", users);
    }

    public sealed class RunningCluster : IAsyncLifetime
    {
        private PrivatePostgresLease? _lease;
        private ClusterFolder? _folder;

        internal ClusterFolder Folder => _folder!;

        public string ConnectionString => _lease!.ConnectionString;

        public async ValueTask InitializeAsync()
        {
            _folder = await ClusterFolder.WithClusterAsync();
            _lease = await _folder.TakeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _lease!.DisposeAsync();
            await Folder.DisposeAsync();
        }
    }
}
