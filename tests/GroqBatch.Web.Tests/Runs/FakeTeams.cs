using GroqBatch.Core.Access;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Tests.Coverage;

namespace GroqBatch.Web.Tests.Runs;

/// <summary>The teams that have coverage.</summary>
internal sealed class FakeTeams(FakeCoverage coverage) : ITeamStore
{
    public Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Team?> UpdateAsync(string slug, TeamChange change, Actor actor, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Team>>([.. coverage.Rows.Select(row => row.Coverage.Team)]);

    public Task<Team?> FindAsync(string slug, CancellationToken cancellationToken) =>
        Task.FromResult(coverage.Rows.Find(row => row.Coverage.Team.Slug == slug)?.Coverage.Team);

    public Task<Team?> FindAsync(int id, CancellationToken cancellationToken) =>
        Task.FromResult(coverage.Rows.Find(row => row.Coverage.Team.Id == id)?.Coverage.Team);
}
