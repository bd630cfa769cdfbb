using CsCheck;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Coverage;
using Npgsql;

namespace GroqBatch.Data.Tests.Coverage;

/// <summary>The counters are equal to a recount, always: whatever is done to pull requests and their states, in whatever order and at once.</summary>
public sealed class CoverageCountersTests(CoverageDatabase database) : IClassFixture<CoverageDatabase>
{
    private const int PullRequests = 24;

    private enum Deed
    {
        Import,
        EmptyBody,
        Redate,
        Rename,
        Claim,
        Unclaim,
        Summarise,
        SummariseOnRung2,
        Outdate,
        Fail,
        Park,
        Delete,
    }

    /// <summary>Something done to a range of numbers, for one provider, kept or taken back.</summary>
    private sealed record Move(Deed Deed, int First, int Count, bool Simulator, bool Undo);

    private static readonly Gen<Move> AnyMove = Gen.Select(
            Gen.Int[0, Enum.GetValues<Deed>().Length - 1],
            Gen.Int[1, PullRequests],
            Gen.Int[1, 8],
            Gen.Bool,
            Gen.Int[0, 9]
        )
        .Select((deed, first, count, simulator, undo) => new Move((Deed)deed, first, count, simulator, undo == 0));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task One_after_the_other() =>
        AnyMove
            .Array[1, 25]
            .SampleAsync(
                async moves =>
                {
                    var team = await NewTeamAsync();
                    foreach (var move in moves)
                    {
                        await TakeAsync(team, move);
                        Assert.Empty(await DifferencesAsync());
                    }

                    await DropAsync(team);
                    Assert.Empty(await DifferencesAsync());
                },
                iter: 15,
                threads: 1
            );

    [Fact]
    public Task Several_at_once() =>
        AnyMove
            .Array[10, 40]
            .SampleAsync(
                async moves =>
                {
                    var team = await NewTeamAsync();
                    await Parallel.ForEachAsync(
                        moves,
                        new ParallelOptions { MaxDegreeOfParallelism = 5, CancellationToken = Cancellation },
                        async (move, _) => await TakeAsync(team, move)
                    );
                    Assert.Empty(await DifferencesAsync());
                    await DropAsync(team);
                },
                iter: 15,
                threads: 1
            );

    private async Task<Team> NewTeamAsync() => await database.AddTeamAsync($"t-{Guid.NewGuid():N}");

    private Task DropAsync(Team team) => database.ExecuteAsync("delete from groqbatch.teams where id = $1", team.Id);

    private Task<IReadOnlyList<string>> DifferencesAsync() => database.Get<CoverageRecount>().FindDifferencesAsync(Cancellation);

    private async Task TakeAsync(Team team, Move move)
    {
        if (move.Deed is Deed.Import or Deed.EmptyBody)
        {
            await database.UpsertAsync(
                team,
                Enumerable
                    .Range(move.First, move.Count)
                    .Select(n => ((long)n, move.Deed is Deed.EmptyBody ? " " : $"body {move.Undo} {n % 3}"))
            );
            return;
        }

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
                await using var transaction = await connection.BeginTransactionAsync(Cancellation);
                await using var command = new NpgsqlCommand(Sql(move.Deed), connection, transaction)
                {
                    Parameters =
                    {
                        new("team", team.Id),
                        new("first", (long)move.First),
                        new("last", (long)move.First + move.Count - 1),
                        new("provider", move.Simulator ? "simulator" : "groq"),
                    },
                };
                await command.ExecuteNonQueryAsync(Cancellation);
                if (!move.Undo)
                {
                    await transaction.CommitAsync(Cancellation);
                }

                return;
            }
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < 20)
            {
                // Whoever meets another like this is undone whole and takes it again, as the product does.
            }
        }
    }

    private static string Sql(Deed deed)
    {
        const string Range = "pr.team_id = @team and pr.number between @first and @last";
        const string Mine =
            "from groqbatch.pull_requests pr where state.pull_request_id = pr.id and state.provider = @provider and " + Range;
        return deed switch
        {
            Deed.Redate =>
                $"update groqbatch.pull_requests pr set created_at = created_at + interval '40 days', title = title || @provider where {Range}",
            Deed.Rename => $"update groqbatch.pull_requests pr set content_hash = sha256(content_hash), title = @provider where {Range}",
            Deed.Claim => $"update groqbatch.pull_request_states state set is_claimed = true {Mine}",
            Deed.Unclaim => $"update groqbatch.pull_request_states state set is_claimed = false {Mine}",
            Deed.Summarise or Deed.SummariseOnRung2 => $"""
                update groqbatch.pull_request_states state
                set summary_id = 1, summary_hash = pr.content_hash, summary_rung = {(deed is Deed.Summarise ? 1 : 2)}, is_claimed = false,
                    has_failed = false, is_prompt_outdated = false
                {Mine}
                """,
            Deed.Outdate => $"update groqbatch.pull_request_states state set is_prompt_outdated = not is_prompt_outdated {Mine}",
            Deed.Fail => $"update groqbatch.pull_request_states state set has_failed = true, is_claimed = false {Mine}",
            Deed.Park => $"update groqbatch.pull_request_states state set is_parked = not is_parked {Mine}",
            Deed.Delete => $"delete from groqbatch.pull_requests pr where @provider <> '' and {Range}",
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "No SQL."),
        };
    }
}
