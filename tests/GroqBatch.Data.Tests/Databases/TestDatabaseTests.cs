using GroqBatch.Testing.Databases;

namespace GroqBatch.Data.Tests.Databases;

/// <summary>What every other test with a database relies on.</summary>
public sealed class TestDatabaseTests(TestDatabase shared) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Is_migrated_and_empty_as_a_fixture()
    {
        await using var command = shared.DataSource.CreateCommand(
            "select current_database() || ' ' || count(*) from groqbatch.teams, groqbatch.runs"
        );

        Assert.Equal($"{shared.Name} 0", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Copies_share_a_template_that_is_prepared_once_and_nothing_else()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var prepared = 0;
        var template = new DatabaseTemplate(
            $"once_{Guid.NewGuid():N}",
            async (connectionString, token) =>
            {
                Interlocked.Increment(ref prepared);
                await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
                await using var make = source.CreateCommand("create table marks (mark text); insert into marks values ('template')");
                await make.ExecuteNonQueryAsync(token);
            }
        );

        var copies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestDatabase.CreateAsync(template, cancellationToken)));
        await using var write = copies[0].DataSource.CreateCommand("insert into marks values ('mine')");
        await write.ExecuteNonQueryAsync(cancellationToken);

        Assert.Equal(1, prepared);
        foreach (var copy in copies[1..])
        {
            await using var read = copy.DataSource.CreateCommand("select string_agg(mark, ',') from marks");
            Assert.Equal("template", await read.ExecuteScalarAsync(cancellationToken));
        }

        foreach (var copy in copies)
        {
            await copy.DisposeAsync();
            await using var find = shared.DataSource.CreateCommand($"select count(*) from pg_database where datname = '{copy.Name}'");
            Assert.Equal(0L, await find.ExecuteScalarAsync(cancellationToken));
        }

        await using var drop = shared.DataSource.CreateCommand($"drop database template_{template.Key}");
        await drop.ExecuteNonQueryAsync(cancellationToken);
    }
}
