using GroqBatch.Cli.Shell;

namespace GroqBatch.Cli.Webhooks;

/// <summary><c>groqbatch webhook</c>.</summary>
internal sealed class WebhookCommand : CliCommand
{
    public WebhookCommand()
        : base("webhook", "What notifications are sent to.", "groqbatch webhook test") => Add(new WebhookTestCommand());
}
