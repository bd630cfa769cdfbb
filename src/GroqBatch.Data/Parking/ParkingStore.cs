using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Core.Access;
using GroqBatch.Core.FailureGroups;
using GroqBatch.Core.Parking;
using GroqBatch.Core.PullRequests;
using GroqBatch.Data.Audit;
using GroqBatch.Data.FailureGroups;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.PullRequests;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Parking;

/// <summary>Parking in PostgreSQL: guarded updates of the states, with their audit event in the same transaction.</summary>
internal sealed class ParkingStore(NpgsqlDataSource dataSource) : IParking
{
    private const int MaxReason = 500;

    /// <summary>Only the failed ones of one team are looked at (an index), and their own requests (another).</summary>
    private const string Offers = """
        select state.pull_request_id, pull_request.repository, pull_request.number, pull_request.title, failing.runs, failing.models,
               state.failure_code
        from groqbatch.pull_request_states state
        join groqbatch.pull_requests pull_request on pull_request.id = state.pull_request_id
        cross join lateral (
            select count(distinct request.run_id)::int as runs, count(distinct pass.model)::int as models
            from groqbatch.requests request
            join groqbatch.passes pass on pass.run_id = request.run_id and pass.ordinal = request.pass_ordinal
            join groqbatch.runs run on run.id = request.run_id
            where request.pull_request_id = state.pull_request_id and request.outcome = 'failed' and request.attempts > 0
              and run.provider = state.provider
        ) failing
        where state.provider = @provider and state.team_id = @team and state.state = 'failed' and failing.runs >= 2 and failing.models >= 2
        order by state.created_at desc, state.pull_request_id desc
        """;

    private const string Park = """
        update groqbatch.pull_request_states set is_parked = true, parked_by = @actor, parked_reason = @reason
        where provider = @provider and pull_request_id = any(@ids) and state = 'failed'
        """;

    private const string Unpark = """
        update groqbatch.pull_request_states set is_parked = false, parked_by = null, parked_reason = null
        where provider = @provider and pull_request_id = any(@ids) and state = 'parked'
        """;

    // All that match, in one statement: the filter is read once, and what has failed since is in it or not, as the statement sees it.
    private static string ParkMatching(PullRequestFilter filter) =>
        $"""
            update groqbatch.pull_request_states state set is_parked = true, parked_by = @actor, parked_reason = @reason
            where state.provider = @provider and state.team_id = @team and state.state = 'failed'{PullRequestFilterSql.Condition(filter)}
            """;

    private static string UnparkMatching(PullRequestFilter filter) =>
        $"""
            update groqbatch.pull_request_states state set is_parked = false, parked_by = null, parked_reason = null
            where state.provider = @provider and state.team_id = @team and state.state = 'parked'{PullRequestFilterSql.Condition(filter)}
            """;

    private static string CountMatching(PullRequestFilter filter) =>
        $"""
            select count(*)::int, (count(*) filter (where state.state = @there))::int
            from groqbatch.pull_request_states state
            where state.provider = @provider and state.team_id = @team{PullRequestFilterSql.Condition(filter)}
            """;

    private const string CountIn = """
        select count(*)::int from groqbatch.pull_request_states
        where provider = @provider and pull_request_id = any(@ids) and state = any(@states)
        """;

    public async Task<IReadOnlyList<ParkingOffer>> ListOffersAsync(
        string provider,
        int teamId,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.View);
        await using var command = dataSource.CreateCommand(Offers);
        command.Parameters.AddWithValue("provider", provider);
        command.Parameters.AddWithValue("team", teamId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var offers = new List<ParkingOffer>();
        while (await reader.ReadAsync(cancellationToken))
        {
            offers.Add(
                new ParkingOffer(
                    reader.GetInt64(0),
                    reader.GetString(1),
                    reader.GetInt64(2),
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetInt32(5),
                    reader.IsDBNull(6) ? "" : reader.GetString(6)
                )
            );
        }

        return offers;
    }

    public Task<ParkingResult> ParkAsync(
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        Demand(reason);
        return MoveAsync(Park, "pull_request.park", ["parked"], provider, pullRequestIds, reason.Trim(), actor, cancellationToken);
    }

    public async Task<int> ParkFailuresAsync(
        string provider,
        int? teamId,
        FailureFilter filter,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Operate);
        Demand(reason);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        var parked = await ledger.ExecuteAsync(
            FailureGroupSql.Park(teamId, filter),
            [.. FailureGroupSql.ParametersOf(provider, teamId, filter), new("actor", actor.Name), new("reason", reason.Trim())],
            cancellationToken
        );
        if (parked > 0)
        {
            var after = FailureFilterJson.Of(filter, teamId);
            after["reason"] = reason.Trim();
            await AuditSql.AppendAsync(
                ledger,
                actor,
                "failures.park",
                $"{parked} pull requests",
                before: null,
                after.ToJsonString(),
                cancellationToken
            );
        }

        await ledger.CommitAsync(cancellationToken);
        return parked;
    }

    public Task<ParkingResult> UnparkAsync(
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        Actor actor,
        CancellationToken cancellationToken
    ) => MoveAsync(Unpark, "pull_request.unpark", ["failed"], provider, pullRequestIds, reason: null, actor, cancellationToken);

    public Task<ParkingResult> ParkAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        string reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        Demand(reason);
        return MoveMatchingAsync(
            ParkMatching(filter),
            "pull_request.park",
            "parked",
            provider,
            teamId,
            filter,
            reason.Trim(),
            actor,
            cancellationToken
        );
    }

    public Task<ParkingResult> UnparkAsync(
        string provider,
        int teamId,
        PullRequestFilter filter,
        Actor actor,
        CancellationToken cancellationToken
    ) =>
        MoveMatchingAsync(
            UnparkMatching(filter),
            "pull_request.unpark",
            "failed",
            provider,
            teamId,
            filter,
            reason: null,
            actor,
            cancellationToken
        );

    private async Task<ParkingResult> MoveMatchingAsync(
        string sql,
        string action,
        string there,
        string provider,
        int teamId,
        PullRequestFilter filter,
        string? reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Operate);
        NpgsqlParameter[] Parameters() =>
            [
                new("provider", provider),
                new("team", teamId),
                new("actor", actor.Name),
                Text("reason", reason),
                new("there", there),
                .. PullRequestFilterSql.Parameters(filter, teamId),
            ];
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        int matching;
        int already;
        await using (var count = ledger.Command(CountMatching(filter), Parameters()))
        await using (var reader = await count.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            (matching, already) = (reader.GetInt32(0), reader.GetInt32(1));
        }

        var changed = await ledger.ExecuteAsync(sql, Parameters(), cancellationToken);
        if (changed > 0)
        {
            var team = await ledger.ScalarAsync(
                "select slug from groqbatch.teams where id = @team",
                [new("team", teamId)],
                cancellationToken
            );
            var after = new JsonObject
            {
                ["filter"] = JsonSerializer.SerializeToNode(filter, Runs.RunJson.Default.PullRequestFilter),
                ["changed"] = changed,
                ["reason"] = reason,
            };
            await AuditSql.AppendAsync(ledger, actor, action, (string)team!, before: null, after.ToJsonString(), cancellationToken);
        }

        await ledger.CommitAsync(cancellationToken);
        return new ParkingResult(changed, already, Math.Max(0, matching - changed - already));
    }

    private static void Demand(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReason)
        {
            throw new ArgumentException($"Parking takes a reason of 1 to {MaxReason} characters.", nameof(reason));
        }
    }

    private async Task<ParkingResult> MoveAsync(
        string sql,
        string action,
        string[] there,
        string provider,
        IReadOnlyCollection<long> pullRequestIds,
        string? reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Operate);
        var ids = pullRequestIds.Distinct().ToArray();
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        var already = (int)
            (await ledger.ScalarAsync(CountIn, [new("provider", provider), new("ids", ids), new("states", there)], cancellationToken))!;
        var changed = await ledger.ExecuteAsync(
            sql,
            [new("provider", provider), new("ids", ids), new("actor", actor.Name), Text("reason", reason)],
            cancellationToken
        );
        if (changed > 0)
        {
            var after = new JsonObject { ["pullRequests"] = new JsonArray([.. ids.Select(id => (JsonNode?)id)]), ["reason"] = reason };
            await AuditSql.AppendAsync(
                ledger,
                actor,
                action,
                $"{changed} pull requests",
                before: null,
                after.ToJsonString(),
                cancellationToken
            );
        }

        await ledger.CommitAsync(cancellationToken);
        return new ParkingResult(changed, already, ids.Length - changed - already);
    }

    private static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlDbType.Text) { Value = value ?? (object)DBNull.Value };
}
