using GroqBatch.Core.Access;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Backfills;

/// <summary>What is said before a start is what the start does.</summary>
public sealed class BackfillOutlookTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task The_counters_say_what_the_query_that_sends_them_says(int? limit)
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 8, Cancelled);
        var request = new StartRun
        {
            TeamId = team,
            Limit = limit,
            WithFallback = true,
        };

        var outlook = await Outlooks(installation).ReadAsync([team, 999_999], TestInstallation.Ada, Cancelled);
        var preview = await installation.Runs.PreviewAsync(request, TestInstallation.Ada, Cancelled);

        var offered = Assert.Single(outlook.Teams);
        Assert.Equal(preview.Selected, offered.CountOf(limit, includeStale: false).Selected);
        Assert.Equal(preview.Estimate.PromptTokens, outlook.EstimateOf(offered, request).PromptTokens);
        Assert.Equal(preview.Estimate.Cost, outlook.EstimateOf(offered, request).Cost);
    }

    [Fact]
    public async Task The_list_is_what_is_sent_in_its_order()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 8, Cancelled);
        var request = new StartRun { TeamId = team, Limit = 5 };

        var first = await Outlooks(installation).ListAsync(request, 0, 3, TestInstallation.Ada, Cancelled);
        var rest = await Outlooks(installation).ListAsync(request, 3, 3, TestInstallation.Ada, Cancelled);
        var preview = await installation.Runs.PreviewAsync(request, TestInstallation.Ada, Cancelled);

        Assert.Equal(preview.First.Select(row => row.Id), first.Concat(rest).Select(row => row.Id));
        Assert.Equal(5, first.Count + rest.Count);
    }

    [Fact]
    public async Task The_same_choice_is_another_run_once_the_one_before_has_taken_what_it_takes()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var team = await installation.AddTeamAsync("acme", 8, Cancelled);
        var request = new StartRun { TeamId = team, Limit = 3 };
        var before = await KeyAsync();

        var run = await installation.StartRunAsync(request with { RequestKey = before }, Cancelled);
        var queued = await KeyAsync();
        await installation.DriveToEndAsync(run, Cancelled);

        Assert.Equal(before, queued);
        Assert.NotEqual(before, await KeyAsync());

        async Task<string> KeyAsync()
        {
            var outlook = await Outlooks(installation).ReadAsync([team], TestInstallation.Ada, Cancelled);
            return BackfillKey.Of(outlook.Provider, request, outlook.Teams[0].Sizes.BeginsAfter);
        }
    }

    [Fact]
    public async Task Nothing_is_said_to_who_may_not_see_it()
    {
        await using var installation = await TestInstallation.StartAsync(hosts: 0, cancellationToken: Cancelled);
        var nobody = new Actor("nobody", Right.None);

        await Assert.ThrowsAsync<AccessDeniedException>(() => Outlooks(installation).ReadAsync([1], nobody, Cancelled));
        await Assert.ThrowsAsync<AccessDeniedException>(async () =>
            await Outlooks(installation).ListAsync(new StartRun { TeamId = 1 }, 0, 1, nobody, Cancelled)
        );
    }

    private static IBackfillOutlooks Outlooks(TestInstallation installation) =>
        installation.Services.GetRequiredService<IBackfillOutlooks>();
}
