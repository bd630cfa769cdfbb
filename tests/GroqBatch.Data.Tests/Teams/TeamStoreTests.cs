using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Models;
using GroqBatch.Core.Teams;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Data.Tests.Teams;

public sealed class TeamStoreTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly Actor Ada = new("cli:ada", Right.All);
    private readonly TestCatalogue _catalogue = new();
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private ITeamStore Teams => _services.GetRequiredService<ITeamStore>();

    public ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero)));
        services.AddSingleton<IModelCatalogue>(_catalogue);
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

        var changed = await Teams.UpdateAsync("changing", new() { Name = "New" }, Ada, Cancellation);
        await Teams.UpdateAsync("changing", new() { Name = "New", Goal = 0.9 }, Ada, Cancellation);
        var nobody = await Teams.UpdateAsync("nobody", new() { Name = "New" }, Ada, Cancellation);

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

        var reserved = await Assert.ThrowsAsync<InvalidTeamException>(() =>
            Teams.AddAsync(new NewTeam("compare", "C", 1), Ada, Cancellation)
        );
        Assert.Contains("the address of a page", Assert.Single(reserved.Mistakes), StringComparison.Ordinal);

        var operatorOnly = new Actor("bob", Right.Operate);
        await Assert.ThrowsAsync<AccessDeniedException>(() => Teams.AddAsync(new NewTeam("b", "B", 1), operatorOnly, Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() =>
            Teams.UpdateAsync("b", new() { Ladder = [TestCatalogue.Strong, TestCatalogue.Small] }, operatorOnly, Cancellation)
        );
    }

    [Fact]
    public async Task A_ladder_of_its_own_is_kept_read_everywhere_audited_and_taken_away_again()
    {
        await Teams.AddAsync(new NewTeam("climbing", "Climbing", 0.9), Ada, Cancellation);

        var own = await Teams.UpdateAsync("climbing", new() { Ladder = [TestCatalogue.Strong, TestCatalogue.Small] }, Ada, Cancellation);

        Assert.Equal([TestCatalogue.Strong, TestCatalogue.Small], own!.Ladder);
        Assert.Equal(own, await Teams.FindAsync("climbing", Cancellation));
        Assert.Equal(own, await Teams.FindAsync(own.Id, Cancellation));
        Assert.Equal(own, Assert.Single(await Teams.ListAsync(Cancellation), team => team.Slug == "climbing"));
        var overview = await _services.GetRequiredService<ICoverageReader>().ReadTeamAsync("simulator", "climbing", Cancellation);
        Assert.Equal(own, Assert.Single(overview!.Teams).Team);
        var page = await _services
            .GetRequiredService<ICoverageListReader>()
            .ReadAsync(new CoverageListQuery { Provider = "simulator", Search = "climbing" }, Cancellation);
        Assert.Equal(own, Assert.Single(page.Rows).Coverage.Team);

        var back = await Teams.UpdateAsync("climbing", new() { Ladder = [] }, Ada, Cancellation);
        Assert.Null(back!.Ladder);
        await using var audit = database.DataSource.CreateCommand(
            "select string_agg(concat_ws(' > ', before ->> 'ladder', after ->> 'ladder'), ', ' order by id) from groqbatch.audit_events where target = 'climbing' and action = 'team.update'"
        );
        var both = $"[\"{TestCatalogue.Strong}\", \"{TestCatalogue.Small}\"]";
        Assert.Equal($"{both}, {both}", await audit.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task A_ladder_that_can_not_be_is_refused_when_it_is_added_and_when_it_is_changed()
    {
        string[] wrong = [TestCatalogue.Small, TestCatalogue.Gone];
        await Teams.AddAsync(new NewTeam("refusing", "Refusing", 0.9), Ada, Cancellation);

        var added = await Assert.ThrowsAsync<InvalidTeamException>(() =>
            Teams.AddAsync(new NewTeam("refused", "Refused", 0.9) { Ladder = wrong }, Ada, Cancellation)
        );
        var changed = await Assert.ThrowsAsync<InvalidTeamException>(() =>
            Teams.UpdateAsync("refusing", new() { Name = "Other", Ladder = wrong }, Ada, Cancellation)
        );

        Assert.StartsWith("Rung 2: ", Assert.Single(added.Mistakes), StringComparison.Ordinal);
        Assert.StartsWith("Rung 2: ", Assert.Single(changed.Mistakes), StringComparison.Ordinal);
        Assert.Null(await Teams.FindAsync("refused", Cancellation));
        Assert.Equal(("Refusing", null), await Teams.FindAsync("refusing", Cancellation) is { } team ? (team.Name, team.Ladder) : default);
    }

    [Fact]
    public async Task A_ladder_whose_model_has_left_the_catalogue_is_kept_while_other_things_are_changed()
    {
        await Teams.AddAsync(
            new NewTeam("keeping", "Keeping", 0.9) { Ladder = [TestCatalogue.Small, TestCatalogue.Other] },
            Ada,
            Cancellation
        );
        _catalogue.Models = [.. _catalogue.Models.Where(model => model.Id != TestCatalogue.Other)];

        var kept = await Teams.UpdateAsync("keeping", new() { Goal = 0.8 }, Ada, Cancellation);

        Assert.Equal([TestCatalogue.Small, TestCatalogue.Other], kept!.Ladder);
    }

    [Fact]
    public async Task What_somebody_else_has_changed_meanwhile_is_not_overwritten_unseen()
    {
        var seen = await Teams.AddAsync(new NewTeam("shared", "Shared", 0.9), Ada, Cancellation);
        await Teams.UpdateAsync("shared", new() { Goal = 0.8, Ladder = [TestCatalogue.Strong, TestCatalogue.Small] }, Ada, Cancellation);

        var goal = await Assert.ThrowsAsync<TeamChangedException>(() =>
            Teams.UpdateAsync("shared", new() { Goal = 0.7, Seen = seen }, Ada, Cancellation)
        );
        var ladder = await Assert.ThrowsAsync<TeamChangedException>(() =>
            Teams.UpdateAsync("shared", new() { Ladder = [], Seen = seen }, Ada, Cancellation)
        );
        var name = await Teams.UpdateAsync("shared", new() { Name = "Ours", Seen = seen }, Ada, Cancellation);

        Assert.Equal("Somebody else has changed it meanwhile: the goal is 80 % now.", goal.Message);
        Assert.Equal(0.8, goal.Now.Goal);
        Assert.Equal(
            $"Somebody else has changed it meanwhile: the ladder is {TestCatalogue.Strong}, {TestCatalogue.Small} now.",
            ladder.Message
        );
        Assert.Equal(("Ours", 0.8), (name!.Name, name.Goal));
    }
}
