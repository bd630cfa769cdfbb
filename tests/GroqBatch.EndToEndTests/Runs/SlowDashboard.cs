using GroqBatch.EndToEndTests.Browser;

namespace GroqBatch.EndToEndTests.Runs;

/// <summary>A dashboard on sample data whose simulator answers ten lines a second, so that there is something to watch.</summary>
public sealed class SlowDashboard()
    : SampleDashboard(
        ("Pipeline__PollInterval", "00:00:00.500"),
        ("Pipeline__FirstMinutePollInterval", "00:00:00.500"),
        ("Pipeline__MaxRequestsPerBatch", "200"),
        ("Simulator__LinesPerSecond", "10")
    )
{
    private Task<Guid>? _ended;

    // A collection's tests take turns: what is made on demand needs no lock.
    private IReadOnlyList<(string Name, Guid Id)>? _shapes;

    /// <inheritdoc />
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // It takes its time, while those that need none are at theirs.
        _ended = Starter.StartAsync(Dashboard, Database.ConnectionString, "sample-calcom", 100);
    }

    /// <summary>A run of a hundred that this dashboard has carried out.</summary>
    internal async Task<Guid> EndedRunAsync()
    {
        var run = await _ended!;
        await Starter.EndAsync(Database, run);
        return run;
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
    internal async Task<IReadOnlyList<(string Name, Guid Id)>> ShapesAsync() => _shapes ??= await Shapes.WriteAsync(Database.DataSource);
}
