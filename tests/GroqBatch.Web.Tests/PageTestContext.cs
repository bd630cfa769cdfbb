using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.KeptFilters;
using GroqBatch.Core.Models;
using GroqBatch.Core.Notifications;
using GroqBatch.Core.Reconciliation;
using GroqBatch.Core.Runs;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Teams;
using GroqBatch.Core.Webhooks;
using GroqBatch.Testing.Models;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shell;
using GroqBatch.Web.Tests.Coverage;
using GroqBatch.Web.Tests.KeptFilters;
using GroqBatch.Web.Tests.Live;
using GroqBatch.Web.Tests.Notifications;
using GroqBatch.Web.Tests.Runs;
using GroqBatch.Web.Tests.SpotChecks;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;

namespace GroqBatch.Web.Tests;

/// <summary>What a page is rendered in: MudBlazor, a clock of the test's, hand-written readers, and a feed that the test makes speak.</summary>
public class PageTestContext : BunitContext
{
    // As patient as the browser tests: a machine with other work takes longer than the second that is the default.
    static PageTestContext() => DefaultWaitTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Adds what every page needs.</summary>
    public PageTestContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton<IBatchProvider>(new NamedProvider());
        Services.AddSingleton(new Surroundings(IsSimulated: true));
        Services.AddSingleton<IRunReader>(Runs);
        Services.AddSingleton<ICoverageReader>(Coverage);
        Services.AddSingleton<ICoverageListReader>(Coverage);
        Services.AddSingleton<ISummaryPrice>(Coverage);
        Services.AddSingleton<ISpotChecks>(Checks);
        Services.AddSingleton<IQualityReader>(Checks);
        Services.AddSingleton<IRunService>(Service);
        Services.AddSingleton<IReconciliationReader>(Service);
        Services.AddSingleton<ITeamStore>(new FakeTeams(Coverage));
        Services.AddSingleton<IModelCatalogue>(Catalogue);
        Services.AddSingleton<IKeptFilters>(Filters);
        Services.AddSingleton<INotifications>(Inbox);
        Services.AddSingleton<IWebhooks>(Webhook);
        Services.AddSingleton<ILiveFeed>(Feed);
        Services.AddSingleton<ICurrentActor>(new SomebodyActing());
        Services.AddSingleton<AuthenticationStateProvider>(new SomebodySignedIn());
        Services.AddCascadingAuthenticationState();
    }

    /// <summary>The clock.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    internal TestCatalogue Catalogue { get; } = new();
    internal FakeRuns Runs { get; } = new();
    internal FakeCoverage Coverage { get; } = new();
    internal FakeKeptFilters Filters { get; } = new();
    internal FakeSpotChecks Checks { get; } = new();
    internal FakeRunService Service { get; } = new();
    internal FakeNotifications Inbox { get; } = new();
    internal FakeWebhooks Webhook { get; } = new();
    internal FakeFeed Feed { get; } = new();

    private sealed class SomebodyActing : ICurrentActor
    {
        public Task<Actor> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new Actor("mira", Right.All));
    }

    private sealed class SomebodySignedIn : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(SignInClaims.Of("mira", Right.All)));
    }
}
