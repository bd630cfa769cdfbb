using GroqBatch.Cli.Shell;
using GroqBatch.Core.Webhooks;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Webhooks;

/// <summary><c>groqbatch webhook test</c>.</summary>
internal sealed class WebhookTestCommand : CliCommand
{
    public WebhookTestCommand()
        : base(
            "test",
            "Sends a test notification to the configured webhook, once, and says how that went. A receiver that had said it is gone is told of what happens again once it takes one.",
            "groqbatch webhook test"
        ) => Does(RunAsync);

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var webhooks = host.Services.GetRequiredService<IWebhooks>();
        if (!webhooks.IsConfigured)
        {
            invocation.Terminal.Note("No webhook is configured: set Webhook:Url and Webhook:Secret.");
            return ExitCode.CouldNotRun;
        }

        var outcome = await webhooks.SendTestAsync(invocation.Actor, cancellationToken);
        invocation.Terminal.Out.WriteLine(
            outcome.IsDelivered ? $"Taken ({outcome.Status})." : $"Not taken: {outcome.Error ?? $"{outcome.Status}"}."
        );
        return outcome.IsDelivered ? ExitCode.Done : ExitCode.DoneWithFailures;
    }
}
