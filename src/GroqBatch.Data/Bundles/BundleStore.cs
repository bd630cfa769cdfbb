using System.Text;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Bundles;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Audit;
using GroqBatch.Data.Installation;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.Runs;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.Bundles;

internal sealed class BundleStore(NpgsqlDataSource dataSource, DatabaseInitialiser initialiser) : IBundleStore
{
    /// <summary>
    /// What each table takes of its member. Whose rows they are is never the member's to say: run, provider and team are given, so that a bundle
    /// that somebody made up can touch nothing but its own run.
    /// </summary>
    private static readonly (string Member, string Loaded, string Table)[] Loads =
    [
        (BundleSql.Run, "bundle_runs", "groqbatch.runs"),
        (BundleSql.PullRequests, "bundle_pull_requests", "groqbatch.pull_requests"),
        (BundleSql.Passes, "bundle_passes", "groqbatch.passes"),
        (BundleSql.PassFailures, "bundle_pass_failures", "groqbatch.pass_failures"),
        (BundleSql.Batches, "bundle_batches", "groqbatch.batches"),
        (BundleSql.Requests, "bundle_requests", "groqbatch.requests"),
        (BundleSql.Attempts, "bundle_attempts", "groqbatch.attempts"),
        (BundleSql.Summaries, "bundle_summaries", "groqbatch.summaries"),
        (BundleSql.Events, "bundle_events", "groqbatch.run_events"),
    ];

    public async Task<IBundleSource> OpenAsync(Guid runId, CancellationToken cancellationToken) =>
        await BundleSource.OpenAsync(dataSource, runId, cancellationToken);

    public async Task<string?> FindTeamOfRunAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(BundleSql.TeamOfRun);
        command.Parameters.Add(new() { Value = runId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    public async Task<int> ImportAsync(
        BundleManifest manifest,
        Func<string, Stream> open,
        string team,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        // Each pull request has a state for each provider, and this one may be new here.
        await initialiser.PrepareProviderAsync(manifest.Provider, PromptVersion.Current.Major, cancellationToken);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        await ledger.ExecuteAsync("set local work_mem = '64MB'; set local time zone 'UTC'", [], cancellationToken);
        var teamId = await FindOrAddTeamAsync(ledger, open, team, actor, cancellationToken);
        var member = BundleSql.Run;
        try
        {
            var given = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
            foreach (var load in Loads)
            {
                member = load.Member;
                given[load.Table] = await LoadAsync(ledger, load.Loaded, open, member, cancellationToken);
            }

            member = BundleSql.Batches;
            if (await ledger.ScalarAsync(BundleSql.TakenBatch, [], cancellationToken) is string known)
            {
                throw new BundleException(member, $"{known}.");
            }

            var added = await InsertAsync(teamId);
            await CheckAsync(ledger, manifest, cancellationToken);
            await TellAsync(ledger, manifest, team, actor, cancellationToken);
            await ledger.CommitAsync(cancellationToken);
            return added;

            async Task<int> InsertAsync(int ownTeam)
            {
                await CopyAsync(
                    BundleSql.Run,
                    "bundle_runs",
                    ["id", "team_id", "provider", "request_key", "provenance"],
                    new()
                    {
                        ["id"] = "@run",
                        ["provider"] = "@provider",
                        ["team_id"] = "@team",
                        ["provenance"] = $"'{nameof(RunProvenance.Imported)}'",
                    }
                );
                var pullRequests = await CopyAsync(
                    BundleSql.PullRequests,
                    "bundle_pull_requests",
                    ["id", "team_id"],
                    new() { ["team_id"] = "@team" },
                    tail: "on conflict (team_id, repository, number) do nothing"
                );
                await MapAsync(BundleSql.MapPullRequests, "bundle_pull_request_ids");
                await CopyAsync(BundleSql.Passes, "bundle_passes", ["run_id"], new() { ["run_id"] = "@run" });
                await CopyAsync(BundleSql.PassFailures, "bundle_pass_failures", ["run_id"], new() { ["run_id"] = "@run" });
                await CopyAsync(
                    BundleSql.Batches,
                    "bundle_batches",
                    ["next_poll_at", "retry_at", "run_id", "provider"],
                    new() { ["run_id"] = "@run", ["provider"] = "@provider" }
                );
                const string OurPullRequest = """
                    (select id.ours from bundle_pull_request_ids id where id.theirs = (bundled.line ->> 'pull_request_id')::bigint)
                    """;
                await CopyAsync(
                    BundleSql.Requests,
                    "bundle_requests",
                    ["id", "run_id", "pull_request_id"],
                    new() { ["run_id"] = "@run", ["pull_request_id"] = OurPullRequest }
                );
                await MapAsync(BundleSql.MapRequests, "bundle_request_ids");
                await CopyAsync(
                    BundleSql.Attempts,
                    "bundle_attempts",
                    ["id", "request_id"],
                    new()
                    {
                        ["request_id"] =
                            "(select id.ours from bundle_request_ids id where id.theirs = (bundled.line ->> 'request_id')::bigint)",
                    }
                );
                await MapAsync(BundleSql.MapAttempts, "bundle_attempt_ids");
                await CopyAsync(
                    BundleSql.Summaries,
                    "bundle_summaries",
                    ["id", "run_id", "provider", "pull_request_id", "attempt_id"],
                    new()
                    {
                        ["run_id"] = "@run",
                        ["provider"] = "@provider",
                        ["pull_request_id"] = OurPullRequest,
                        ["attempt_id"] =
                            "(select id.ours from bundle_attempt_ids id where id.theirs = (bundled.line ->> 'attempt_id')::bigint)",
                    }
                );
                await CopyAsync(BundleSql.Events, "bundle_events", ["id", "run_id"], new() { ["run_id"] = "@run" });
                NpgsqlParameter[] run() => [new("run", manifest.RunId), new("prompt_major", PromptVersion.Current.Major)];
                await ledger.ExecuteAsync(BundleSql.CustomIds, [], cancellationToken);
                await ledger.ExecuteAsync(BundleSql.CurrentSummaries, run(), cancellationToken);
                await ledger.ExecuteAsync(FailureGroups.FailureGroupSql.CountOfRun, [new("run", manifest.RunId)], cancellationToken);
                await ledger.ExecuteAsync(BundleSql.FailedStates, [new("run", manifest.RunId)], cancellationToken);
                return pullRequests;

                async Task<int> CopyAsync(string of, string loaded, string[] without, Dictionary<string, string> values, string tail = "")
                {
                    member = of;
                    var table = Loads.Single(load => load.Member == of).Table;
                    var columns = await ColumnsAsync(ledger, table, cancellationToken);
                    var taken = columns.Where(column => given[table].Contains(column) && !without.Contains(column)).ToList();
                    List<string> names = [.. taken, .. values.Keys];
                    List<string> sources = [.. taken.Select(column => $"(bundled.filled).{column}"), .. values.Values];
                    return await ledger.ExecuteAsync(
                        $"""
                        insert into {table} ({string.Join(", ", names)})
                        select {string.Join(", ", sources)}
                        from (select ordinal, line, jsonb_populate_record(null::{table}, line) as filled from {loaded} offset 0) bundled
                        order by bundled.ordinal
                        {tail}
                        """,
                        [new("team", ownTeam), new("run", manifest.RunId), new("provider", manifest.Provider)],
                        cancellationToken
                    );
                }

                async Task MapAsync(string sql, string table)
                {
                    await ledger.ExecuteAsync(sql, [new("team", ownTeam), new("run", manifest.RunId)], cancellationToken);
                    await ledger.ExecuteAsync($"create index on {table} (theirs); analyze {table}", [], cancellationToken);
                }
            }
        }
        catch (JsonException wrong)
        {
            throw new BundleException(member, "A line of it is no JSON object.", wrong);
        }
        catch (InvalidDataException wrong)
        {
            throw new BundleException(member, "It is damaged: it can't be unpacked.", wrong);
        }
        catch (PostgresException wrong)
            when (wrong.SqlState.StartsWith("22", StringComparison.Ordinal) || wrong.SqlState.StartsWith("23", StringComparison.Ordinal))
        {
            // Its detail would quote rows.
            throw new BundleException(member, $"Its rows can't be taken: {wrong.MessageText}.", wrong);
        }
    }

    private static async Task<int> FindOrAddTeamAsync(
        LedgerTransaction ledger,
        Func<string, Stream> open,
        string slug,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        if (await ledger.ScalarAsync("select id from groqbatch.teams where slug = @slug", [new("slug", slug)], cancellationToken) is int id)
        {
            return id;
        }

        actor.Demand(Right.Administer);
        string name;
        double goal;
        try
        {
            await using var stream = open(BundleSql.Team);
            using var team = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            name = team.RootElement.GetProperty("name").GetString()!;
            goal = team.RootElement.GetProperty("goal").GetDouble();
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new BundleException(BundleSql.Team, "It names no team.", wrong);
        }

        var mistakes = TeamRules.Check(slug, name, goal);
        if (mistakes.Count > 0)
        {
            throw new BundleException(BundleSql.Team, string.Join(" ", mistakes));
        }

        var added = (int)
            (
                await ledger.ScalarAsync(
                    "insert into groqbatch.teams (slug, name, goal, is_sample) values (@slug, @name, @goal, false) returning id",
                    [new("slug", slug), new("name", name), new("goal", goal)],
                    cancellationToken
                )
            )!;
        await AuditSql.AppendAsync(
            ledger,
            actor,
            "team.add",
            slug,
            before: null,
            JsonSerializer.Serialize(new { name, goal }),
            cancellationToken
        );
        return added;
    }

    /// <summary>A member's lines, as they are, into a temporary table.</summary>
    /// <returns>The properties that the first of them has.</returns>
    private static async Task<HashSet<string>> LoadAsync(
        LedgerTransaction ledger,
        string table,
        Func<string, Stream> open,
        string member,
        CancellationToken cancellationToken
    )
    {
        await ledger.ExecuteAsync(
            $"create temporary table {table} (ordinal int not null, line jsonb not null) on commit drop",
            [],
            cancellationToken
        );
        var properties = new HashSet<string>(StringComparer.Ordinal);
        await using (
            var copy = await ledger.Connection.BeginBinaryImportAsync(
                $"copy {table} (ordinal, line) from stdin (format binary)",
                cancellationToken
            )
        )
        {
            using var lines = new StreamReader(open(member), Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);
            for (var ordinal = 0; await lines.ReadLineAsync(cancellationToken) is { } line; ordinal++)
            {
                if (ordinal == 0)
                {
                    using var first = JsonDocument.Parse(line);
                    properties.UnionWith(
                        first.RootElement.ValueKind == JsonValueKind.Object
                            ? first.RootElement.EnumerateObject().Select(property => property.Name)
                            : throw new JsonException("No object.")
                    );
                }

                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(ordinal, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(line, NpgsqlDbType.Jsonb, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await ledger.ExecuteAsync($"analyze {table}", [], cancellationToken);
        return properties;
    }

    private static async Task<List<string>> ColumnsAsync(LedgerTransaction ledger, string table, CancellationToken cancellationToken)
    {
        await using var command = ledger.Command(BundleSql.ColumnsOf, []);
        command.Parameters.Add(new() { Value = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }

    /// <summary>What was written must be what the bundle says, by every sum there is.</summary>
    private static async Task CheckAsync(LedgerTransaction ledger, BundleManifest manifest, CancellationToken cancellationToken)
    {
        await using (var missing = ledger.Command(BundleSql.Missing, [new("run", manifest.RunId)]))
        await using (var reader = await missing.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                if (reader.GetInt64(1) != reader.GetInt64(2))
                {
                    throw new BundleException(
                        member: null,
                        $"It has {reader.GetInt64(1)} {reader.GetString(0)}, and {reader.GetInt64(2)} of them fit together."
                    );
                }
            }
        }

        await using (var state = ledger.Command("select id, state from groqbatch.runs where id = @run", [new("run", manifest.RunId)]))
        await using (var reader = await state.ExecuteReaderAsync(cancellationToken))
        {
            if (
                !await reader.ReadAsync(cancellationToken)
                || !Enum.TryParse<RunState>(reader.GetString(1), out var runState)
                || !runState.IsFinal()
            )
            {
                throw new BundleException(BundleSql.Run, "It is not the run of the manifest, or not one that has ended.");
            }
        }

        await using var recount = ledger.Command(RunSql.Recount, [new("run", manifest.RunId)]);
        var differences = await RunStore.ReadDifferencesAsync(recount, cancellationToken);
        if (differences.Count > 0)
        {
            throw new BundleException(member: null, $"Its figures don't add up: {string.Join(" ", differences)}");
        }

        await using var count = ledger.Command(BundleSql.Figures, []);
        count.Parameters.Add(new() { Value = manifest.RunId });
        var figures = JsonElement.Parse((string)(await count.ExecuteScalarAsync(cancellationToken))!);
        if (!JsonElement.DeepEquals(figures, manifest.Figures))
        {
            throw new BundleException(
                member: null,
                $"Its rows say {figures.GetRawText()}, its manifest {JsonSerializer.Serialize(manifest.Figures)}."
            );
        }
    }

    private static async Task TellAsync(
        LedgerTransaction ledger,
        BundleManifest manifest,
        string team,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        await ledger.ExecuteAsync(
            RunSql.AddEvent,
            [
                new("run", manifest.RunId),
                new("actor", actor.Name),
                new("subject", "run"),
                new("batch", NpgsqlDbType.Uuid) { Value = DBNull.Value },
                new("pass", NpgsqlDbType.Smallint) { Value = DBNull.Value },
                new("from", NpgsqlDbType.Text) { Value = DBNull.Value },
                new("to", NpgsqlDbType.Text) { Value = DBNull.Value },
                new("reason", $"Imported from a bundle that installation {manifest.InstallationId} wrote."),
            ],
            cancellationToken
        );
        await AuditSql.AppendAsync(
            ledger,
            actor,
            "run.import",
            manifest.RunId.ToString(),
            before: null,
            JsonSerializer.Serialize(
                new
                {
                    team,
                    manifest.Provider,
                    manifest.InstallationId,
                    manifest.Figures,
                },
                JsonSerializerOptions.Web
            ),
            cancellationToken
        );
    }
}
