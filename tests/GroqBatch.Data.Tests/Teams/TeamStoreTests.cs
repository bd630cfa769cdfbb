using GroqBatch.Core.Access;
using GroqBatch.Core.Teams;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.Teams;

public sealed class TeamStoreTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Actor Ada = new("cli:ada", Right.All);
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private ITeamStore Teams => _services.GetRequiredService<ITeamStore>();

    public ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(database.ConnectionString);
        _services = services.BuildServiceProvider();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task An_added_team_is_found_and_listed_by_slug()
    {
        var added = await Teams.AddAsync(new NewTeam("zeta", " Zeta ", 0.9), Ada, Cancellation);
        await Teams.AddAsync(new NewTeam("alpha", "Alpha", 1), Ada, Cancellation);

        Assert.Equal(added, await Teams.FindAsync("zeta", Cancellation));
        Assert.Equal(("Zeta", 0.9, false), (added.Name, added.Goal, added.IsSample));
        Assert.Equal(
            ["alpha", "zeta"],
            (await Teams.ListAsync(Cancellation)).Select(team => team.Slug).Where(slug => slug is "alpha" or "zeta")
        );
        Assert.Null(await Teams.FindAsync("nobody", Cancellation));
    }

    [Fact]
    public async Task A_slug_is_taken_once_however_many_ask_at_once()
    {
        var tries = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TryAddAsync()));

        Assert.Equal(1, tries.Count(mistake => mistake is null));
        Assert.All(tries.Where(mistake => mistake is not null), mistake => Assert.Contains("exists already", mistake));

        async Task<string?> TryAddAsync()
        {
            try
            {
                await Teams.AddAsync(new NewTeam("wanted", "Wanted", 0.95), Ada, Cancellation);
                return null;
            }
            catch (InvalidTeamException refused)
            {
                return refused.Message;
            }
        }
    }

    [Fact]
    public async Task A_change_is_in_the_audit_log_with_what_was_before_and_one_that_changes_nothing_is_not()
    {
        await Teams.AddAsync(new NewTeam("changing", "Old", 0.9), Ada, Cancellation);

        var changed = await Teams.UpdateAsync("changing", "New", null, Ada, Cancellation);
        await Teams.UpdateAsync("changing", "New", 0.9, Ada, Cancellation);
        var nobody = await Teams.UpdateAsync("nobody", "New", null, Ada, Cancellation);

        Assert.Equal(("New", 0.9), (changed!.Name, changed.Goal));
        Assert.Null(nobody);
        await using var audit = database.DataSource.CreateCommand(
            "select string_agg(concat_ws(' ', actor, action, before ->> 'name', after ->> 'name'), ', ' order by id) from groqbatch.audit_events where target = 'changing'"
        );
        Assert.Equal("cli:ada team.add Old, cli:ada team.update Old New", await audit.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task Wrong_values_are_refused_all_at_once_and_rights_are_asked_first()
    {
        var refused = await Assert.ThrowsAsync<InvalidTeamException>(() => Teams.AddAsync(new NewTeam("A B", "", 2), Ada, Cancellation));
        Assert.Equal(3, refused.Mistakes.Count);

        var operatorOnly = new Actor("bob", Right.Operate);
        await Assert.ThrowsAsync<AccessDeniedException>(() => Teams.AddAsync(new NewTeam("b", "B", 1), operatorOnly, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => Teams.UpdateAsync("b", "B", null, operatorOnly, Cancellation));
    }
}
