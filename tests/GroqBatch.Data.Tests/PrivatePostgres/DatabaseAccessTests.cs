using GroqBatch.Data.PrivatePostgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GroqBatch.Data.Tests.PrivatePostgres;

public sealed class DatabaseAccessTests
{
    [Fact]
    public async Task Takes_a_given_connection_string_as_it_is_and_starts_nothing()
    {
        await using var folder = new ClusterFolder();

        await using var database = await OpenAsync(
            ("ConnectionStrings:GroqBatch", "Host=db.example;Database=metrics"),
            ("Storage:DataFolder", folder.Path)
        );

        Assert.Equal("Host=db.example;Database=metrics", database.ConnectionString);
        Assert.False(database.IsPrivate);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task Runs_a_private_cluster_in_the_data_folder_without_one(string? connectionString)
    {
        await using var folder = await ClusterFolder.WithClusterAsync();

        await using (var database = await OpenAsync(("ConnectionStrings:GroqBatch", connectionString), ("Storage:DataFolder", folder.Path)))
        {
            Assert.True(database.IsPrivate);
            Assert.Equal("groqbatch", await ClusterFolder.AskAsync(database.ConnectionString, "select current_user::text"));
        }

        Assert.False(folder.ServerRuns);
    }

    [Fact]
    public async Task Names_every_mistake_of_its_section_at_once()
    {
        await using var folder = new ClusterFolder();
        var file = folder.Combine("a-file");
        await File.WriteAllTextAsync(file, "");

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            OpenAsync(("Storage:DataFolder", file), ("Storage:RawRetention", "00:00:01"))
        );

        Assert.Contains(refused.Failures, failure => failure.StartsWith("Storage:DataFolder", StringComparison.Ordinal));
        Assert.Contains(refused.Failures, failure => failure.StartsWith("Storage:RawRetention", StringComparison.Ordinal));
    }

    private static Task<DatabaseAccess> OpenAsync(params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)))
            .Build();
        return DatabaseAccess.OpenAsync(configuration, loggerFactory: null, TestContext.Current.CancellationToken);
    }
}
