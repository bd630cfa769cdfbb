using GroqBatch.Core.Access;
using GroqBatch.Core.KeptFilters;
using GroqBatch.Core.Search;
using GroqBatch.Data.Tests.Coverage;

namespace GroqBatch.Data.Tests.KeptFilters;

/// <summary>Filters by name, on a database of their own: how many there are is part of what is looked at.</summary>
public sealed class KeptFilterTests(CoverageDatabase database) : IClassFixture<CoverageDatabase>, IAsyncLifetime
{
    private static readonly Actor Ada = new("ada", Right.View | Right.Operate);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IKeptFilters Filters => database.Get<IKeptFilters>();

    public async ValueTask InitializeAsync()
    {
        await using var empty = database.DataSource.CreateCommand("delete from groqbatch.kept_filters");
        await empty.ExecuteNonQueryAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task One_that_is_kept_is_listed_on_its_page_renamed_removed_and_each_is_audited()
    {
        var kept = await Filters.KeepAsync(" Cancelled of Cal ", "runs?team=cal-com&state=cancelled&page=4&pr=7", Ada, Cancellation);
        await Filters.KeepAsync("elsewhere", "failures?since=7d", Ada, Cancellation);

        Assert.Equal(
            ("Cancelled of Cal", "runs", "runs?team=cal-com&state=cancelled", "ada"),
            (kept.Name, kept.Page, kept.Address, kept.KeptBy)
        );
        Assert.Equal([kept], await Filters.ListAsync("runs", Ada, Cancellation));

        var renamed = await Filters.RenameAsync(kept.Id, "Cancelled", Ada, Cancellation);
        Assert.Equal(kept with { Name = "Cancelled" }, renamed);
        Assert.True(await Filters.RemoveAsync(kept.Id, Ada, Cancellation));
        Assert.False(await Filters.RemoveAsync(kept.Id, Ada, Cancellation));
        Assert.Null(await Filters.RenameAsync(kept.Id, "Again", Ada, Cancellation));
        Assert.Empty(await Filters.ListAsync("runs", Ada, Cancellation));

        await using var audit = database.DataSource.CreateCommand(
            "select string_agg(concat_ws(' ', actor, action, before ->> 'name', '>', after ->> 'name'), ', ' order by id) from groqbatch.audit_events where action like 'kept_filter.%' and target like 'Cancelled%'"
        );
        Assert.Equal(
            "ada kept_filter.add > Cancelled of Cal, ada kept_filter.rename Cancelled of Cal > Cancelled, ada kept_filter.remove Cancelled >",
            await audit.ExecuteScalarAsync(Cancellation)
        );
    }

    [Fact]
    public async Task A_name_is_taken_once_on_a_page_in_any_case_of_letters_however_many_ask_at_once()
    {
        var tries = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(number =>
                    TryAsync(() => Filters.KeepAsync(number % 2 == 0 ? "Wanted" : "wanted", "runs?who=me", Ada, Cancellation))
                )
        );
        var elsewhere = await Filters.KeepAsync("Wanted", "failures?since=7d", Ada, Cancellation);
        var other = await Filters.KeepAsync("Other", "runs?who=me", Ada, Cancellation);

        Assert.Equal(1, tries.Count(mistake => mistake is null));
        Assert.All(tries.OfType<string>(), mistake => Assert.EndsWith("already: take another name.", mistake, StringComparison.Ordinal));
        Assert.Equal("failures", elsewhere.Page);
        Assert.EndsWith(
            "already: take another name.",
            await TryAsync(() => Filters.RenameAsync(other.Id, "WANTED", Ada, Cancellation)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("", "runs?who=me")]
    [InlineData("two\nlines", "runs?who=me")]
    [InlineData("fine", "//evil.example?who=me")]
    [InlineData("fine", "runs")]
    public async Task What_can_not_be_kept_is_refused_and_leaves_nothing(string name, string address)
    {
        Assert.NotNull(await TryAsync(() => Filters.KeepAsync(name, address, Ada, Cancellation)));
        Assert.NotNull(await TryAsync(() => Filters.KeepAsync(new string('n', 101), "runs?who=me", Ada, Cancellation)));

        Assert.Empty(await Filters.ListAsync("runs", Ada, Cancellation));
    }

    [Fact]
    public async Task There_are_two_hundred_at_most_and_it_says_so_when_full()
    {
        await using var fill = database.DataSource.CreateCommand(
            "insert into groqbatch.kept_filters (page, name, name_key, address, kept_by) select 'runs', 'f' || n, 'f' || n, 'runs?who=me', 'ada' from generate_series(1, 199) n"
        );
        await fill.ExecuteNonQueryAsync(Cancellation);

        var tries = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(number => TryAsync(() => Filters.KeepAsync($"last {number}", "runs?who=me", Ada, Cancellation)))
        );

        Assert.Equal(1, tries.Count(mistake => mistake is null));
        Assert.All(
            tries.OfType<string>(),
            mistake => Assert.StartsWith("200 filters are kept, which is as many as there can be", mistake, StringComparison.Ordinal)
        );
        Assert.Equal(KeptFilter.Most, (await Filters.ListAsync("runs", Ada, Cancellation)).Count);
    }

    [Fact]
    public async Task Looking_takes_the_right_to_view_and_everything_else_the_right_to_operate()
    {
        var kept = await Filters.KeepAsync("mine", "runs?who=me", Ada, Cancellation);
        var viewer = new Actor("bob", Right.View);

        Assert.Single(await Filters.ListAsync("runs", viewer, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Filters.ListAsync("runs", new Actor("nobody", Right.Operate), Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Filters.KeepAsync("x", "runs?who=me", viewer, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Filters.RenameAsync(kept.Id, "x", viewer, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Filters.RemoveAsync(kept.Id, viewer, Cancellation));
    }

    [Fact]
    public async Task The_search_finds_them_by_a_part_of_their_name_those_that_begin_with_it_first()
    {
        await Filters.KeepAsync("All nightly ones", "runs?state=live", Ada, Cancellation);
        await Filters.KeepAsync("Nightly failures", "failures?code=max_tokens", Ada, Cancellation);

        var found = await database.Get<ISearch>().FindAsync("NIGHTLY", "simulator", SearchPatience.Thorough, Ada, Cancellation);

        Assert.Equal(
            [
                new KeptFilterHit("Nightly failures", "failures", "failures?code=max_tokens"),
                new KeptFilterHit("All nightly ones", "runs", "runs?state=live"),
            ],
            found.KeptFilters.Rows
        );
    }

    private static async Task<string?> TryAsync<T>(Func<Task<T>> deed)
    {
        try
        {
            await deed();
            return null;
        }
        catch (InvalidFilterException refused)
        {
            return refused.Message;
        }
    }
}
