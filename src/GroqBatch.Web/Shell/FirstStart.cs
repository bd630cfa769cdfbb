using GroqBatch.Core.Access;
using GroqBatch.Core.Samples;
using GroqBatch.Core.Teams;

namespace GroqBatch.Web.Shell;

/// <summary>What happens once, when there is nothing yet.</summary>
internal static partial class FirstStart
{
    private static readonly Actor Dashboard = new("web", Right.Administer);

    /// <summary>With a simulator and an empty database: sample teams, so that everything can be tried. Otherwise nothing.</summary>
    public static async Task AddSampleTeamsAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!services.GetRequiredService<Surroundings>().IsSimulated)
        {
            return;
        }

        var teams = await services.GetRequiredService<ITeamStore>().ListAsync(cancellationToken);
        if (teams.Count > 0)
        {
            return;
        }

        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(FirstStart));
        Log.Adding(logger);
        await services.GetRequiredService<ISampleData>().AddAsync(Dashboard, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "First start: adding sample teams to try things out with; one action removes them")]
        public static partial void Adding(ILogger logger);
    }
}
