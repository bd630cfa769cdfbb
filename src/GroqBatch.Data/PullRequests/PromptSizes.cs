using GroqBatch.Core.Estimates;
using Npgsql;

namespace GroqBatch.Data.PullRequests;

/// <summary>Sizes of the latest prompts, backwards along the primary key.</summary>
internal sealed class PromptSizes(NpgsqlDataSource dataSource) : IPromptSizes
{
    public async Task<double?> ReadMeanBytesAsync(int latest, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            select avg(prompt_bytes)::double precision
            from (select prompt_bytes, is_eligible from groqbatch.pull_requests order by id desc limit $1) latest
            where is_eligible
            """
        );
        command.Parameters.Add(new() { Value = latest });
        return await command.ExecuteScalarAsync(cancellationToken) is double mean ? mean : null;
    }
}
