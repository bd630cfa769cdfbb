using GroqBatch.Core.Batches;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Settings;

/// <summary>
/// Where calls go. In live mode that is configuration; in simulator mode, unless an address is configured, the host starts a simulator of its own
/// and says here where it listens, before the first call.
/// </summary>
public sealed class GroqEndpoint(IOptions<GroqOptions> options)
{
    internal const string BatchIdPlaceholder = "{batchId}";

    private volatile Uri? _simulator;

    /// <summary>Live or simulator, never automatic.</summary>
    public ProviderMode Mode => ModeOf(options.Value);

    /// <summary><c>groq</c> or <c>simulator</c>, as it is stored on runs, batches and summaries.</summary>
    public string ProviderName => Mode == ProviderMode.Simulator ? "simulator" : "groq";

    /// <summary>The address that paths such as <c>/batches</c> are put behind; ends without a slash.</summary>
    /// <exception cref="ProviderException">Simulator mode, and the host has not said where its simulator listens.</exception>
    public Uri BaseUrl =>
        Configured(options.Value)
        ?? (
            Mode == ProviderMode.Live
                ? new Uri(GroqOptions.DefaultBaseUrl)
                : _simulator ?? throw new ProviderException("The simulator has not been started.", ProviderFault.Unreachable)
        );

    /// <summary>The host that answers, with its port where that is unusual; for people.</summary>
    public string Host =>
        Mode == ProviderMode.Simulator && Configured(options.Value) is null && _simulator is null
            ? "simulator (not started)"
            : BaseUrl.Authority;

    /// <summary>Says where the host's own simulator listens; may change when it is started again.</summary>
    /// <param name="baseUrl">Such as <c>http://127.0.0.1:41234/openai/v1</c>.</param>
    public void UseSimulator(Uri baseUrl)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        _simulator = new Uri(baseUrl.AbsoluteUri.TrimEnd('/'));
    }

    /// <summary>Whether the host of this configuration has to start a simulator and call <see cref="UseSimulator"/>.</summary>
    public static bool NeedsSimulator(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return ResolveMode(configuration) == ProviderMode.Simulator
            && string.IsNullOrEmpty(configuration[$"{GroqOptions.SectionName}:{nameof(GroqOptions.BaseUrl)}"]);
    }

    /// <summary>The mode that a configuration leads to, for hosts that decide before they are built; wrong values count as automatic.</summary>
    public static ProviderMode ResolveMode(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(GroqOptions.SectionName);
        _ = Enum.TryParse<ProviderMode>(section[nameof(GroqOptions.Mode)], ignoreCase: true, out var mode);
        return ModeOf(new GroqOptions { Mode = mode, ApiKey = KeyOf(configuration) });
    }

    internal static SecretText KeyOf(IConfiguration configuration)
    {
        var own = new SecretText(configuration[$"{GroqOptions.SectionName}:{nameof(GroqOptions.ApiKey)}"]);
        return own.IsEmpty ? new SecretText(configuration[GroqOptions.KeyVariable]) : own;
    }

    internal static ProviderMode ModeOf(GroqOptions options) =>
        options.Mode != ProviderMode.Auto ? options.Mode
        : options.ApiKey.IsEmpty ? ProviderMode.Simulator
        : ProviderMode.Live;

    /// <summary>The key to send; the host's own simulator takes any and is never given a real one.</summary>
    internal SecretText Key =>
        Mode == ProviderMode.Simulator && (Configured(options.Value) is null || options.Value.ApiKey.IsEmpty)
            ? new SecretText("simulated")
            : options.Value.ApiKey;

    /// <summary>A batch in the provider's console; null where there is none.</summary>
    internal Uri? ConsoleUrlOf(string batchId) =>
        Mode == ProviderMode.Simulator || options.Value.ConsoleUrl.Length == 0
            ? null
            : new Uri(options.Value.ConsoleUrl.Replace(BatchIdPlaceholder, Uri.EscapeDataString(batchId), StringComparison.Ordinal));

    private static Uri? Configured(GroqOptions options) =>
        string.IsNullOrEmpty(options.BaseUrl) ? null : new Uri(options.BaseUrl.TrimEnd('/'));
}
