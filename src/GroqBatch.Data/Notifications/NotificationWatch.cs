using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Notifications;
using GroqBatch.Data.Ledger;
using Npgsql;

namespace GroqBatch.Data.Notifications;

/// <summary>Compares the figures that pages show with what they were, one process at a time.</summary>
internal sealed class NotificationWatch(NpgsqlDataSource dataSource, ICoverageReader coverage, IPastReader past) : INotificationWatch
{
    public async Task<int> LookAsync(string provider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(provider);
        await using var ledger = await LedgerTransaction.BeginAsync(dataSource, lease: null, cancellationToken);
        if (await ledger.ScalarAsync(NotificationSql.TryLockWatch, [], cancellationToken) is not true)
        {
            return 0;
        }

        var written = await TellOfGoalsAsync(ledger, provider, cancellationToken);
        written += await TellOfLimitsAsync(ledger, provider, cancellationToken);
        await ledger.ExecuteAsync(NotificationSql.RemoveOld, [], cancellationToken);
        await ledger.CommitAsync(cancellationToken);
        return written;
    }

    private async Task<int> TellOfGoalsAsync(LedgerTransaction ledger, string provider, CancellationToken cancellationToken)
    {
        // Without a pull request to summarise nothing is missing, and no goal was reached.
        var overview = await coverage.ReadAsync(provider, cancellationToken);
        var teams = overview.Teams.Where(team => team.Counts.Eligible > 0).ToList();
        return teams.Count == 0
            ? 0
            : await ledger.ExecuteAsync(
                NotificationSql.Goals,
                [
                    new("provider", provider),
                    new("actor", Actor.Pipeline.Name),
                    new("teams", teams.ConvertAll(team => team.Team.Id).ToArray()),
                    new("reached", teams.ConvertAll(team => team.IsReached).ToArray()),
                    new("covered", teams.ConvertAll(team => team.Counts.Summarised + team.Counts.Stale).ToArray()),
                    new("eligible", teams.ConvertAll(team => team.Counts.Eligible).ToArray()),
                    new("goals", teams.ConvertAll(team => team.Team.Goal).ToArray()),
                ],
                cancellationToken
            );
    }

    private async Task<int> TellOfLimitsAsync(LedgerTransaction ledger, string provider, CancellationToken cancellationToken)
    {
        var flagged = ModelFigures
            .Of(await past.ReadAsync(provider, ModelFigures.RunsBack, cancellationToken))
            .SelectMany(model => model.Chart.Where(run => run.IsOutside && run.Limits is not null).Select(run => (Model: model, Run: run)))
            .ToList();
        return flagged.Count == 0
            ? 0
            : await ledger.ExecuteAsync(
                NotificationSql.Limits,
                [
                    new("actor", Actor.Pipeline.Name),
                    new("runs", flagged.ConvertAll(point => point.Run.RunId).ToArray()),
                    new("passes", flagged.ConvertAll(point => point.Model.Rung).ToArray()),
                    new("models", flagged.ConvertAll(point => point.Model.Model).ToArray()),
                    new("failed", flagged.ConvertAll(point => point.Run.Failed).ToArray()),
                    new("requests", flagged.ConvertAll(point => point.Run.Requests).ToArray()),
                    new("low", flagged.ConvertAll(point => point.Run.Limits!.Low).ToArray()),
                    new("high", flagged.ConvertAll(point => point.Run.Limits!.High).ToArray()),
                ],
                cancellationToken
            );
    }
}
