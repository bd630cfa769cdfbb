using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.EndToEndTests.Browser;
using GroqBatch.Hosting;
using GroqBatch.Hosting.Settings;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;

namespace GroqBatch.EndToEndTests.Runs;

/// <summary>Starts runs as a terminal beside the dashboard does; the dashboard carries them out.</summary>
internal static class Starter
{
    /// <summary>Starts one.</summary>
    /// <param name="dashboard">Whose.</param>
    /// <param name="connectionString">Its database.</param>
    /// <param name="slug">The team.</param>
    /// <param name="limit">The newest so many.</param>
    /// <param name="change">What else is wanted; null: nothing.</param>
    public static async Task<Guid> StartAsync(
        DashboardProcess dashboard,
        string connectionString,
        string slug,
        int limit,
        Func<StartRun, StartRun>? change = null
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var settings = SettingsReader.Read(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:GroqBatch"] = connectionString,
                ["Storage:DataFolder"] = dashboard.DataFolder,
                ["Groq:Mode"] = "Simulator",
            }
        );
        await using var host = await GroqBatchHost.StartAsync(settings, HostParts.Provider, "cli", LogLevel.Error, cancellation);
        var team = await host.Services.GetRequiredService<ITeamStore>().FindAsync(slug, cancellation);
        var request = new StartRun
        {
            TeamId = team!.Id,
            Limit = limit,
            WithFallback = true,
        };
        var started = await host
            .Services.GetRequiredService<IRunService>()
            .StartAsync(change?.Invoke(request) ?? request, new Actor("cli:mira", Right.All), cancellation);
        return started.RunId!.Value;
    }

    /// <summary>Waits until a run has ended.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="runId">Which; null: all of them.</param>
    public static async Task EndAsync(TestDatabase database, Guid? runId = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        for (var tries = 0; tries < 600; tries++)
        {
            await using var command = database.DataSource.CreateCommand(
                "select bool_and(ended_at is not null) from groqbatch.runs where id = coalesce($1, id)"
            );
            command.Parameters.Add(new() { Value = (object?)runId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
            if (await command.ExecuteScalarAsync(cancellation) is true)
            {
                return;
            }

            await Task.Delay(200, cancellation);
        }

        Assert.Fail($"{(runId is null ? "Some run" : $"The run {runId}")} has not ended.");
    }
}
