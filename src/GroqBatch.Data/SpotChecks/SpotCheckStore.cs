using System.Security.Cryptography;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Summaries;
using GroqBatch.Data.Ledger;
using GroqBatch.Data.PullRequests;
using Npgsql;
using NpgsqlTypes;

namespace GroqBatch.Data.SpotChecks;

/// <inheritdoc cref="ISpotChecks" />
internal sealed class SpotCheckStore(NpgsqlDataSource dataSource) : ISpotChecks
{
    public async Task<Sample?> DrawAsync(SampleRequest request, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        actor.Demand(Right.Review);
        Demand(request);
        var id = Guid.CreateVersion7();
        var seed = (long)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        await ledger.ExecuteAsync(SpotCheckSql.Freeze(request.Scope), Population(request), cancellationToken);
        var rungs = await CountRungsAsync(ledger, request.ByRung, cancellationToken);
        var population = rungs.Sum(rung => rung.Count);
        if (population == 0)
        {
            return null;
        }

        var strata = Lay(rungs, request.Terms.DrawnSize(population));
        var description = JsonSerializer.Serialize(
            strata.Select(stratum => stratum.Stored).ToList(),
            SpotCheckJson.Default.ListSampleStratum
        );
        var drawn = strata.Sum(stratum => stratum.Stored.Drawn);
        await ledger.ExecuteAsync(
            SpotCheckSql.AddSample,
            [
                new("id", id),
                new("provider", request.Provider),
                new("scope", request.Scope.ToString()),
                new("team", NpgsqlDbType.Integer) { Value = await TeamOfAsync(ledger, request, cancellationToken) ?? (object)DBNull.Value },
                new("run", NpgsqlDbType.Uuid) { Value = Of(request, SampleScope.Run, request.RunId) },
                new("model", NpgsqlDbType.Text) { Value = Of(request, SampleScope.Model, request.Model) },
                new("target", request.Terms.Target),
                new("confidence", request.Terms.Confidence),
                new("seed", seed),
                new("population", population),
                new("drawn", drawn),
                new("strata", NpgsqlDbType.Jsonb) { Value = description },
                new("actor", actor.Name),
            ],
            cancellationToken
        );
        await ledger.ExecuteAsync(
            SpotCheckSql.Draw,
            [
                new("id", id),
                new("seed", seed),
                new("rungs", strata.Select(stratum => (short)stratum.Stored.Rung).ToArray()),
                new("weights", strata.Select(stratum => stratum.Weight).ToArray()),
                new("sizes", strata.Select(stratum => stratum.Stored.Drawn).ToArray()),
            ],
            cancellationToken
        );
        await ledger.ExecuteAsync(
            SpotCheckSql.Audit,
            [
                new("actor", actor.Name),
                new("target", id.ToString()),
                new("after", NpgsqlDbType.Jsonb)
                {
                    Value = JsonSerializer.Serialize(
                        new SampleDrawn(
                            request.Scope.ToString(),
                            request.TeamId,
                            request.RunId,
                            request.Model,
                            request.Terms.Target,
                            request.Terms.Confidence,
                            seed,
                            population,
                            drawn
                        ),
                        SpotCheckJson.Default.SampleDrawn
                    ),
                },
            ],
            cancellationToken
        );
        var sample = await FindAsync(ledger.Command(SpotCheckSql.Find, [new("id", id)]), cancellationToken);
        await ledger.CommitAsync(cancellationToken);
        return sample;
    }

    public async Task<SampleReport?> FindAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        return await ReportAsync(ledger, sampleId, cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> ListAsync(
        string provider,
        SampleScope? scope,
        int take,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.View);
        await using var command = dataSource.CreateCommand(SpotCheckSql.List);
        command.Parameters.Add(new("provider", provider));
        command.Parameters.Add(new("scope", NpgsqlDbType.Text) { Value = scope?.ToString() ?? (object)DBNull.Value });
        command.Parameters.Add(new("take", take));
        var samples = new List<Sample>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            samples.Add(ReadSample(reader));
        }

        return samples;
    }

    public async Task<Sample?> FindLatestOfRunAsync(Guid runId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        var command = dataSource.CreateCommand(SpotCheckSql.FindLatestOfRun);
        command.Parameters.Add(new("run", runId));
        return await FindAsync(command, cancellationToken);
    }

    public async Task<SampleItem?> TakeAsync(Guid sampleId, int after, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Review);
        await using var take = dataSource.CreateCommand(SpotCheckSql.Take);
        take.Parameters.Add(new("id", sampleId));
        take.Parameters.Add(new("after", after));
        take.Parameters.Add(new("actor", actor.Name));
        take.Parameters.Add(new("period", ISpotChecks.ReservedFor));
        return await take.ExecuteScalarAsync(cancellationToken) is int position
            ? await LookAsync(sampleId, position, actor, cancellationToken)
            : null;
    }

    public async Task<SampleItem?> LookAsync(Guid sampleId, int position, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        var found = await ReadItemsAsync(sampleId, position, position, cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    public Task<IReadOnlyList<SampleItem>> LookAtFirstAsync(Guid sampleId, int count, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        return ReadItemsAsync(sampleId, 1, count, cancellationToken);
    }

    public async Task<VerdictReceipt> GiveAsync(
        Guid sampleId,
        int position,
        Verdict verdict,
        WrongReason? reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        actor.Demand(Right.Review);
        if ((verdict is Verdict.Wrong) != (reason is not null))
        {
            throw new ArgumentException("A wrong summary takes a reason, and only a wrong one.", nameof(reason));
        }

        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        await ledger.ScalarAsync(SpotCheckSql.Lock, [new("id", sampleId)], cancellationToken);
        var standing =
            await ReadStandingAsync(ledger, sampleId, position, cancellationToken)
            ?? throw new ArgumentException($"The sample has no item {position}.", nameof(position));
        if (standing.ReadBy is not null && standing.ReadBy != actor.Name)
        {
            var read = await ReportAsync(ledger, sampleId, cancellationToken);
            return new VerdictReceipt(position, standing.Number, IsTaken: false, standing.Verdict, read!);
        }

        if (standing.Verdict != verdict || standing.Reason != reason)
        {
            await AppendAsync(ledger, SpotCheckSql.Stand, sampleId, position, verdict, reason, actor, cancellationToken);
        }

        var report = await CountAsync(ledger, sampleId, cancellationToken);
        await ledger.CommitAsync(cancellationToken);
        return new VerdictReceipt(position, standing.Number, IsTaken: true, verdict, report);
    }

    public async Task<VerdictReceipt?> UndoAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Review);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        await ledger.ScalarAsync(SpotCheckSql.Lock, [new("id", sampleId)], cancellationToken);
        var latest = await ledger.ScalarAsync(
            SpotCheckSql.LatestOfActor,
            [new("id", sampleId), new("actor", actor.Name)],
            cancellationToken
        );
        if (latest is not int position)
        {
            return null;
        }

        var standing = await ReadStandingAsync(ledger, sampleId, position, cancellationToken);
        await AppendAsync(ledger, SpotCheckSql.TakeBack, sampleId, position, verdict: null, reason: null, actor, cancellationToken);
        var report = await CountAsync(ledger, sampleId, cancellationToken);
        await ledger.CommitAsync(cancellationToken);
        return new VerdictReceipt(position, standing!.Number, IsTaken: true, Verdict: null, report);
    }

    public async Task ReleaseAsync(Guid sampleId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Review);
        await using var release = dataSource.CreateCommand(SpotCheckSql.Release);
        release.Parameters.Add(new("id", sampleId));
        release.Parameters.Add(new("actor", actor.Name));
        await release.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Demand(SampleRequest request)
    {
        if (request.Terms.Mistake is { } mistake)
        {
            throw new ArgumentException(mistake, nameof(request));
        }

        var isWhole = request.Scope switch
        {
            SampleScope.Team => request.TeamId is not null,
            SampleScope.Run => request.RunId is not null,
            SampleScope.Model => !string.IsNullOrWhiteSpace(request.Model),
            _ => false,
        };
        if (!isWhole)
        {
            throw new ArgumentException($"A sample of a {request.Scope.ToString().ToLowerInvariant()} takes its name.", nameof(request));
        }
    }

    private static NpgsqlParameter[] Population(SampleRequest request) =>
        request.Scope switch
        {
            SampleScope.Team => [new("provider", request.Provider), new("team", request.TeamId!.Value)],
            SampleScope.Run => [new("provider", request.Provider), new("run", request.RunId!.Value)],
            _ => [new("provider", request.Provider), new("model", request.Model!)],
        };

    private static object Of<T>(SampleRequest request, SampleScope scope, T? value) => request.Scope == scope ? value! : DBNull.Value;

    private static async Task<int?> TeamOfAsync(LedgerTransaction ledger, SampleRequest request, CancellationToken cancellationToken) =>
        request.Scope switch
        {
            SampleScope.Team => request.TeamId,
            SampleScope.Run => (int?)
                await ledger.ScalarAsync(
                    "select team_id from groqbatch.runs where id = @run",
                    [new("run", request.RunId!.Value)],
                    cancellationToken
                ),
            _ => null,
        };

    private static async Task<List<(int Rung, int Count)>> CountRungsAsync(
        LedgerTransaction ledger,
        bool byRung,
        CancellationToken cancellationToken
    )
    {
        await using var command = ledger.Command(SpotCheckSql.CountRungs, []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rungs = new List<(int Rung, int Count)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rungs.Add((reader.GetInt16(0), reader.GetInt32(1)));
        }

        return byRung && rungs.Count > 1 ? rungs : [(0, rungs.Sum(rung => rung.Count))];
    }

    /// <summary>
    /// A stratum is read as often as half of its share and half of an equal one say: a later rung wrote few summaries, but the harder ones.
    /// </summary>
    private static List<(SampleStratum Stored, double Weight)> Lay(List<(int Rung, int Count)> rungs, int size)
    {
        var population = rungs.Sum(rung => rung.Count);
        return
        [
            .. rungs.Select(rung =>
            {
                var weight = ((rung.Count / (double)Math.Max(1, population)) + (1.0 / rungs.Count)) / 2;
                return (new SampleStratum(rung.Rung, rung.Count, Math.Min(rung.Count, (int)Math.Ceiling(size * weight))), weight);
            }),
        ];
    }

    private static async Task AppendAsync(
        LedgerTransaction ledger,
        string stand,
        Guid sampleId,
        int position,
        Verdict? verdict,
        WrongReason? reason,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        NpgsqlParameter[] given() =>
            [
                new("id", sampleId),
                new("position", position),
                new("actor", actor.Name),
                new("verdict", NpgsqlDbType.Text) { Value = verdict?.ToWire() ?? (object)DBNull.Value },
                new("reason", NpgsqlDbType.Text) { Value = reason?.ToWire() ?? (object)DBNull.Value },
            ];
        var appended = (long)(await ledger.ScalarAsync(SpotCheckSql.Append, given(), cancellationToken))!;
        await ledger.ExecuteAsync(stand, [.. given(), new("event", appended), new("period", ISpotChecks.ReservedFor)], cancellationToken);
    }

    /// <summary>Judges all that stands, and stores counters and end beside it.</summary>
    private static async Task<SampleReport> CountAsync(LedgerTransaction ledger, Guid sampleId, CancellationToken cancellationToken)
    {
        var before = (await ReportAsync(ledger, sampleId, cancellationToken))!;
        await ledger.ExecuteAsync(
            SpotCheckSql.Count,
            [new("id", sampleId), new("settlement", before.Judgement.Settlement.ToString())],
            cancellationToken
        );
        var sample = await FindAsync(ledger.Command(SpotCheckSql.Find, [new("id", sampleId)]), cancellationToken);
        return before with { Sample = sample! };
    }

    private static async Task<SampleReport?> ReportAsync(LedgerTransaction ledger, Guid sampleId, CancellationToken cancellationToken)
    {
        var sample = await FindAsync(ledger.Command(SpotCheckSql.Find, [new("id", sampleId)]), cancellationToken);
        if (sample is null)
        {
            return null;
        }

        var items = new List<JudgedItem>(sample.Drawn);
        await using var command = ledger.Command(SpotCheckSql.Verdicts, [new("id", sampleId)]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(new JudgedItem(reader.GetInt16(0), reader.IsDBNull(1) ? null : VerdictWords.ToVerdict(reader.GetString(1))));
        }

        return new SampleReport(sample, SampleJudge.Judge(sample.Terms, [.. sample.Strata.Select(stratum => stratum.Population)], items));
    }

    private static async Task<Sample?> FindAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? ReadSample(reader) : null;
        }
    }

    private static Sample ReadSample(NpgsqlDataReader reader) =>
        new()
        {
            Id = reader.GetGuid(0),
            Provider = reader.GetString(1),
            Scope = Enum.Parse<SampleScope>(reader.GetString(2)),
            TeamId = reader.IsDBNull(3) ? null : reader.GetInt32(3),
            TeamSlug = reader.IsDBNull(4) ? null : reader.GetString(4),
            TeamName = reader.IsDBNull(5) ? null : reader.GetString(5),
            RunId = reader.IsDBNull(6) ? null : reader.GetGuid(6),
            Model = reader.IsDBNull(7) ? null : reader.GetString(7),
            Terms = new SampleTerms(reader.GetDouble(8), reader.GetDouble(9)),
            Seed = reader.GetInt64(10),
            Population = reader.GetInt32(11),
            Drawn = reader.GetInt32(12),
            Strata = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(13), SpotCheckJson.Default.ListSampleStratum)!,
            DrawnBy = reader.GetString(14),
            DrawnAt = reader.GetFieldValue<DateTimeOffset>(15),
            Read = reader.GetInt32(16),
            Good = reader.GetInt32(17),
            Minor = reader.GetInt32(18),
            Wrong = reader.GetInt32(19),
            Settlement = Enum.Parse<Settlement>(reader.GetString(20)),
        };

    private async Task<IReadOnlyList<SampleItem>> ReadItemsAsync(Guid sampleId, int first, int last, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SpotCheckSql.Items);
        command.Parameters.Add(new("id", sampleId));
        command.Parameters.Add(new("first", first));
        command.Parameters.Add(new("last", last));
        var items = new List<SampleItem>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var pullRequest = PullRequestRow.Read(reader, SpotCheckSql.ItemColumns);
            var reading = SummaryReader.Read(reader.GetFieldValue<byte[]>(6));
            items.Add(
                new SampleItem
                {
                    SampleId = sampleId,
                    Position = reader.GetInt32(0),
                    Verdict = reader.IsDBNull(1) ? null : VerdictWords.ToVerdict(reader.GetString(1)),
                    Reason = reader.IsDBNull(2) ? null : VerdictWords.ToReason(reader.GetString(2)),
                    ReadBy = reader.IsDBNull(3) ? null : reader.GetString(3),
                    ReservedBy = reader.IsDBNull(4) ? null : reader.GetString(4),
                    HasChanged = reader.GetBoolean(5),
                    Summary =
                        reading.Document
                        ?? throw new InvalidDataException(
                            $"The stored summary of {pullRequest.Repository} #{pullRequest.Number} is none: {reading.Code}."
                        ),
                    Model = reader.GetString(7),
                    Pass = reader.GetInt16(8),
                    PromptVersion = reader.GetString(9),
                    RunId = reader.GetGuid(10),
                    SummarisedAt = reader.GetFieldValue<DateTimeOffset>(11),
                    PullRequest = pullRequest,
                }
            );
        }

        return items;
    }

    private static async Task<ItemStanding?> ReadStandingAsync(
        LedgerTransaction ledger,
        Guid sampleId,
        int position,
        CancellationToken cancellationToken
    )
    {
        await using var command = ledger.Command(SpotCheckSql.Standing, [new("id", sampleId), new("position", position)]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ItemStanding(
                reader.IsDBNull(0) ? null : VerdictWords.ToVerdict(reader.GetString(0)),
                reader.IsDBNull(1) ? null : VerdictWords.ToReason(reader.GetString(1)),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetInt64(3)
            )
            : null;
    }

    private sealed record ItemStanding(Verdict? Verdict, WrongReason? Reason, string? ReadBy, long Number);
}
