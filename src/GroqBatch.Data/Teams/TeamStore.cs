using System.Globalization;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Models;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace GroqBatch.Data.Teams;

internal sealed class TeamStore(
    IDbContextFactory<GroqBatchDbContext> contexts,
    NpgsqlDataSource dataSource,
    IModelCatalogue catalogue,
    TimeProvider time
) : ITeamStore
{
    public async Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Administer);
        Demand([.. TeamRules.Check(team.Slug, team.Name, team.Goal), .. team.Ladder is null ? [] : CheckLadder(team.Ladder)]);

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var added = new TeamEntity
        {
            Slug = team.Slug,
            Name = team.Name.Trim(),
            Goal = team.Goal,
            Ladder = team.Ladder is null ? null : [.. team.Ladder],
        };
        context.Teams.Add(added);
        context.AuditEvents.Add(
            AuditLog.ToEntity(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Action = "team.add",
                    Target = team.Slug,
                    After = Describe(added),
                }
            )
        );
        try
        {
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException taken) when (taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            throw new InvalidTeamException([$"A team with the slug \"{team.Slug}\" exists already: expected one that is not taken."]);
        }

        return ToTeam(added);
    }

    public async Task<Team?> UpdateAsync(string slug, TeamChange change, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        actor.Demand(Right.Administer);
        Demand([.. TeamRules.Check(null, change.Name, change.Goal), .. change.Ladder is { Count: > 0 } ? CheckLadder(change.Ladder) : []]);

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);

        // Locked, so that the audit log's before and after are what this change found and left.
        var team = await context
            .Teams.FromSql($"select * from groqbatch.teams where slug = {slug} for update")
            .SingleOrDefaultAsync(cancellationToken);
        if (team is null)
        {
            return null;
        }

        DemandUnchanged(ToTeam(team), change);
        var before = Describe(team);
        team.Name = change.Name?.Trim() ?? team.Name;
        team.Goal = change.Goal ?? team.Goal;
        team.Ladder = change.Ladder switch
        {
            null => team.Ladder,
            { Count: 0 } => null,
            var models => [.. models],
        };
        var after = Describe(team);
        if (after != before)
        {
            context.AuditEvents.Add(
                AuditLog.ToEntity(
                    new AuditEvent
                    {
                        Actor = actor.Name,
                        Action = "team.update",
                        Target = slug,
                        Before = before,
                        After = after,
                    }
                )
            );
            await context.SaveChangesAsync(cancellationToken);
            // Open pages show its name and goal, and the figures that follow from them.
            await context.Database.ExecuteSqlAsync($"select pg_notify('groqbatch_changes', 'team:' || {team.Id})", cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return ToTeam(team);
    }

    public Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken) => ReadAsync("true", null, cancellationToken);

    public async Task<Team?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slug);
        return (await ReadAsync("slug = $1", slug, cancellationToken)) is [var team] ? team : null;
    }

    public async Task<Team?> FindAsync(int id, CancellationToken cancellationToken) =>
        (await ReadAsync("id = $1", id, cancellationToken)) is [var team] ? team : null;

    /// <summary>Raw SQL: most commands look for a team first, and EF takes longer to get ready than they have to do.</summary>
    private async Task<IReadOnlyList<Team>> ReadAsync(string which, object? value, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"select id, slug, name, goal, is_sample, ladder from groqbatch.teams where {which} order by slug"
        );
        if (value is not null)
        {
            command.Parameters.Add(new() { Value = value });
        }

        var teams = new List<Team>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            teams.Add(TeamRow.Read(reader, ladder: 5));
        }

        return teams;
    }

    private IReadOnlyList<string> CheckLadder(IReadOnlyList<string> models) =>
        LadderRules.Check(models, catalogue, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));

    /// <summary>Two people who change different things of a team do not hinder each other.</summary>
    private static void DemandUnchanged(Team now, TeamChange change)
    {
        if (change.Seen is not { } seen)
        {
            return;
        }

        var differences = new List<string>();
        if (change.Name is not null && now.Name != seen.Name)
        {
            differences.Add($"the name is {now.Name}");
        }

        if (change.Goal is not null && now.Goal != seen.Goal)
        {
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"the goal is {now.Goal * 100:0.###} %"));
        }

        if (change.Ladder is not null && !(now with { Ladder = seen.Ladder }).Equals(now))
        {
            differences.Add(now.Ladder is null ? "the ladder is the installation's" : $"the ladder is {string.Join(", ", now.Ladder)}");
        }

        if (differences.Count > 0)
        {
            throw new TeamChangedException(now, $"Somebody else has changed it meanwhile: {string.Join(", ", differences)} now.");
        }
    }

    private static void Demand(IReadOnlyList<string> mistakes)
    {
        if (mistakes.Count > 0)
        {
            throw new InvalidTeamException(mistakes);
        }
    }

    private static Team ToTeam(TeamEntity team) => new(team.Id, team.Slug, team.Name, team.Goal, team.IsSample) { Ladder = team.Ladder };

    private static string Describe(TeamEntity team) =>
        JsonSerializer.Serialize(
            new
            {
                name = team.Name,
                goal = team.Goal,
                ladder = team.Ladder,
            }
        );
}
