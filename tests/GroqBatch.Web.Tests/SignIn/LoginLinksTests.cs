using GroqBatch.Core.Access;
using GroqBatch.Web.Features.SignIn;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Web.Tests.SignIn;

public sealed class LoginLinksTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_token_has_128_bits_and_is_good_once()
    {
        var links = new LoginLinks(_time);
        var token = links.Create();

        Assert.Equal(22, token.Length); // 128 bits, six a character
        Assert.True(links.TryUse(token));
        Assert.False(links.TryUse(token));
    }

    [Fact]
    public void Two_who_use_one_at_once_are_not_both_let_in()
    {
        var links = new LoginLinks(_time);
        var token = links.Create();
        var let = 0;

        Parallel.For(0, 50, _ => Interlocked.Add(ref let, links.TryUse(token) ? 1 : 0));

        Assert.Equal(1, let);
    }

    [Fact]
    public void A_token_is_good_for_a_day()
    {
        var links = new LoginLinks(_time);
        var (early, late) = (links.Create(), links.Create());

        _time.Advance(LoginLinks.Lifetime - TimeSpan.FromSeconds(1));
        Assert.True(links.TryUse(early));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(links.TryUse(late));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    public void Another_token_is_not(string? token)
    {
        var links = new LoginLinks(_time);
        links.Create();

        Assert.False(links.TryUse(token));
        Assert.False(links.TryUse(new string('A', 100_000)));
    }

    [Theory]
    [InlineData("mira", "mira")]
    [InlineData("  Jörg van der Berg ", "Jörg van der Berg")]
    [InlineData("李雷", "李雷")]
    [InlineData("", null)]
    [InlineData("cli:ada", null)]
    [InlineData("Pipeline", null)]
    [InlineData("a\u202Ebc", null)]
    [InlineData("a\nb", null)]
    public void A_name_is_one_that_can_stand_in_a_line(string typed, string? expected)
    {
        var (name, mistake) = DisplayName.Read(typed);

        Assert.Equal(expected, name);
        Assert.Equal(expected is null, mistake is not null);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused() => Assert.Null(DisplayName.Read(new string('x', 61)).Name);

    [Fact]
    public void Who_acts_has_the_name_and_the_rights_of_the_sign_in()
    {
        Assert.Equal(new Actor("mira", Right.All), SignInClaims.Of("mira", Right.All).ToActor());
        Assert.Equal(new Actor("mira", Right.View | Right.Review), SignInClaims.Of("mira", Right.View | Right.Review).ToActor());
        Assert.Equal(Right.None, SignInClaims.Of(null, Right.All).ToActor().Rights);
        Assert.Equal(Right.None, new System.Security.Claims.ClaimsPrincipal().ToActor().Rights);
    }

    [Theory]
    [InlineData("/?sort=name", "/?sort=name")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("https://elsewhere.example", "/")]
    [InlineData("/login?t=x", "/")]
    [InlineData(null, "/")]
    public void After_signing_in_one_stays_here(string? address, string expected) => Assert.Equal(expected, SignInEndpoints.Local(address));
}
