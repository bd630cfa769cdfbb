using System.Data;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Runs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace GroqBatch.Data.Runs;

/// <summary>Reads runs, passes, their failures by code, and batches: counters and indexes only, whatever the size of a run.</summary>
internal sealed class RunReader(IDbContextFactory<GroqBatchDbContext> contexts, NpgsqlDataSource dataSource) : IRunReader
{
    private const int FewestDigits = 4;
    private const int MostMatches = 10;
    private static readonly string[] LiveStates = [.. Moves.LiveStates.Select(state => state.ToString())];

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNameCaseInsensitive = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public async Task<IReadOnlyList<Guid>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (lowest, highest) = RangeOf(text.Trim());
        await using var command = dataSource.CreateCommand(RunReaderSql.Resolve);
        command.Parameters.Add(new() { Value = text.Trim() });
        command.Parameters.Add(new() { Value = (object?)lowest ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = (object?)highest ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = MostMatches });
        var ids = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    public async Task<RunOverview?> FindAsync(Guid runId, CancellationToken cancellationToken)
    {
        var found = await ReadAsync((_, runs) => runs.Where(run => run.Id == runId), skip: 0, take: 1, cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    public Task<IReadOnlyList<RunOverview>> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return ReadAsync((context, runs) => Where(context, runs, filter), filter.Skip, filter.Take, cancellationToken);
    }

    public async Task<int> CountAsync(RunFilter filter, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await Where(context, context.Runs.AsNoTracking(), filter)
            .OrderByDescending(run => run.CreatedAt)
            .Take(most)
            .CountAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ListModelsAsync(string provider, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .Passes.Join(context.Runs.Where(run => run.Provider == provider), pass => pass.RunId, run => run.Id, (pass, _) => pass.Model)
            .Distinct()
            .OrderBy(model => model)
            .ToListAsync(cancellationToken);
    }

    public async Task<FrozenRun?> FindFrozenAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var frozen = await context
            .Runs.AsNoTracking()
            .Where(run => run.Id == runId)
            .Select(run => new
            {
                run.Ladder,
                run.Settings,
                run.PromptVersion,
                run.IsCanaryDecided,
                run.RetryCodes,
                run.OnlyPullRequestId,
            })
            .SingleOrDefaultAsync(cancellationToken);
        return frozen is null
            ? null
            : new FrozenRun
            {
                Ladder = JsonSerializer.Deserialize(frozen.Ladder, RunJson.Default.Ladder)!,
                Settings = JsonSerializer.Deserialize(frozen.Settings, RunJson.Default.RunSettings)!,
                PromptVersion = frozen.PromptVersion,
                IsCanaryDecided = frozen.IsCanaryDecided,
                RetryCodes = [.. frozen.RetryCodes.Select(CodeOf)],
                PullRequestId = frozen.OnlyPullRequestId,
            };
    }

    public async Task<IReadOnlyList<RunEvent>> ListEventsAsync(Guid runId, int latest, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var events = await context
            .RunEvents.AsNoTracking()
            .Where(moved => moved.RunId == runId)
            .OrderByDescending(moved => moved.Id)
            .Take(latest)
            .ToListAsync(cancellationToken);
        events.Reverse();
        return
        [
            .. events.Select(moved => new RunEvent(
                moved.At,
                moved.Actor,
                moved.Subject,
                moved.BatchId,
                moved.Pass,
                moved.FromState,
                moved.ToState,
                moved.Reason
            )),
        ];
    }

    /// <summary>Only the conditions that are asked for, so that each plan can use the index that fits.</summary>
    private static IQueryable<RunEntity> Where(GroqBatchDbContext context, IQueryable<RunEntity> runs, RunFilter filter)
    {
        if (filter.Ids is { } ids)
        {
            runs = runs.Where(run => ids.Contains(run.Id));
        }

        if (filter.TeamId is { } teamId)
        {
            runs = runs.Where(run => run.TeamId == teamId);
        }

        if (filter.Team is { } slug)
        {
            runs = runs.Where(run => run.TeamId == context.Teams.Where(team => team.Slug == slug).Select(team => team.Id).FirstOrDefault());
        }

        if (filter.Provider is { } provider)
        {
            runs = runs.Where(run => run.Provider == provider);
        }

        if (filter.LiveOnly)
        {
            runs = runs.Where(run => LiveStates.Contains(run.State));
        }

        if (filter.States.Count > 0)
        {
            var states = filter.States.Select(state => state.ToString()).ToArray();
            runs = runs.Where(run => states.Contains(run.State));
        }

        if (filter.StartedBy is { } name)
        {
            runs = runs.Where(run => run.StartedBy == name);
        }

        if (filter.Model is { } model)
        {
            runs = runs.Where(run => context.Passes.Any(pass => pass.RunId == run.Id && pass.Model == model));
        }

        return runs;
    }

    /// <summary>One snapshot, so that the sums of what is read agree with each other.</summary>
    private async Task<IReadOnlyList<RunOverview>> ReadAsync(
        Func<GroqBatchDbContext, IQueryable<RunEntity>, IQueryable<RunEntity>> which,
        int skip,
        int take,
        CancellationToken cancellationToken
    )
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var runs = await which(context, context.Runs.AsNoTracking())
            .OrderByDescending(run => run.CreatedAt)
            .ThenBy(run => run.Id)
            .Skip(skip)
            .Take(take)
            .Join(
                context.Teams,
                run => run.TeamId,
                team => team.Id,
                (run, team) =>
                    new
                    {
                        Run = run,
                        team.Slug,
                        team.Name,
                    }
            )
            .OrderByDescending(row => row.Run.CreatedAt)
            .ThenBy(row => row.Run.Id)
            .ToListAsync(cancellationToken);
        var ids = runs.ConvertAll(row => row.Run.Id);
        var passes = await context
            .Passes.AsNoTracking()
            .Where(pass => ids.Contains(pass.RunId))
            .OrderBy(pass => pass.Ordinal)
            .ToListAsync(cancellationToken);
        var failures = await context
            .PassFailures.AsNoTracking()
            .Where(failure => ids.Contains(failure.RunId))
            .ToListAsync(cancellationToken);
        var batches = await ReadBatchesAsync(context, ids, cancellationToken);
        var now = await context.Database.SqlQuery<DateTimeOffset>($"select clock_timestamp() as \"Value\"").SingleAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        var passesOf = passes.ToLookup(pass => pass.RunId);
        var failuresOf = failures.ToLookup(failure => failure.RunId);
        var batchesOf = batches.ToLookup(batch => (batch.RunId, batch.PassOrdinal), batch => batch.Overview);
        return
        [
            .. runs.Select(row => new RunOverview
            {
                Id = row.Run.Id,
                ParentRunId = row.Run.ParentRunId,
                Team = row.Slug,
                TeamName = row.Name,
                Provider = row.Run.Provider,
                State = Enum.Parse<RunState>(row.Run.State),
                Reason = row.Run.Reason,
                Limit = row.Run.ScopeLimit,
                WithFallback = row.Run.WithFallback,
                IncludeStale = row.Run.IncludeStale,
                IsOfFailures = row.Run.ParentRunId is not null || row.Run.FailureFilter is not null,
                IsOfOne = row.Run.OnlyPullRequestId is not null,
                Filter = row.Run.Filter is null ? null : JsonSerializer.Deserialize(row.Run.Filter, RunJson.Default.PullRequestFilter),
                PromptVersion = row.Run.PromptVersion,
                Provenance = Enum.Parse<RunProvenance>(row.Run.Provenance),
                StartedBy = row.Run.StartedBy,
                CreatedAt = row.Run.CreatedAt,
                PlannedAt = row.Run.PlannedAt,
                EndedAt = row.Run.EndedAt,
                ReadAt = now,
                HoldAfterPass = row.Run.HoldAfterPass,
                Selected = row.Run.Selected,
                Succeeded = row.Run.Succeeded,
                Estimate = row.Run.Estimate is null ? null : JsonSerializer.Deserialize<Estimate>(row.Run.Estimate, Json),
                FailuresByCode = CodesOf(failuresOf[row.Run.Id], failure => failure.Final),
                Passes =
                [
                    .. passesOf[row.Run.Id].Select(pass => PassOf(pass, failuresOf[row.Run.Id], batchesOf[(pass.RunId, pass.Ordinal)])),
                ],
            }),
        ];
    }

    private static PassOverview PassOf(PassEntity pass, IEnumerable<PassFailureEntity> failures, IEnumerable<BatchOverview> batches) =>
        new()
        {
            Ordinal = pass.Ordinal,
            Model = pass.Model,
            Replaced = pass.Replaced,
            Requests = pass.Requests,
            Succeeded = pass.Succeeded,
            Failed = pass.Failed,
            PromptTokens = pass.PromptTokens,
            CompletionTokens = pass.CompletionTokens,
            Cost = pass.Cost,
            UnknownRequests = pass.UnknownRequests,
            StartedAt = pass.StartedAt,
            EndedAt = pass.EndedAt,
            FailuresByCode = CodesOf(failures.Where(failure => failure.Ordinal == pass.Ordinal), failure => failure.Requests),
            Batches = [.. batches],
        };

    private static Dictionary<FailureCode, int> CodesOf(IEnumerable<PassFailureEntity> failures, Func<PassFailureEntity, int> count)
    {
        var counts = new Dictionary<FailureCode, int>();
        foreach (var failure in failures.Where(failure => count(failure) > 0))
        {
            var code = CodeOf(failure.Code);
            counts[code] = counts.GetValueOrDefault(code) + count(failure);
        }

        return counts;
    }

    private static FailureCode CodeOf(string text) =>
        FailureCodes.TryParse(text, out var code)
            ? code
            : throw new InvalidDataException($"The ledger holds the failure code {text}, which this version does not know.");

    /// <summary>Without the provider's raw objects: they are for reading one, not for lists.</summary>
    private static async Task<List<(Guid RunId, short PassOrdinal, BatchOverview Overview)>> ReadBatchesAsync(
        GroqBatchDbContext context,
        List<Guid> runIds,
        CancellationToken cancellationToken
    )
    {
        var rows = await context
            .Batches.AsNoTracking()
            .Where(batch => runIds.Contains(batch.RunId))
            .OrderBy(batch => batch.PassOrdinal)
            .ThenBy(batch => batch.Ordinal)
            .Select(batch => new
            {
                batch.Id,
                batch.RunId,
                batch.PassOrdinal,
                batch.Ordinal,
                batch.State,
                batch.Rung,
                batch.Status,
                batch.ProviderBatchId,
                batch.InputFileId,
                batch.OutputFileId,
                batch.ErrorFileId,
                batch.Requests,
                batch.ProviderTotal,
                batch.ProviderCompleted,
                batch.ProviderFailed,
                batch.Succeeded,
                batch.Failed,
                batch.Difference,
                batch.IngestedAt,
                batch.PolledAt,
                Trouble = batch.Trouble ?? batch.PollError,
                batch.SubmittedAt,
                batch.EndedAt,
            })
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row =>
            (
                row.RunId,
                row.PassOrdinal,
                new BatchOverview
                {
                    Id = row.Id,
                    Ordinal = row.Ordinal,
                    State = Enum.Parse<BatchState>(row.State),
                    Model = row.Rung is null ? null : JsonSerializer.Deserialize(row.Rung, RunJson.Default.Rung)?.Model,
                    Status = row.Status,
                    ProviderBatchId = row.ProviderBatchId,
                    InputFileId = row.InputFileId,
                    OutputFileId = row.OutputFileId,
                    ErrorFileId = row.ErrorFileId,
                    Requests = row.Requests,
                    ProviderTotal = row.ProviderTotal,
                    ProviderCompleted = row.ProviderCompleted,
                    ProviderFailed = row.ProviderFailed,
                    Succeeded = row.Succeeded,
                    Failed = row.Failed,
                    Difference = row.Difference,
                    IngestedAt = row.IngestedAt,
                    PolledAt = row.PolledAt,
                    Trouble = row.Trouble,
                    SubmittedAt = row.SubmittedAt,
                    EndedAt = row.EndedAt,
                }
            )
        );
    }

    /// <summary>The ids that begin with a text, as a range that the primary key's index answers; null when it is no beginning of an id.</summary>
    internal static (Guid? Lowest, Guid? Highest) RangeOf(string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length is < FewestDigits or > 32 || !digits.All(char.IsAsciiHexDigit))
        {
            return (null, null);
        }

        return (
            Guid.ParseExact(digits.PadRight(32, '0'), "N"),
            Guid.ParseExact(digits.PadRight(32, 'f').ToLower(CultureInfo.InvariantCulture), "N")
        );
    }
}

internal static class RunReaderSql
{
    /// <summary>Raw, because EF cannot compare uuids: two index ranges and two lookups by key.</summary>
    public const string Resolve = """
        select id
        from (
            select id, created_at from groqbatch.runs where id between $2 and $3
            union
            select run.id, run.created_at
            from groqbatch.batches batch
            join groqbatch.runs run on run.id = batch.run_id
            where batch.id between $2 and $3 and $2 = $3
            union
            select run.id, run.created_at
            from groqbatch.batches batch
            join groqbatch.runs run on run.id = batch.run_id
            join groqbatch.providers provider on provider.name = batch.provider
            where batch.provider_batch_id = $1
        ) found
        order by created_at desc
        limit $4
        """;
}
