using GroqBatch.EndToEndTests.Browser;

namespace GroqBatch.EndToEndTests.Runs;

/// <summary>A dashboard on sample data whose simulator answers ten lines a second, so that there is something to watch.</summary>
public sealed class SlowDashboard : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DashboardProcess? _dashboard;
    private Guid? _ended;
    private IReadOnlyList<(string Name, Guid Id)>? _shapes;

    internal SampleDatabase Database { get; } = new();
    internal DashboardProcess Dashboard => _dashboard!;

    public async ValueTask InitializeAsync()
    {
        await Chromium.RequireAsync();
        await Database.InitializeAsync();
        _dashboard = await DashboardProcess.StartAsync(
            Database.ConnectionString,
            ("Pipeline__PollInterval", "00:00:00.500"),
            ("Pipeline__FirstMinutePollInterval", "00:00:00.500"),
            ("Pipeline__MaxRequestsPerBatch", "200"),
            ("Simulator__LinesPerSecond", "10")
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        await Database.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>A run of a hundred that this dashboard has carried out.</summary>
    internal async Task<Guid> EndedRunAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_ended is null)
            {
                var run = await Starter.StartAsync(Dashboard, Database.ConnectionString, "sample-calcom", 100);
                await Starter.EndAsync(Database, run);
                _ended = run;
            }

            return _ended.Value;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The rows behind the three figures of a run.</summary>
    internal async Task<(long FirstPass, long Recovered, long Final)> CountAsync(Guid runId)
    {
        await using var command = Database.DataSource.CreateCommand(
            """
            select count(*) filter (where pass_ordinal = 1 and outcome = 'failed'),
                   count(*) filter (where pass_ordinal > 1 and outcome = 'succeeded'), count(*) filter (where is_final)
            from groqbatch.requests where run_id = $1
            """
        );
        command.Parameters.Add(new() { Value = runId });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>Runs written by hand, in states that nothing moves: each shape that a ladder can have.</summary>
    internal async Task<IReadOnlyList<(string Name, Guid Id)>> ShapesAsync()
    {
        await _gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _shapes ??= await Shapes.WriteAsync(Database.DataSource);
        }
        finally
        {
            _gate.Release();
        }
    }
}
