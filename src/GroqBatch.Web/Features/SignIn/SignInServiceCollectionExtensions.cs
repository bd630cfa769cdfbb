using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>Closed by default: who has no sign-in gets the page that says how to come by one, and health.</summary>
internal static class SignInServiceCollectionExtensions
{
    /// <summary>Somebody who has come in but has not said a name yet.</summary>
    public const string Unnamed = "unnamed";

    /// <summary>Slows down who tries tokens.</summary>
    public const string TokenTries = "token-tries";

    /// <summary>Adds cookie, policies and rate limit.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services)
    {
        services
            .AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = "groqbatch";
                cookie.Cookie.HttpOnly = true;
                // Not strict: a link that is opened from a terminal or a mail must find who is signed in already.
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
                cookie.SlidingExpiration = true;
                cookie.LoginPath = "/login";
                cookie.AccessDeniedPath = "/welcome";
                cookie.ReturnUrlParameter = "to";
            });
        services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(Named())
            .SetDefaultPolicy(Named())
            .AddPolicy(Unnamed, policy => policy.RequireAuthenticatedUser());
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (rejected, cancellationToken) =>
                await rejected.HttpContext.Response.WriteAsync(
                    "Too many tries. Wait a minute, then open the link again.",
                    cancellationToken
                );
            limiter.AddPolicy(
                TokenTries,
                context =>
                    !context.Request.Query.ContainsKey("t")
                        ? RateLimitPartition.GetNoLimiter("page")
                        : RateLimitPartition.GetFixedWindowLimiter(
                            context.Connection.RemoteIpAddress?.ToString() ?? "",
                            _ => new FixedWindowRateLimiterOptions { PermitLimit = 10, Window = TimeSpan.FromMinutes(1) }
                        )
            );
        });
        services.AddCascadingAuthenticationState();
        services.AddSingleton<LoginLinks>();
        services.AddSingleton<LoginLinkPrinter>();
        services.AddScoped<ICurrentActor, CurrentActor>();
        return services;
    }

    private static AuthorizationPolicy Named() =>
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim(System.Security.Claims.ClaimTypes.Name).Build();
}
