using System.Diagnostics;
using System.Globalization;
using GroqBatch.Data.PrivatePostgres;
using GroqBatch.Testing.Folders;
using Npgsql;

namespace GroqBatch.Data.Tests.PrivatePostgres;

/// <summary>A data folder of a test's own. Whatever the test does, no server is left running in it.</summary>
internal sealed class ClusterFolder : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> Original = new(MakeOriginalAsync);
    private readonly TestFolder _folder = new();

    public string Path => _folder.Path;

    public string PostmasterFile => _folder.Combine("pg", "data", "postmaster.pid");

    public string ServerLog => _folder.Combine("pg", "server.log");

    public bool ServerRuns => File.Exists(PostmasterFile);

    public int ServerProcessId => int.Parse(File.ReadLines(PostmasterFile).First(), CultureInfo.InvariantCulture);

    public string Combine(params ReadOnlySpan<string> parts) => _folder.Combine(parts);

    /// <summary>
    /// A folder whose cluster has been made before: a copy of one that is made once for all tests, since initdb is what takes longest.
    /// </summary>
    public static async Task<ClusterFolder> WithClusterAsync()
    {
        var original = await Original.Value;
        var folder = new ClusterFolder();
        await CopyAsync(original, folder.Path);
        return folder;
    }

    public Task<PrivatePostgresLease> TakeAsync(PrivatePostgresOptions? options = null) =>
        PrivatePostgresCluster.StartOrAttachAsync(Path, options ?? new PrivatePostgresOptions(), TestContext.Current.CancellationToken);

    public static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public void KillServer()
    {
        using var server = Process.GetProcessById(ServerProcessId);
        server.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        if (ServerRuns)
        {
            // A lease that is taken and given back as the last one stops it.
            await using var last = await TakeAsync();
        }

        _folder.Dispose();
    }

    private static async Task<string> MakeOriginalAsync()
    {
        var folder = new ClusterFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder._folder.Dispose();
        await using (await folder.TakeAsync()) { }

        File.Delete(folder.Combine("pg", "port")); // each copy has its own
        return folder.Path;
    }

    private static async Task CopyAsync(string from, string to)
    {
        // Owners and rights have to be the same, which the runtime's own copying does not see to.
        using var copy = Process.Start("cp", ["-a", System.IO.Path.Combine(from, "pg"), to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }
}
