using GroqBatch.Core.Coverage;
using GroqBatch.Core.Parking;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Teams;

/// <summary>What a team's page and the drawer are rendered in.</summary>
internal sealed class TeamTestContext : PageTestContext
{
    public TeamTestContext()
    {
        Services.AddSingleton<ICoverageReader>(Team);
        Services.AddSingleton<ICoverageHistory>(Team);
        Services.AddSingleton<ICoverageGridReader>(Team);
        Services.AddSingleton<IPullRequestListReader>(Team);
        Services.AddSingleton<IPullRequestReader>(Team);
        Services.AddSingleton<ISentPrompts>(Team);
        Services.AddSingleton<IParking>(Team);
        Services.AddSingleton<ITeamStore>(Team);
        Services.AddSingleton<IRunService>(Team);
    }

    public FakeTeam Team { get; } = new();
}
