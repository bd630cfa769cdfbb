using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>Says on the terminal where the dashboard is and how to come in. Not through the log, which may be kept and read elsewhere.</summary>
internal sealed class LoginLinkPrinter(LoginLinks links, IServer server, Surroundings surroundings)
{
    /// <summary>At the start.</summary>
    public void PrintFirst()
    {
        var mode = surroundings.IsSimulated ? "Simulated: nothing is spent" : "Live";
        Console.WriteLine($"GroqBatch is at {string.Join(" and ", Addresses())} ({mode}). Ctrl-C stops it.");
        Console.WriteLine($"Sign in, once: {Link()}");
    }

    /// <summary>After a link has been used.</summary>
    public void PrintNext() => Console.WriteLine($"Somebody has signed in. The next sign-in, once: {Link()}");

    private string Link()
    {
        // An address that means any of this machine's is none to open.
        var address = (Addresses().FirstOrDefault() ?? "")
            .Replace("://[::]", "://localhost", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
            .Replace("://*", "://localhost", StringComparison.Ordinal)
            .Replace("://+", "://localhost", StringComparison.Ordinal);
        return $"{address.TrimEnd('/')}/login?t={links.Create()}";
    }

    private ICollection<string> Addresses() => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}
