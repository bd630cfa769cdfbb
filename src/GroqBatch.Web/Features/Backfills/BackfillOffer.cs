using GroqBatch.Core.Backfills;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Runs;

namespace GroqBatch.Web.Features.Backfills;

/// <summary>What the dialog offers to start, for each team and together.</summary>
/// <param name="Teams">One each.</param>
/// <param name="Estimate">All together; null: nothing is selected.</param>
/// <param name="IsExact">By the query that sends them; otherwise by counters, until that has answered.</param>
public sealed record BackfillOffer(IReadOnlyList<TeamOffer> Teams, Estimate? Estimate, bool IsExact)
{
    /// <summary>Pull requests of all teams.</summary>
    public int Selected => Teams.Sum(team => team.Selected);

    /// <summary>Runs that would be started: a team of which nothing is selected has none.</summary>
    public IReadOnlyList<TeamOffer> Runs => [.. Teams.Where(team => team.Selected > 0)];

    /// <summary>What some of the teams come to together; null: nothing of them is selected.</summary>
    public Estimate? Of(IReadOnlyList<TeamOutlook> some)
    {
        var ids = some.Select(team => team.Team.Id).ToHashSet();
        return ids.Count == Teams.Count ? Estimate : Of([.. Teams.Where(team => ids.Contains(team.Outlook.Team.Id))], IsExact).Estimate;
    }

    /// <summary>Of these teams.</summary>
    public static BackfillOffer Of(IReadOnlyList<TeamOffer> teams, bool isExact)
    {
        var estimates = teams.Where(team => team.Selected > 0).Select(team => team.Estimate).ToList();
        return new BackfillOffer(teams, estimates.Count == 0 ? null : BackfillEstimate.Sum(estimates), isExact);
    }

    /// <summary>From the counters, by computing alone.</summary>
    public static BackfillOffer Of(BackfillOutlook outlook, BackfillChoices choices) =>
        Of(
            [
                .. outlook
                    .Teams.AsParallel()
                    .AsOrdered()
                    .Select(team =>
                    {
                        var count = team.CountOf(choices.Limit, choices.IncludesStale);
                        var request = choices.ToStart(team.Team.Id, count.Selected);
                        return new TeamOffer(team, count.Selected, count.ClaimedElsewhere, outlook.EstimateOf(team, request), null, null);
                    }),
            ],
            isExact: false
        );
}

/// <summary>What is offered of one team.</summary>
/// <param name="Outlook">The team and where it stands.</param>
/// <param name="Selected">Pull requests that would be sent.</param>
/// <param name="ClaimedElsewhere">Pull requests that another live run has.</param>
/// <param name="Estimate">Low, expected, high.</param>
/// <param name="First">The first of them; null: not read yet.</param>
/// <param name="Token">Binds a start to what is shown; null: not read yet.</param>
public sealed record TeamOffer(
    TeamOutlook Outlook,
    int Selected,
    int ClaimedElsewhere,
    Estimate Estimate,
    IReadOnlyList<SelectedPullRequest>? First,
    string? Token
);
