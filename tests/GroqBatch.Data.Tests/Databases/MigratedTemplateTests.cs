using GroqBatch.Testing.Databases;

namespace GroqBatch.Data.Tests.Databases;

public sealed class MigratedTemplateTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_test_database_has_the_schema_of_the_migrations()
    {
        await using var command = database.DataSource.CreateCommand("select count(*) from groqbatch.installation");

        Assert.Equal(1L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
