using GroqBatch.Core.Coverage;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Coverage;

/// <summary>Teams as a list, from counters.</summary>
internal sealed class CoverageListReader(NpgsqlDataSource dataSource, TimeProvider timeProvider) : ICoverageListReader
{
    private const int AfterCounts = 13;

    /// <summary>Those that were asked for last; a record that is replaced as a whole, so that readers need no lock.</summary>
    private volatile SettledDays? _settled;

    public async Task<CoverageListPage> ReadAsync(CoverageListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(CoverageListSql.Count) { Parameters = { Search(query) } });
        batch.BatchCommands.Add(
            new(CoverageListSql.Read(query.Sort, query.IsDescending))
            {
                Parameters =
                {
                    Search(query),
                    new() { Value = query.Provider },
                    new() { Value = Math.Max(0, query.Skip) },
                    new() { Value = Math.Clamp(query.Take, 1, 500) },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (matching, readAt) = (reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<CoverageRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Of(reader));
        }

        return new CoverageListPage(rows, matching, readAt);
    }

    public async Task<IReadOnlyList<CoverageDay>> ReadDaysAsync(
        string provider,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken
    )
    {
        // A day more than it takes: somebody else's clock may still note yesterday's.
        var open = DateOnly.FromDateTime(timeProvider.GetUtcNow().UtcDateTime).AddDays(-1);
        open = open > last ? last.AddDays(1) : open;
        open = open < first ? first : open;
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(CoverageListSql.TeamSet));
        batch.BatchCommands.Add(DaysOf(provider, open, last));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var settled = new SettledDays(provider, first, open, reader.GetString(0), []);
        await reader.NextResultAsync(cancellationToken);
        var days = await ReadDaysAsync(reader, cancellationToken);
        await reader.CloseAsync();
        return open == first ? days : [.. await ReadSettledAsync(settled, cancellationToken), .. days];
    }

    private async Task<IReadOnlyList<CoverageDay>> ReadSettledAsync(SettledDays wanted, CancellationToken cancellationToken)
    {
        if (_settled is { } known && known with { Days = wanted.Days } == wanted)
        {
            return known.Days;
        }

        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(DaysOf(wanted.Provider, wanted.First, wanted.Open.AddDays(-1)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var days = await ReadDaysAsync(reader, cancellationToken);
        _settled = wanted with { Days = days };
        return days;
    }

    private static NpgsqlBatchCommand DaysOf(string provider, DateOnly first, DateOnly last) =>
        new(CoverageListSql.Days)
        {
            Parameters =
            {
                new() { Value = provider },
                new() { Value = first },
                new() { Value = last.DayNumber - first.DayNumber },
            },
        };

    private static async Task<IReadOnlyList<CoverageDay>> ReadDaysAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var days = new List<CoverageDay>();
        while (await reader.ReadAsync(cancellationToken))
        {
            days.Add(new CoverageDay(reader.GetFieldValue<DateOnly>(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3)));
        }

        return days;
    }

    private static NpgsqlParameter Search(CoverageListQuery query) =>
        new() { Value = string.IsNullOrWhiteSpace(query.Search) ? DBNull.Value : query.Search.Trim(), NpgsqlDbType = NpgsqlDbType.Text };

    private static CoverageRow Of(NpgsqlDataReader reader) =>
        new(
            new TeamCoverage(Teams.TeamRow.Read(reader, AfterCounts + 9), CoverageReader.ReadCounts(reader, 5)),
            LastRunSql.Read(reader, AfterCounts)
        );

    /// <summary>
    /// Days that are over: history is only appended to, so they stay what they were as long as the teams are the same. For 200 teams and 30 days they
    /// are 6,000 steps in an index, which was most of what the coverage page took.
    /// </summary>
    /// <param name="Provider">Of which provider.</param>
    /// <param name="First">The first day asked for.</param>
    /// <param name="Open">The first day after them.</param>
    /// <param name="TeamSet">As <see cref="CoverageListSql.TeamSet"/> says it: a team that goes takes its history along, one that comes may bring some.</param>
    /// <param name="Days">What they were.</param>
    private sealed record SettledDays(string Provider, DateOnly First, DateOnly Open, string TeamSet, IReadOnlyList<CoverageDay> Days);
}
