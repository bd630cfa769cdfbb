using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>Coming in, saying a name, going out: plain documents and posts, before there is any live page.</summary>
internal static class SignInEndpoints
{
    private static readonly AuthenticationProperties Remembered = new() { IsPersistent = true };

    /// <summary>Maps <c>/login</c>, <c>/welcome</c> and <c>/logout</c>.</summary>
    public static void MapSignIn(this WebApplication app)
    {
        app.MapGet("/login", LoginAsync).AllowAnonymous().RequireRateLimiting(SignInServiceCollectionExtensions.TokenTries);
        app.MapGet("/welcome", Welcome).RequireAuthorization(SignInServiceCollectionExtensions.Unnamed);
        app.MapPost("/welcome", SaveNameAsync).RequireAuthorization(SignInServiceCollectionExtensions.Unnamed);
        app.MapPost("/logout", LogoutAsync).RequireAuthorization(SignInServiceCollectionExtensions.Unnamed);
    }

    private static async Task<IResult> LoginAsync(
        HttpContext context,
        LoginLinks links,
        LoginLinkPrinter printer,
        [FromQuery] string? t,
        [FromQuery] string? to
    )
    {
        context.Response.Headers.CacheControl = "no-store";
        if (t is null)
        {
            return Page(wasRefused: false);
        }

        if (!links.TryUse(t))
        {
            var refused = Page(wasRefused: true);
            refused.StatusCode = StatusCodes.Status403Forbidden;
            return refused;
        }

        // Who comes in again with the cookie of an earlier time keeps their name.
        var known = await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        var name = known.Principal?.Identity?.Name is { Length: > 0 } earlier ? earlier : null;
        await context.SignInAsync(SignInClaims.Of(name, Right.All), Remembered);
        printer.PrintNext();
        return name is null ? Results.LocalRedirect($"/welcome{QueryOf(to)}") : Results.LocalRedirect(Local(to));

        static RazorComponentResult<LoginPage> Page(bool wasRefused) => new(new { WasRefused = wasRefused });
    }

    private static RazorComponentResult<WelcomePage> Welcome(HttpContext context, [FromQuery] string? to) =>
        new(new { Typed = context.User.Identity?.Name ?? "", ReturnTo = Local(to) });

    private static async Task<IResult> SaveNameAsync(
        HttpContext context,
        IAntiforgery antiforgery,
        IAuditLog audit,
        CancellationToken cancellationToken
    )
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return NotOurs();
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        var to = Local(form["to"]);
        var (name, mistake) = DisplayName.Read(form["name"]);
        if (name is null)
        {
            return new RazorComponentResult<WelcomePage>(
                new
                {
                    Typed = form["name"].ToString(),
                    Mistake = mistake,
                    ReturnTo = to,
                }
            );
        }

        var before = context.User.Identity?.Name;
        await context.SignInAsync(SignInClaims.Of(name, Right.All), Remembered);
        if (before != name)
        {
            await audit.AppendAsync(Named(before, name, context), cancellationToken);
        }

        return Results.LocalRedirect(to);
    }

    private static async Task<IResult> LogoutAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return NotOurs();
        }

        await context.SignOutAsync();
        return Results.LocalRedirect("/login");
    }

    private static IResult NotOurs() =>
        Results.Text("This form is too old, or came from elsewhere. Go back, load the page again and send it once more.", statusCode: 400);

    private static AuditEvent Named(string? before, string name, HttpContext context) =>
        new()
        {
            Actor = name,
            Action = "name.say",
            Target = name,
            Origin = context.Connection.RemoteIpAddress?.ToString(),
            Before = before is null ? null : JsonSerializer.Serialize(before),
            After = JsonSerializer.Serialize(name),
        };

    private static string QueryOf(string? to) => Local(to) is var local and not "/" ? $"?to={Uri.EscapeDataString(local)}" : "";

    /// <summary>An address of ours; anything else is the first page.</summary>
    internal static string Local(string? address) =>
        address is { Length: > 0 and < 2_000 }
        && address[0] == '/'
        && (address.Length == 1 || address[1] is not ('/' or '\\'))
        && !address.Any(char.IsControl)
        && !address.StartsWith("/login", StringComparison.OrdinalIgnoreCase)
            ? address
            : "/";
}
