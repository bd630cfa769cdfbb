using GroqBatch.Core.Runs;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace GroqBatch.Pipeline.Tests.Installations;

/// <summary>One request of a run as it stands in the ledger.</summary>
internal sealed record RequestRow(
    int Pass,
    long PullRequestId,
    string? Outcome,
    string? Code,
    string? Message,
    bool IsFinal,
    int Attempts,
    int Sendings
);

/// <summary>One batch of a run as it stands in the ledger.</summary>
internal sealed record BatchRow(
    Guid Id,
    int Pass,
    string State,
    string? Status,
    string? ProviderBatchId,
    int Requests,
    int? Succeeded,
    int? Failed,
    int? Unanswered,
    string? Difference,
    string? Trouble,
    int Troubles
);

/// <summary>One event of a run's timeline.</summary>
internal sealed record EventRow(string Actor, string Subject, string? From, string? To, string Reason);

/// <summary>One entry of the audit log.</summary>
/// <param name="Before">The state before, where that is what it says.</param>
/// <param name="After">The state after, where that is what it says.</param>
/// <param name="Json">Everything it says of after.</param>
internal sealed record AuditRow(string Actor, string Action, string Target, string? Before, string? After, string? Json);

/// <summary>Reads rows, not counters: what tests compare counters with.</summary>
internal static class LedgerRows
{
    public static Task<List<RequestRow>> RequestsAsync(this TestInstallation installation, Guid run, CancellationToken cancellationToken) =>
        ReadAsync(
            installation,
            """
            select pass_ordinal, pull_request_id, outcome, failure_code, message, is_final, attempts,
                   (select count(*)::int from groqbatch.attempts attempt where attempt.request_id = request.id and attempt.outcome is distinct from 'not_run')
            from groqbatch.requests request where run_id = $1 order by pass_ordinal, pull_request_id
            """,
            run,
            reader => new RequestRow(
                reader.GetInt16(0),
                reader.GetInt64(1),
                Text(reader, 2),
                Text(reader, 3),
                Text(reader, 4),
                reader.GetBoolean(5),
                reader.GetInt16(6),
                reader.GetInt32(7)
            ),
            cancellationToken
        );

    public static Task<List<BatchRow>> BatchesAsync(this TestInstallation installation, Guid run, CancellationToken cancellationToken) =>
        ReadAsync(
            installation,
            """
            select id, pass_ordinal, state, status, provider_batch_id, requests, succeeded, failed, unanswered, difference, trouble, troubles
            from groqbatch.batches where run_id = $1 order by pass_ordinal, ordinal
            """,
            run,
            reader => new BatchRow(
                reader.GetGuid(0),
                reader.GetInt16(1),
                reader.GetString(2),
                Text(reader, 3),
                Text(reader, 4),
                reader.GetInt32(5),
                Number(reader, 6),
                Number(reader, 7),
                Number(reader, 8),
                Text(reader, 9),
                Text(reader, 10),
                reader.GetInt32(11)
            ),
            cancellationToken
        );

    public static Task<List<EventRow>> EventsAsync(this TestInstallation installation, Guid run, CancellationToken cancellationToken) =>
        ReadAsync(
            installation,
            "select actor, subject, from_state, to_state, reason from groqbatch.run_events where run_id = $1 order by id",
            run,
            reader => new EventRow(reader.GetString(0), reader.GetString(1), Text(reader, 2), Text(reader, 3), reader.GetString(4)),
            cancellationToken
        );

    /// <param name="target">What was acted upon.</param>
    public static Task<List<AuditRow>> AuditAsync(this TestInstallation installation, string target, CancellationToken cancellationToken) =>
        ReadAsync(
            installation,
            """
            select actor, action, target, coalesce(before ->> 'state', before #>> '{}'), coalesce(after ->> 'state', after #>> '{}'), after::text
            from groqbatch.audit_events where target = $1 order by id
            """,
            target,
            reader => new AuditRow(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                Text(reader, 3),
                Text(reader, 4),
                Text(reader, 5)
            ),
            cancellationToken
        );

    /// <summary>A run as people look at it.</summary>
    public static async Task<RunOverview> OverviewAsync(
        this TestInstallation installation,
        Guid run,
        CancellationToken cancellationToken
    ) => (await installation.Services.GetRequiredService<IRunReader>().FindAsync(run, cancellationToken))!;

    /// <summary>Where a pull request stands, such as <c>summarised</c>.</summary>
    public static Task<string> StateOfAsync(this TestInstallation installation, long pullRequestId, CancellationToken cancellationToken) =>
        installation.ScalarAsync<string>(
            $"select state from groqbatch.pull_request_states where provider = 'simulator' and pull_request_id = {pullRequestId}",
            cancellationToken
        );

    private static async Task<List<T>> ReadAsync<T>(
        TestInstallation installation,
        string sql,
        object key,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken
    )
    {
        await using var command = installation.Database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = key });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    private static int? Number(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetInt32(ordinal);
}
