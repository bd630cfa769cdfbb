using System.Text.Json;

namespace GroqBatch.Cli.Tests.Shell;

/// <summary>What a call of the command line said and ended with.</summary>
internal sealed record Outcome(int Code, string Out, string Error)
{
    /// <summary>Standard output as JSON; fails when there is anything else on it.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement.Clone();

    public override string ToString() => $"exit code {Code}\n--- out\n{Out}\n--- error\n{Error}";
}
