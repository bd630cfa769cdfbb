using GroqBatch.Testing.Databases;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>A dashboard on sample data, for a test class or several; those that need settings of their own are derived.</summary>
public class SampleDashboard : IAsyncLifetime
{
    private readonly (string Name, string Value)[] _settings;
    private DashboardProcess? _dashboard;

    /// <summary>One that polls often.</summary>
    public SampleDashboard()
        : this(("Pipeline__PollInterval", "00:00:00.200"), ("Pipeline__FirstMinutePollInterval", "00:00:00.200")) { }

    /// <summary>One with other settings, as environment variables, instead.</summary>
    private protected SampleDashboard(params (string Name, string Value)[] settings) => _settings = settings;

    /// <summary>Its database.</summary>
    internal TestDatabase Database { get; } = new SampleDatabase();

    /// <summary>Its process.</summary>
    internal DashboardProcess Dashboard => _dashboard!;

    /// <inheritdoc />
    public virtual async ValueTask InitializeAsync()
    {
        // Before anything is started for nothing.
        await Chromium.RequireAsync();
        await Database.InitializeAsync();
        _dashboard = await DashboardProcess.StartAsync(Database.ConnectionString, _settings);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
