using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace GroqBatch.Web.Health;

/// <summary>Whether the database answers.</summary>
internal sealed class DatabaseHealth(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = dataSource.CreateCommand("select 1 from groqbatch.installation");
            command.CommandTimeout = 5;
            return await command.ExecuteScalarAsync(cancellationToken) is 1
                ? HealthCheckResult.Healthy("It answers.")
                : HealthCheckResult.Unhealthy("It holds no installation.");
        }
        catch (NpgsqlException failed)
        {
            return HealthCheckResult.Unhealthy("It does not answer.", failed);
        }
    }
}
