using GroqBatch.Core.Access;
using Microsoft.AspNetCore.Components.Authorization;

namespace GroqBatch.Web.Features.SignIn;

/// <summary>Who sits before this page: what every call of a service is given.</summary>
public interface ICurrentActor
{
    /// <summary>By name and with the rights of their sign-in.</summary>
    Task<Actor> GetAsync(CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class CurrentActor(AuthenticationStateProvider authentication) : ICurrentActor
{
    public async Task<Actor> GetAsync(CancellationToken cancellationToken) =>
        (await authentication.GetAuthenticationStateAsync().WaitAsync(cancellationToken)).User.ToActor();
}
