using GroqBatch.Testing.Databases;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>A dashboard on sample data, for a test class.</summary>
public sealed class SampleDashboard : IAsyncLifetime
{
    private DashboardProcess? _dashboard;

    /// <summary>Its database.</summary>
    internal TestDatabase Database { get; } = new SampleDatabase();

    /// <summary>Its process.</summary>
    internal DashboardProcess Dashboard => _dashboard!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        // Before anything is started for nothing.
        await Chromium.RequireAsync();
        await Database.InitializeAsync();
        _dashboard = await DashboardProcess.StartAsync(
            Database.ConnectionString,
            ("Pipeline__PollInterval", "00:00:00.200"),
            ("Pipeline__FirstMinutePollInterval", "00:00:00.200")
        );
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        await Database.DisposeAsync();
    }
}
