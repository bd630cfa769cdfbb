using GroqBatch.Web.Features.SignIn;
using Microsoft.AspNetCore.HostFiltering;

namespace GroqBatch.Web.Shell;

/// <summary>Where the dashboard listens.</summary>
internal static class Addresses
{
    private const string Default = "http://127.0.0.1:5080";
    private static readonly string[] Settings = ["urls", "http_ports", "https_ports"];

    /// <summary>This machine only, unless an address is set (<c>ASPNETCORE_URLS</c>, <c>ASPNETCORE_HTTP_PORTS</c>, <c>--urls</c>, <c>Kestrel</c>).</summary>
    public static void ListenOnLoopbackUnlessTold(this WebApplicationBuilder builder)
    {
        if (
            Settings.Any(setting => !string.IsNullOrEmpty(builder.Configuration[setting]))
            || builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any()
        )
        {
            return;
        }

        builder.WebHost.UseUrls(Default);
        // A page elsewhere could have its own name point here, and its script would read ours: only our own names are answered.
        builder.Services.PostConfigure<HostFilteringOptions>(options =>
        {
            if (options.AllowedHosts is not { Count: > 0 } || options.AllowedHosts.Contains("*", StringComparer.Ordinal))
            {
                options.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            }
        });
    }

    /// <summary>Prints the address and a login link once it answers: the first thing that somebody looks for.</summary>
    public static void SayWhereItListens(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<LoginLinkPrinter>().PrintFirst());
}
