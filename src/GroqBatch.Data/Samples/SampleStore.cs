using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Samples;
using GroqBatch.Core.Summaries;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Audit;
using GroqBatch.Data.Installation;
using GroqBatch.Data.PullRequests;
using GroqBatch.Data.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Samples;

internal sealed class SampleStore(
    IDbContextFactory<GroqBatchDbContext> contexts,
    DatabaseInitialiser initialiser,
    NpgsqlDataSource dataSource
) : ISampleStore
{
    private const int CommandTimeout = 600;
    private const int MaxTries = 5;

    public async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SampleSql.Exists);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<bool> AddAsync(SampleTeam team, Actor actor, CancellationToken cancellationToken)
    {
        var major = int.Parse(team.Run.PromptVersion.Split('.')[0]);
        await initialiser.PrepareProviderAsync(team.Run.Provider, major, cancellationToken);

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.Database.SetCommandTimeout(CommandTimeout);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        var inner = (NpgsqlTransaction)transaction.GetDbTransaction();
        if (await AddTeamAsync(connection, inner, team, cancellationToken) is not { } teamId)
        {
            return false;
        }

        await PullRequestStore.UpsertAsync(connection, inner, teamId, team.PullRequests, cancellationToken);
        var ledger = new SampleLedger(team.Run, teamId, actor.Name);
        ledger.AddTo(context);
        context.AuditEvents.Add(
            AuditLog.ToEntity(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Action = "sample.add",
                    Target = team.Slug,
                    After = JsonSerializer.Serialize(new { pullRequests = team.PullRequests.Count, summaries = team.Run.Outcomes.Count }),
                }
            )
        );
        await context.SaveChangesAsync(cancellationToken);

        await ExecuteAsync(connection, inner, SampleSql.CreateAttempts, cancellationToken);
        await CopyAsync(connection, ledger, cancellationToken);
        await ExecuteAsync(connection, inner, "analyze sample_attempts", cancellationToken);
        foreach (
            var sql in new[]
            {
                SampleSql.FindPullRequests,
                SampleSql.AddRequests,
                SampleSql.AddAttempts,
                SampleSql.AddSummaries,
                SampleSql.AddHistory,
                FailureGroups.FailureGroupSql.CountOfRun,
            }
        )
        {
            await ExecuteAsync(
                connection,
                inner,
                sql,
                cancellationToken,
                new("run", ledger.RunId),
                new("team", teamId),
                new("provider", team.Run.Provider),
                new("prompt_version", team.Run.PromptVersion)
            );
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<string>> RemoveAsync(Actor actor, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryRemoveAsync(actor, cancellationToken);
            }
            catch (PostgresException met) when (met.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MaxTries)
            {
                // A run of a sample team was under way; PostgreSQL has undone this one whole.
            }
        }
    }

    private async Task<IReadOnlyList<string>> TryRemoveAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        context.Database.SetCommandTimeout(CommandTimeout);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        var inner = (NpgsqlTransaction)transaction.GetDbTransaction();
        var ids = new List<int>();
        var slugs = new List<string>();
        await using (var find = new NpgsqlCommand(SampleSql.Lock, connection, inner) { CommandTimeout = CommandTimeout })
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add(reader.GetInt32(0));
                slugs.Add(reader.GetString(1));
            }
        }

        if (ids.Count == 0)
        {
            return [];
        }

        await TeamRemoval.DemandNoLiveBatchesAsync(connection, inner, ids, cancellationToken);
        foreach (var sql in SampleSql.Remove)
        {
            await ExecuteAsync(connection, inner, sql, cancellationToken, new NpgsqlParameter("teams", ids.ToArray()));
        }

        context.AuditEvents.AddRange(
            slugs.Select(slug =>
                AuditLog.ToEntity(
                    new AuditEvent
                    {
                        Actor = actor.Name,
                        Action = "sample.remove",
                        Target = slug,
                    }
                )
            )
        );
        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return slugs;
    }

    /// <returns>Its id; null when a sample team with this slug is there already.</returns>
    private static async Task<int?> AddTeamAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        SampleTeam team,
        CancellationToken cancellationToken
    )
    {
        await using var add = new NpgsqlCommand(SampleSql.AddTeam, connection, transaction)
        {
            CommandTimeout = CommandTimeout, // somebody else who adds them now is waited for
            Parameters = { new("slug", team.Slug), new("name", team.Name), new("goal", team.Goal) },
        };
        if (await add.ExecuteScalarAsync(cancellationToken) is int id)
        {
            return id;
        }

        await using var find = new NpgsqlCommand("select is_sample from groqbatch.teams where slug = @slug", connection, transaction)
        {
            Parameters = { new("slug", team.Slug) },
        };
        return await find.ExecuteScalarAsync(cancellationToken) is false
            ? throw new InvalidTeamException([
                $"A team of your own has the slug \"{team.Slug}\": the sample team can't be added beside it.",
            ])
            : null;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, SampleLedger ledger, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(SampleSql.CopyAttempts, cancellationToken);
        foreach (var attempt in ledger.Attempts)
        {
            var (outcome, failure) = (attempt.Outcome, attempt.Pass == 1 ? attempt.Outcome.Failure : null);
            var usage = failure is null ? outcome.Usage : null;
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync((short)attempt.Pass, cancellationToken);
            await copy.WriteAsync(attempt.Batch.Id, cancellationToken);
            await copy.WriteAsync(attempt.Line, cancellationToken);
            await copy.WriteAsync(attempt.Position, cancellationToken);
            await copy.WriteAsync(outcome.PullRequest.Repository, cancellationToken);
            await copy.WriteAsync(outcome.PullRequest.Number, cancellationToken);
            await copy.WriteAsync(attempt.Batch.IngestedAt!.Value, NpgsqlDbType.TimestampTz, cancellationToken);
            await WriteAsync(failure?.Code.ToWire(), NpgsqlDbType.Text);
            await WriteAsync(failure?.Message, NpgsqlDbType.Text);
            await WriteAsync(failure?.Generated, NpgsqlDbType.Text);
            await WriteAsync(usage?.PromptTokens, NpgsqlDbType.Integer);
            await WriteAsync(usage?.CompletionTokens, NpgsqlDbType.Integer);
            await WriteAsync(ledger.CostOf(attempt), NpgsqlDbType.Numeric);
            await copy.WriteAsync($"req_{Guid.NewGuid():N}", cancellationToken);
            await WriteAsync(failure is null ? SummaryJson.ToUtf8(outcome.Summary) : null, NpgsqlDbType.Jsonb);
        }

        await copy.CompleteAsync(cancellationToken);

        Task WriteAsync(object? value, NpgsqlDbType type) =>
            value is null ? copy.WriteNullAsync(cancellationToken) : copy.WriteAsync(value, type, cancellationToken);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        string sql,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters
    )
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = CommandTimeout };
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
