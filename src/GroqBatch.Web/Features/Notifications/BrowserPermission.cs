namespace GroqBatch.Web.Features.Notifications;

/// <summary>Whether this browser shows notifications of its own for this page.</summary>
internal enum BrowserPermission
{
    /// <summary>It can't, or not for this address.</summary>
    Missing,

    /// <summary>Its reader has refused.</summary>
    Denied,

    /// <summary>It could, and was not asked to.</summary>
    Off,

    /// <summary>It was asked to, and may.</summary>
    On,
}
