using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Audit;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace GroqBatch.Data.Teams;

internal sealed class TeamStore(IDbContextFactory<GroqBatchDbContext> contexts) : ITeamStore
{
    public async Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Administer);
        Demand(TeamRules.Check(team.Slug, team.Name, team.Goal));

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var added = new TeamEntity
        {
            Slug = team.Slug,
            Name = team.Name.Trim(),
            Goal = team.Goal,
        };
        context.Teams.Add(added);
        context.AuditEvents.Add(
            AuditLog.ToEntity(
                new AuditEvent
                {
                    Actor = actor.Name,
                    Action = "team.add",
                    Target = team.Slug,
                    After = Describe(added.Name, added.Goal),
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

    public async Task<Team?> UpdateAsync(string slug, string? name, double? goal, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Administer);
        Demand(TeamRules.Check(null, name, goal));

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

        var before = Describe(team.Name, team.Goal);
        team.Name = name?.Trim() ?? team.Name;
        team.Goal = goal ?? team.Goal;
        var after = Describe(team.Name, team.Goal);
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
        }

        await transaction.CommitAsync(cancellationToken);
        return ToTeam(team);
    }

    public async Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .Teams.AsNoTracking()
            .OrderBy(team => team.Slug)
            .Select(team => new Team(team.Id, team.Slug, team.Name, team.Goal, team.IsSample))
            .ToListAsync(cancellationToken);
    }

    public async Task<Team?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context
            .Teams.AsNoTracking()
            .Where(team => team.Slug == slug)
            .Select(team => new Team(team.Id, team.Slug, team.Name, team.Goal, team.IsSample))
            .SingleOrDefaultAsync(cancellationToken);
    }

    private static void Demand(IReadOnlyList<string> mistakes)
    {
        if (mistakes.Count > 0)
        {
            throw new InvalidTeamException(mistakes);
        }
    }

    private static Team ToTeam(TeamEntity team) => new(team.Id, team.Slug, team.Name, team.Goal, team.IsSample);

    private static string Describe(string name, double goal) => JsonSerializer.Serialize(new { name, goal });
}
