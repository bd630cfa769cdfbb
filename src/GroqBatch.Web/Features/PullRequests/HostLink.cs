namespace GroqBatch.Web.Features.PullRequests;

/// <summary>The address of a pull request on its host, which came with an import and may be anything.</summary>
public static class HostLink
{
    /// <summary>The address, where it is one of the web; null: it is not linked.</summary>
    public static string? Of(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? address.ToString() : null;
}
