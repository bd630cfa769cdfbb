using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Installation;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Samples;
using GroqBatch.Core.Webhooks;
using GroqBatch.Web.Features.Settings;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Settings;

public sealed class SettingsPageTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly PageTestContext _context = new();
    private readonly FakeHealth _health = new();
    private readonly FakeAudit _audit = new();
    private readonly FakeSamples _samples = new();

    public SettingsPageTests()
    {
        _context.Services.AddSingleton<IHealthReader>(_health);
        _context.Services.AddSingleton<IAuditReader>(_audit);
        _context.Services.AddSingleton<ISampleData>(_samples);
        _context.Services.AddSingleton<ITokenCounter>(new LengthCounter());
        _context.Services.AddSingleton<IBatchProvider>(_health.Provider);
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_who_is_alive_who_is_silent_and_what_is_in_doubt()
    {
        _health.Reading = _health.Reading with
        {
            Nodes =
            [
                new SchedulerNode("alpha1", Now.AddSeconds(-1), TimeSpan.FromSeconds(1)),
                new SchedulerNode("beta2", Now.AddMinutes(-2), TimeSpan.FromSeconds(1)),
            ],
            LiveBatches = 3,
            DoubtfulBatches = 1,
            StalestPollAt = Now.AddSeconds(-4),
            AdoptedBatches = 2,
            LastAdoptedAt = Now.AddHours(-1),
        };

        var page = _context.Render<HealthPart>();

        var nodes = page.FindAll("li").Select(Text).ToList();
        Assert.Contains("alive alpha1", nodes[0], StringComparison.Ordinal);
        Assert.Contains("silent beta2", nodes[1], StringComparison.Ordinal);
        Assert.Contains("1 not confirmed", page.Markup, StringComparison.Ordinal);
        Assert.Contains("4 s ago", page.Markup, StringComparison.Ordinal);
        Assert.Contains("the key is accepted and has 2 models", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_to_start_where_nobody_carries_runs_on_and_why_the_provider_refuses()
    {
        _health.Provider.Failure = new ProviderException("The key was refused (401).", ProviderFault.WrongKey);

        var page = _context.Render<HealthPart>();

        Assert.Contains("groqbatch work", page.Markup, StringComparison.Ordinal);
        Assert.Contains("The key was refused (401).", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_the_webhook_goes_and_sends_a_test_when_asked_to()
    {
        _context.Webhook.Health = new WebhookHealth
        {
            Host = "hooks.example",
            ReadAt = Now,
            DeliveredAt = Now.AddMinutes(-3),
            Waiting = 5,
            Failing = 2,
            NextAttemptAt = Now.AddMinutes(4),
            LastError = "500",
            GivenUp = 1,
        };
        _context.Webhook.Outcome = new WebhookOutcome(null, "no answer within 15 s");

        var page = _context.Render<HealthPart>();

        Assert.Contains("hooks.example", page.Markup, StringComparison.Ordinal);
        Assert.Contains("2 deliveries failed and wait for the next try, in 4 min; the latest: 500", page.Markup, StringComparison.Ordinal);
        Assert.Contains("1 given up after every try", page.Markup, StringComparison.Ordinal);

        page.FindAll("button").Single(button => button.TextContent == "Send a test notification").Click();

        page.WaitForAssertion(() => Assert.Equal("Not delivered: no answer within 15 s.", page.Find("[role=status]").TextContent));
        Assert.Equal(["mira"], _context.Webhook.Testers);
    }

    [Fact]
    public void Says_that_the_receiver_is_gone_and_that_there_is_none()
    {
        Assert.Contains("none is configured", _context.Render<HealthPart>().Markup, StringComparison.Ordinal);
        _context.Webhook.Health = new WebhookHealth
        {
            Host = "hooks.example",
            ReadAt = Now,
            GoneAt = Now.AddHours(-2),
        };

        Assert.Contains(
            "that it is gone (410): nothing is sent until it takes a test",
            _context.Render<HealthPart>().Markup,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Reads_again_by_itself_and_stops_when_left()
    {
        var page = _context.Render<HealthPart>();
        var before = _health.Reads;

        _context.Time.Advance(TimeSpan.FromSeconds(5));
        page.WaitForAssertion(() => Assert.Equal(before + 1, _health.Reads));
        page.Instance.Dispose();
        _context.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(before + 1, _health.Reads);
    }

    [Fact]
    public void Shows_the_prompt_and_the_schema_as_text()
    {
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("settings?tab=prompt");

        var page = _context.Render<SettingsPage>();

        Assert.Contains(PromptVersion.Current.ToString(), page.Markup, StringComparison.Ordinal);
        Assert.Equal(SystemPrompt.ForSchema, page.Find("pre[aria-label='System prompt']").TextContent);
        Assert.Contains("\"additionalProperties\": false", page.Find("pre[aria-label=Schema]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_the_audit_log_by_what_the_address_says()
    {
        _audit.Events.Add(Event(1, "cli:ada", "team.add", "cal-com", after: """{"slug":"cal-com","name":"<b>Cal</b>"}"""));
        _audit.Events.Add(Event(2, "mira", "run.start", "00000000-0000-4000-8000-00000000000a"));
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("settings?tab=audit");
        var page = _context.Render<SettingsPage>();
        Assert.Equal(2, page.FindAll("tbody tr").Count);

        page.Find("#audit-action").Change("team.");

        page.WaitForAssertion(() => Assert.Single(page.FindAll("tbody tr")));
        Assert.Contains("tab=audit&action=team.", _context.Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Contains("team: add", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Contains("<b>Cal</b>", page.Find("pre").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_through_the_audit_log()
    {
        for (var id = 1; id <= 60; id++)
        {
            _audit.Events.Add(Event(id, "mira", "run.hold", $"run-{id}"));
        }

        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("settings?tab=audit");
        var page = _context.Render<SettingsPage>();
        Assert.Equal(50, page.FindAll("tbody tr").Count);
        var older = page.FindAll(".pg a").Single(link => link.TextContent == "Older").GetAttribute("href")!;

        _context.Services.GetRequiredService<NavigationManager>().NavigateTo(older);

        page.WaitForAssertion(() => Assert.Equal(10, page.FindAll("tbody tr").Count));
        Assert.Contains("run-10", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Removes_sample_teams_only_after_asking()
    {
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo("settings?tab=samples");
        var page = _context.Render<SettingsPage>();

        page.Find("button").Click();
        Assert.True(_samples.IsThere);
        page.FindAll("button").Single(button => button.TextContent == "Remove the sample teams").Click();

        Assert.False(_samples.IsThere);
        Assert.Contains("Removed: sample-calcom", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Add sample teams", page.Markup, StringComparison.Ordinal);
    }

    private static RecordedAuditEvent Event(long id, string actor, string action, string target, string? after = null) =>
        new(
            id,
            Now.AddMinutes(id),
            new AuditEvent
            {
                Actor = actor,
                Action = action,
                Target = target,
                After = after,
            }
        );

    private static string Text(AngleSharp.Dom.IElement element) =>
        string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed class FakeHealth : IHealthReader
    {
        public HealthReading Reading { get; set; } =
            new()
            {
                ReadAt = Now,
                ServerVersion = "15.18",
                DatabaseBytes = 123_000_000,
                Schema = "AddSpotChecks",
                Nodes = [],
                LiveBatches = 0,
                DoubtfulBatches = 0,
                AdoptedBatches = 0,
            };

        public int Reads { get; private set; }
        public AnsweringProvider Provider { get; } = new();

        public Task<HealthReading> ReadAsync(string provider, CancellationToken cancellationToken)
        {
            Reads++;
            return Task.FromResult(Reading);
        }
    }

    /// <summary>Answers which models it has, and nothing else.</summary>
    private sealed class AnsweringProvider : IBatchProvider
    {
        public Exception? Failure { get; set; }
        public string Name => "simulator";
        public string Host => "127.0.0.1:5999";

        public Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken) =>
            Failure is null
                ? Task.FromResult<IReadOnlyList<ProviderModel>>([new ProviderModel("a", true, 1, 1), new ProviderModel("b", true, 1, 1)])
                : Task.FromException<IReadOnlyList<ProviderModel>>(Failure);

        public Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken) => throw Called();

        public Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken) => throw Called();

        public Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(
            IReadOnlyCollection<string> batchIds,
            CancellationToken cancellationToken
        ) => throw Called();

        public IAsyncEnumerable<ProviderBatch> ListBatchesAsync(CancellationToken cancellationToken) => throw Called();

        public Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken) => throw Called();

        public Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken) => throw Called();

        private static InvalidOperationException Called() => new("The page called the provider.");
    }

    private sealed class FakeAudit : IAuditReader
    {
        public List<RecordedAuditEvent> Events { get; } = [];

        public Task<AuditTerms> ListTermsAsync(Actor actor, CancellationToken cancellationToken)
        {
            actor.Demand(Right.View);
            return Task.FromResult(
                new AuditTerms(
                    [.. Events.Select(audit => audit.Event.Actor).Distinct().Order()],
                    [.. Events.Select(audit => audit.Event.Action).Distinct().Order()]
                )
            );
        }

        public Task<IReadOnlyList<RecordedAuditEvent>> ListAsync(AuditFilter filter, Actor actor, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<RecordedAuditEvent>>([
                .. Events
                    .Where(audit => filter.Actor is null || audit.Event.Actor == filter.Actor)
                    .Where(audit => filter.Action is null || audit.Event.Action.StartsWith(filter.Action, StringComparison.Ordinal))
                    .Where(audit => filter.OlderThan is null || audit.Id < filter.OlderThan)
                    .OrderByDescending(audit => audit.Id)
                    .Take(filter.Take),
            ]);
    }

    private sealed class FakeSamples : ISampleData
    {
        public bool IsThere { get; private set; } = true;

        public Task<bool> ExistsAsync(CancellationToken cancellationToken) => Task.FromResult(IsThere);

        public Task<IReadOnlyList<string>> AddAsync(Actor actor, CancellationToken cancellationToken)
        {
            actor.Demand(Right.Administer);
            IsThere = true;
            return Task.FromResult<IReadOnlyList<string>>(["sample-calcom"]);
        }

        public Task<IReadOnlyList<string>> RemoveAsync(Actor actor, CancellationToken cancellationToken)
        {
            actor.Demand(Right.Administer);
            IsThere = false;
            return Task.FromResult<IReadOnlyList<string>>(["sample-calcom"]);
        }
    }

    private sealed class LengthCounter : ITokenCounter
    {
        public int Count(ReadOnlySpan<char> text) => text.Length / 4;

        public int Fit(ReadOnlySpan<char> text, int maxTokens) => Math.Min(text.Length, maxTokens * 4);
    }
}
