using System.Security.Claims;
using GroqBatch.Core.Access;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>What a sign-in says about somebody.</summary>
internal static class SignInClaims
{
    /// <summary>Holds <see cref="Right"/>s by name, separated by commas.</summary>
    public const string Rights = "groqbatch:rights";

    /// <summary>Somebody with these rights; without a name there is nothing they can do but say it.</summary>
    public static ClaimsPrincipal Of(string? name, Right rights)
    {
        var identity = new ClaimsIdentity(CookieAuthenticationDefaults.AuthenticationScheme);
        identity.AddClaim(new Claim(Rights, rights.ToString()));
        if (name is not null)
        {
            identity.AddClaim(new Claim(identity.NameClaimType, name));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>Who acts: for every call of a service. Somebody who is not signed in may nothing.</summary>
    public static Actor ToActor(this ClaimsPrincipal principal) =>
        principal.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name }
            ? new Actor(name, RightsOf(principal))
            : new Actor("nobody", Right.None);

    /// <summary>Who asks over HTTP, and from where.</summary>
    public static Actor ToActor(this HttpContext context) =>
        context.User.ToActor() with
        {
            Origin = context.Connection.RemoteIpAddress?.ToString(),
        };

    private static Right RightsOf(ClaimsPrincipal principal) =>
        principal
            .Claims.Where(claim => claim.Type == Rights)
            .Aggregate(
                Right.None,
                (rights, claim) => Enum.TryParse<Right>(claim.Value, out var more) ? rights | (more & Right.All) : rights
            );
}
