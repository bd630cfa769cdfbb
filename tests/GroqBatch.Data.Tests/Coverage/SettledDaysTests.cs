using GroqBatch.Data.Coverage;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Data.Tests.Coverage;

/// <summary>Days that are over are asked for once, and say the same as if they were asked for each time.</summary>
public sealed class SettledDaysTests : IAsyncLifetime
{
    private const string Provider = "simulator";
    private static readonly DateOnly First = new(2026, 11, 20);
    private static readonly DateOnly Today = new(2026, 11, 24);
    private readonly TestDatabase _database = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private CoverageListReader? _reader;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _reader = new CoverageListReader(_database.DataSource, _time);
        await WriteAsync(
            """
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value
            values (1, 'one', 'One', 0.95, false), (2, 'two', 'Two', 0.95, false)
            """
        );
        await NoteAsync(1, "2026-11-21 12:00Z", 10);
        await NoteAsync(2, "2026-11-22 12:00Z", 20);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Are_not_read_again()
    {
        Assert.Equal([10, 30, 30, 30], await CoveredAsync());

        // What nothing in the product does: only so can it be seen that nobody looks.
        await WriteAsync("delete from groqbatch.coverage_history where team_id = 2");

        Assert.Equal([10, 30, 10, 10], await CoveredAsync());
        Assert.Equal([10, 10, 10, 10], await CoveredAsync(new CoverageListReader(_database.DataSource, _time)));
    }

    [Fact]
    public async Task Do_not_hide_what_is_noted_today_or_late_for_yesterday()
    {
        await CoveredAsync();

        await NoteAsync(1, "2026-11-23 23:59Z", 11);
        await NoteAsync(1, "2026-11-24 11:00Z", 15);

        Assert.Equal([10, 30, 31, 35], await CoveredAsync());
    }

    [Fact]
    public async Task Are_read_again_when_a_team_has_come_or_gone()
    {
        await CoveredAsync();

        await WriteAsync(
            "insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (3, 'three', 'Three', 0.95, true)"
        );
        await NoteAsync(3, "2026-11-20 12:00Z", 100);
        Assert.Equal([100, 110, 130, 130, 130], await CoveredAsync());

        await WriteAsync("delete from groqbatch.teams where id = 2");
        Assert.Equal([100, 110, 110, 110, 110], await CoveredAsync());
    }

    [Fact]
    public async Task Move_on_with_the_days()
    {
        await CoveredAsync();
        await NoteAsync(1, "2026-11-24 13:00Z", 40);
        _time.Advance(TimeSpan.FromDays(3));

        var days = await _reader!.ReadDaysAsync(Provider, First.AddDays(3), Today.AddDays(3), Cancellation);

        Assert.Equal([30, 60, 60, 60, 60], days.Select(day => day.Covered));
        Assert.Equal(Today.AddDays(3), days[^1].Day);
    }

    [Fact]
    public async Task Of_another_provider_are_others()
    {
        await CoveredAsync();

        Assert.Empty(await _reader!.ReadDaysAsync("groq", First, Today, Cancellation));
        Assert.Equal([10, 30], (await _reader.ReadDaysAsync(Provider, First, First.AddDays(2), Cancellation)).Select(day => day.Covered));
        Assert.Equal([30], (await _reader.ReadDaysAsync(Provider, Today, Today, Cancellation)).Select(day => day.Covered));
    }

    private async Task<IEnumerable<long>> CoveredAsync(CoverageListReader? reader = null) =>
        (await (reader ?? _reader!).ReadDaysAsync(Provider, First, Today, Cancellation)).Select(day => day.Covered);

    private Task NoteAsync(int team, string at, int covered) =>
        WriteAsync(
            $"""
            insert into groqbatch.coverage_history (provider, team_id, taken_at, excluded, summarised_first, recovered, stale, in_flight, failed,
                                                    parked, pending, goal)
            values ('{Provider}', {team}, '{at}', 0, {covered}, 0, 0, 0, 0, 0, 0, 0.95)
            """
        );

    private async Task WriteAsync(string sql)
    {
        await using var write = _database.DataSource.CreateCommand(sql);
        await write.ExecuteNonQueryAsync(Cancellation);
    }
}
