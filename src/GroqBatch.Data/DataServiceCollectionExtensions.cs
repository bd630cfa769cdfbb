using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Runs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GroqBatch.Data;

/// <summary>Registers the database room.</summary>
public static class DataServiceCollectionExtensions
{
    /// <summary>One data source for everything (EF, COPY, LISTEN, the scheduler), the contexts and the stores.</summary>
    /// <param name="connectionString">To a PostgreSQL database; never logged.</param>
    public static IServiceCollection AddData(this IServiceCollection services, string connectionString)
    {
        services.AddNpgsqlDataSource(connectionString);
        services.AddPooledDbContextFactory<GroqBatchDbContext>(
            (provider, options) => GroqBatchDbContext.Configure(options, provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddSingleton<Installation.DatabaseInitialiser>();
        services.AddSingleton<IInstallation>(provider => provider.GetRequiredService<Installation.DatabaseInitialiser>());
        services.AddSingleton<Core.Runs.IRunReader, Runs.RunReader>();
        services.AddSingleton<Core.Changes.IChangeReader, Changes.ChangeReader>();
        services.AddSingleton<ILeases, Leases.LeaseStore>();
        services.AddSingleton<IRunStore, Runs.RunStore>();
        services.AddSingleton<IBatchStore, Batches.BatchStore>();
        return services;
    }
}
