using System.Net;
using GroqBatch.Core.Notifications;

namespace GroqBatch.Pipeline.Webhooks;

/// <summary>Where notifications are sent to as they happen. Section <c>Webhook</c> of the configuration; without an address nothing is sent.</summary>
public sealed class WebhookOptions
{
    public const string SectionName = "Webhook";

    /// <summary>The receiver's address; null: there is none. It may hold a secret of the receiver's, so it is never logged, shown or stored.</summary>
    public string? Url { get; set; }

    /// <summary>
    /// What deliveries are signed with: <c>whsec_</c> and 24 to 64 bytes in base64. Two with a blank between them while the receiver changes over:
    /// then each delivery carries both signatures.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Whether the receiver may be in a private network, and be asked over plain HTTP.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Only these kinds, such as <c>run.completed</c>; empty: all.</summary>
    public string[] Kinds { get; set; } = [];

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often it is looked for what is to be sent.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Whether there is a receiver.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(Url);

    /// <summary>Every mistake, each by its key and none with the secret or the address; empty when all is well.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (!IsConfigured)
        {
            if (!string.IsNullOrWhiteSpace(Secret))
            {
                yield return $"{SectionName}:{nameof(Url)} is missing; a secret alone sends nothing.";
            }

            yield break;
        }

        foreach (var mistake in MistakesOfUrl())
        {
            yield return mistake;
        }

        if (WebhookSigner.KeysOf(Secret) is not { Count: > 0 })
        {
            yield return $"{SectionName}:{nameof(Secret)} must be whsec_ followed by {WebhookSigner.LeastBytes} to {WebhookSigner.MostBytes} bytes in base64; two of them with a blank between.";
        }

        foreach (var kind in Kinds.Where(kind => NotificationKinds.FromWire(kind) is null))
        {
            yield return $"{SectionName}:{nameof(Kinds)} has \"{kind}\", which is none of {string.Join(", ", NotificationKinds.All.Select(NotificationKinds.ToWire))}.";
        }

        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromMinutes(1))
        {
            yield return $"{SectionName}:{nameof(Timeout)} is {Timeout}; it must be from 0.1 s to 1 min.";
        }

        if (Interval < TimeSpan.FromMilliseconds(20) || Interval > TimeSpan.FromMinutes(10))
        {
            yield return $"{SectionName}:{nameof(Interval)} is {Interval}; it must be from 20 ms to 10 min.";
        }
    }

    private IEnumerable<string> MistakesOfUrl()
    {
        const string Key = $"{SectionName}:{nameof(Url)}";
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            yield return $"{Key} is no absolute https address.";
            yield break;
        }

        if (url.Scheme != Uri.UriSchemeHttps && !AllowPrivateAddresses)
        {
            yield return $"{Key} must be https; plain http is for private networks ({SectionName}:{nameof(AllowPrivateAddresses)}).";
        }

        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            yield return $"{Key} must have no name, password or fragment.";
        }

        if (!AllowPrivateAddresses && IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddress.IsPublic(address))
        {
            yield return $"{Key} leads to a private address; {SectionName}:{nameof(AllowPrivateAddresses)} allows it.";
        }
    }
}
