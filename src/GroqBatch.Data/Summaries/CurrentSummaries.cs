using System.Runtime.CompilerServices;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;
using Npgsql;

namespace GroqBatch.Data.Summaries;

internal sealed class CurrentSummaries(NpgsqlDataSource dataSource) : ICurrentSummaries
{
    public async IAsyncEnumerable<ExportedSummary> StreamAsync(
        Team team,
        string provider,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = dataSource.CreateCommand(CurrentSummarySql.Stream);
        command.CommandTimeout = 0; // it lasts as long as its reader takes
        command.Parameters.Add(new() { Value = team.Id });
        command.Parameters.Add(new() { Value = provider });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (repository, number) = (reader.GetString(0), reader.GetInt64(1));
            var reading = SummaryReader.Read(reader.GetFieldValue<byte[]>(4));
            yield return new ExportedSummary
            {
                Team = team.Slug,
                Repository = repository,
                Number = number,
                Title = reader.GetString(2),
                Url = reader.GetString(3),
                Summary =
                    reading.Document
                    ?? throw new InvalidDataException($"The stored summary of {repository} #{number} is none: {reading.Code}."),
                IsStale = reader.GetBoolean(5),
                Provider = reader.GetString(6),
                Model = reader.GetString(7),
                Pass = reader.GetInt16(8),
                PromptVersion = reader.GetString(9),
                RunId = reader.GetGuid(10),
                SummarisedAt = reader.GetFieldValue<DateTimeOffset>(11),
            };
        }
    }
}
