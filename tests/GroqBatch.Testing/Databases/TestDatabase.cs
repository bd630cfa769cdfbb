using Npgsql;
using Xunit;

namespace GroqBatch.Testing.Databases;

/// <summary>
/// A fresh, migrated database on a real PostgreSQL, dropped afterwards. As <c>IClassFixture&lt;TestDatabase&gt;</c>: one for each test
/// class; or made in a test: <c>await using var database = await TestDatabase.CreateAsync(...)</c>.
/// </summary>
public class TestDatabase : IAsyncLifetime
{
    private readonly DatabaseTemplate _template;
    private NpgsqlDataSource? _maintenance;
    private NpgsqlDataSource? _dataSource;
    private string? _connectionString;

    /// <summary>For xunit: of the migrated schema.</summary>
    public TestDatabase()
        : this(DatabaseTemplate.Migrated) { }

    /// <summary>For fixtures that derive from it.</summary>
    protected TestDatabase(DatabaseTemplate template) => _template = template;

    /// <summary>The database's name on the server.</summary>
    public string Name { get; } = $"test_{Guid.NewGuid():N}";

    /// <summary>Of this database, as its owner; what a host under test takes for <c>ConnectionStrings:GroqBatch</c>.</summary>
    public string ConnectionString => _connectionString ?? throw NotMade();

    /// <summary>Connections to this database. The tests own it; disposed with the database.</summary>
    public NpgsqlDataSource DataSource => _dataSource ?? throw NotMade();

    /// <summary>Makes a database outside of xunit's fixtures.</summary>
    public static async Task<TestDatabase> CreateAsync(CancellationToken cancellationToken)
    {
        var database = new TestDatabase();
        await database.MakeAsync(cancellationToken);
        return database;
    }

    /// <summary>Makes a database of another template than the migrated one.</summary>
    public static async Task<TestDatabase> CreateAsync(DatabaseTemplate template, CancellationToken cancellationToken)
    {
        var database = new TestDatabase(template);
        await database.MakeAsync(cancellationToken);
        return database;
    }

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => await MakeAsync(TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_dataSource is null)
        {
            return;
        }

        await _dataSource.DisposeAsync();
        await using var drop = _maintenance!.CreateCommand($"drop database if exists {Name} with (force)");
        await drop.ExecuteNonQueryAsync();
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        _maintenance = await TestCluster.StartAsync(cancellationToken);
        await _template.CopyToAsync(_maintenance, Name, cancellationToken);
        var connectionString = TestCluster.ConnectionStringOf(Name);
        connectionString.Pooling = true;
        connectionString.MaxPoolSize = 20;
        connectionString.IncludeErrorDetail = true; // a test's data may be seen
        connectionString.ApplicationName = "groqbatch-tests";
        _connectionString = connectionString.ConnectionString;
        _dataSource = TestCluster.PoolOf(connectionString);
    }

    private static InvalidOperationException NotMade() => new("The test database has not been made: use it as a fixture, or CreateAsync.");
}
