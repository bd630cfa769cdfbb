using GroqBatch.Core.Runs;
using Npgsql;

namespace GroqBatch.Data.Installation;

/// <summary>
/// Sees the instances by their connections: each process that carries runs on gives them a name of its own. A killed one is gone as soon as the
/// server notices its closed sockets, which no time stamp in a table could tell.
/// </summary>
internal sealed class PipelinePresence(NpgsqlDataSource dataSource) : IPipelinePresence
{
    public async Task<int> CountOthersAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            select count(distinct application_name)
            from pg_stat_activity
            where datname = current_database()
              and starts_with(application_name, $1)
              and application_name <> current_setting('application_name')
            """
        );
        command.Parameters.Add(new() { Value = InstanceName.OfPipelines });
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>What a process calls itself towards the database.</summary>
public static class InstanceName
{
    internal const string OfPipelines = "groqbatch-pipeline-";

    /// <summary>A name for the connections of this process (<c>Application Name</c>).</summary>
    /// <param name="host">Such as <c>web</c>.</param>
    /// <param name="carriesRunsOn">Whether it runs the pipeline, so that others can see that somebody does.</param>
    public static string Create(string host, bool carriesRunsOn) =>
        carriesRunsOn ? $"{OfPipelines}{host}-{Guid.NewGuid().ToString("N")[..12]}" : $"groqbatch-{host}";
}
