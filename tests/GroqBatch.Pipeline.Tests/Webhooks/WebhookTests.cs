using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Webhooks;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Pipeline.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Webhooks;

/// <summary>Deliveries from the database to a real server, one round at a time.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private static readonly Actor Eve = new("eve", Right.View | Right.Operate);
    private Receiver? _receiver;
    private TestInstallation? _installation;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;
    private Receiver Receiver => _receiver!;
    private TestInstallation Installation => _installation!;
    private Webhook Webhook => Installation.Services.GetRequiredService<Webhook>();

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _installation = await StartAsync(new Dictionary<string, string?> { ["Webhook:AllowPrivateAddresses"] = "true" });
        await Webhook.RegisterAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await Installation.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    [Fact]
    public async Task Sends_a_signed_notification_once()
    {
        await TellAsync("GoalReached", """{"covered":95,"eligible":100,"goal":0.95}""");

        await DeliverAsync();
        await DeliverAsync();

        var received = Assert.Single(Receiver.All);
        Assert.True(received.IsSigned);
        Assert.StartsWith("msg_", received.Id, StringComparison.Ordinal);
        Assert.Equal("application/json; charset=utf-8", received.ContentType);
        Assert.InRange(TimeProvider.System.GetUtcNow() - received.At, TimeSpan.FromSeconds(-5), TimeSpan.FromMinutes(2));
        using var body = JsonDocument.Parse(received.Body);
        Assert.Equal("goal.reached", body.RootElement.GetProperty("type").GetString());
        Assert.True(body.RootElement.GetProperty("timestamp").TryGetDateTimeOffset(out _));
        var data = body.RootElement.GetProperty("data");
        Assert.Equal("acme", data.GetProperty("team").GetProperty("slug").GetString());
        Assert.Equal("Coverage is 95.0 %: the goal of 95 % is reached.", data.GetProperty("sentence").GetString());
        Assert.Equal(JsonValueKind.Null, data.GetProperty("run").ValueKind);
        Assert.Equal(0.95, data.GetProperty("figures").GetProperty("goal").GetDouble());
    }

    [Fact]
    public async Task Tries_again_with_the_same_id_until_it_is_taken()
    {
        Receiver.Answer(500, 503);
        await TellAsync();

        await DeliverAsync();
        Assert.Equal(("Waiting", 1), await StateAsync());
        await DeliverAsync(); // not due
        Assert.Single(Receiver.All);
        var health = await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled);
        Assert.Equal((1, 1, "500"), (health!.Waiting, health.Failing, health.LastError));
        await DueAsync();
        await DeliverAsync();
        await DueAsync();
        await DeliverAsync();

        Assert.Equal(("Delivered", 3), await StateAsync());
        Assert.Equal(3, Receiver.All.Count);
        Assert.Single(Receiver.All.Select(received => received.Id).Distinct());
        Assert.Single(Receiver.All.Select(received => received.Body).Distinct());
        Assert.All(Receiver.All, received => Assert.True(received.IsSigned));
    }

    [Fact]
    public async Task Waits_longer_from_try_to_try_and_gives_up_after_the_tenth()
    {
        Receiver.Answer([.. Enumerable.Repeat(500, 10)]);
        await TellAsync();
        var waits = new List<double>();
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            await DueAsync();
            await DeliverAsync();
            if (attempt < 10)
            {
                waits.Add(
                    await Installation.ScalarAsync<double>(
                        "select extract(epoch from next_attempt_at - now())::double precision from groqbatch.webhook_deliveries",
                        Cancelled
                    )
                );
            }
        }

        await DueAsync();
        await DeliverAsync();

        Assert.Equal(("GivenUp", 10), await StateAsync());
        double[] expected = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        // A busy machine looks at them a little later.
        Assert.All(expected.Zip(waits), wait => Assert.InRange(wait.Second, wait.First - 20, wait.First));
        Assert.Equal(expected.Length, waits.Count);
        Assert.Equal(10, Receiver.All.Count);
        Assert.Equal(1, (await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled))!.GivenUp);
    }

    [Fact]
    public async Task A_process_that_died_between_intent_and_outcome_has_it_sent_once_more_with_the_same_id()
    {
        await TellAsync();
        var store = Installation.Services.GetRequiredService<IWebhookStore>();
        // What a process does before its call; and then it is no more.
        var endpoint = new WebhookEndpoint(
            await Installation.ScalarAsync<string>("select key from groqbatch.webhook_endpoints", Cancelled),
            "receiver"
        );
        await store.EnqueueAsync(endpoint, "simulator", [], Cancelled);
        var claimed = Assert.Single(await store.ClaimAsync(endpoint, 8, TimeSpan.FromSeconds(30), Cancelled));

        await DeliverAsync();
        Assert.Empty(Receiver.All);
        await Installation.ExecuteAsync("update groqbatch.webhook_deliveries set lease_until = now() - interval '1 second'", Cancelled);
        await DeliverAsync();

        Assert.Equal(claimed.MessageId, Assert.Single(Receiver.All).Id);
        Assert.Equal(("Delivered", 2), await StateAsync());

        // And should it have been no more than slow: what it says now changes nothing.
        await store.SettleAsync(endpoint, claimed, new WebhookOutcome(500), Cancelled);
        Assert.Equal(("Delivered", 2), await StateAsync());
    }

    [Fact]
    public async Task Ten_hosts_at_once_send_each_once()
    {
        for (var told = 0; told < 40; told++)
        {
            await TellAsync();
        }

        await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(async _ =>
                {
                    while (await Webhook.DeliverAsync(Cancelled) > 0) { }
                })
        );

        Assert.Equal(40, Receiver.All.Count);
        Assert.Equal(40, Receiver.All.Select(received => received.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_receiver_that_is_gone_gets_nothing_more_until_it_takes_a_test()
    {
        Receiver.Answer(410);
        await TellAsync();
        await DeliverAsync();
        await TellAsync();
        await DueAsync();
        await DeliverAsync();

        Assert.Single(Receiver.All);
        Assert.NotNull((await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled))!.GoneAt);

        Assert.True((await Webhook.SendTestAsync(TestInstallation.Ada, Cancelled)).IsDelivered);
        await TellAsync();
        await DeliverAsync();

        Assert.Contains("webhook.test", Receiver.All[1].Body, StringComparison.Ordinal);
        Assert.Equal(3, Receiver.All.Count);
        Assert.Null((await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled))!.GoneAt);
        Assert.Equal(
            1L,
            await Installation.ScalarAsync<long>("select count(*) from groqbatch.audit_events where action = 'webhook.test'", Cancelled)
        );
    }

    [Fact]
    public async Task A_test_takes_the_right_to_administer_and_is_tried_once()
    {
        await Assert.ThrowsAsync<AccessDeniedException>(() => Webhook.SendTestAsync(Eve, Cancelled));
        Receiver.Answer(500);

        var outcome = await Webhook.SendTestAsync(TestInstallation.Ada, Cancelled);
        await DueAsync();
        await DeliverAsync();

        Assert.Equal(500, outcome.Status);
        Assert.Single(Receiver.All);
    }

    [Fact]
    public async Task Follows_no_redirect()
    {
        Receiver.Answer(302);
        await TellAsync();

        await DeliverAsync();

        Assert.Empty(Receiver.Elsewhere);
        Assert.Equal("302: redirects are not followed", (await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled))!.LastError);
    }

    [Fact]
    public async Task Waits_for_no_receiver_that_hangs()
    {
        Receiver.Hang = new TaskCompletionSource();
        await TellAsync();

        await DeliverAsync();

        Assert.Equal(("Waiting", 1), await StateAsync());
        Assert.Equal("no answer within 0.5 s", (await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled))!.LastError);
    }

    [Fact]
    public async Task Says_that_nobody_listens()
    {
        await Receiver.DisposeAsync();
        await TellAsync();

        await DeliverAsync();

        Assert.Equal("no connection (ConnectionRefused)", (await Webhook.ReadHealthAsync(TestInstallation.Ada, Cancelled))!.LastError);
    }

    [Fact]
    public async Task Sends_only_the_kinds_that_are_wanted_and_nothing_from_before()
    {
        await TellAsync("RunHeld", at: "now() - interval '1 hour'");
        await using var only = await StartAsync(
            new Dictionary<string, string?>
            {
                ["Webhook:AllowPrivateAddresses"] = "true",
                ["Webhook:Kinds:0"] = "run.held",
                ["Webhook:Url"] = $"http://127.0.0.1:{Receiver.Port}/hook?another",
            }
        );
        var webhook = only.Services.GetRequiredService<Webhook>();
        await webhook.RegisterAsync(Cancelled);
        await TellAsync(only, "RunHeld", at: "now() - interval '1 hour'");
        await TellAsync(only, "RunHeld");
        await TellAsync(only, "GoalLost");

        await webhook.DeliverAsync(Cancelled);

        Assert.Contains("run.held", Assert.Single(Receiver.All).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_by_itself_in_a_host_that_carries_runs_on()
    {
        await Installation.AddHostAsync(scheduler: true, Cancelled);
        await TellAsync();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Receiver.All.Count == 0)
        {
            await Task.Delay(20, patience.Token);
        }

        Assert.True(Receiver.All[0].IsSigned);
    }

    [Fact]
    public async Task Keeps_neither_address_nor_secret_in_the_database()
    {
        Receiver.Answer(500);
        await TellAsync();
        await DeliverAsync();

        var rows = await Installation.ListAsync<string>(
            """
            select to_jsonb(row)::text from groqbatch.webhook_endpoints row
            union all select to_jsonb(row)::text from groqbatch.webhook_deliveries row
            """,
            Cancelled
        );

        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.DoesNotContain("/hook", row, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.DoesNotContain("whsec", row, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://localhost")]
    [InlineData("http://[::ffff:127.0.0.1]")]
    public async Task Connects_to_no_private_address_whatever_its_name(string host)
    {
        using var sender = new WebhookSender(
            Microsoft.Extensions.Options.Options.Create(
                new WebhookOptions { Url = $"{host}:{Receiver.Port}/hook", Secret = Receiver.Secret }
            ),
            TimeProvider.System
        );

        var outcome = await sender.SendAsync(new WebhookDelivery(Guid.NewGuid(), 1, null, DateTimeOffset.UnixEpoch), Cancelled);

        Assert.Equal("its name leads to a private address", outcome.Error);
        Assert.Empty(Receiver.All);
    }

    private async Task<TestInstallation> StartAsync(Dictionary<string, string?> settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Webhook:Url"] = Receiver.Url,
            ["Webhook:Secret"] = Receiver.Secret,
            ["Webhook:Timeout"] = "00:00:00.500",
            ["Webhook:Interval"] = "00:00:00.050",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        var installation = await TestInstallation.StartAsync(settings: all, hosts: 0, cancellationToken: Cancelled);
        await installation.AddTeamAsync("acme", 1, Cancelled);
        return installation;
    }

    private Task<int> DeliverAsync() => Webhook.DeliverAsync(Cancelled);

    private Task TellAsync(string kind = "RunCompleted", string figures = """{"selected":10,"succeeded":10}""", string at = "now()") =>
        TellAsync(Installation, kind, figures, at);

    private static Task TellAsync(TestInstallation installation, string kind, string figures = "{}", string at = "now()") =>
        installation.ExecuteAsync(
            $"""
            insert into groqbatch.notifications (kind, provider, team_id, actor, figures, dedupe_key, at)
            select '{kind}', 'simulator', id, 'pipeline', '{figures}', gen_random_uuid()::text, {at} from groqbatch.teams
            """,
            Cancelled
        );

    private Task DueAsync() => Installation.ExecuteAsync("update groqbatch.webhook_deliveries set next_attempt_at = now()", Cancelled);

    private async Task<(string State, int Attempts)> StateAsync() =>
        (
            await Installation.ScalarAsync<string>("select state from groqbatch.webhook_deliveries", Cancelled),
            await Installation.ScalarAsync<int>("select attempts from groqbatch.webhook_deliveries", Cancelled)
        );
}
