using System.Net;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Tests.Dashboard;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.SignIn;

public sealed class TokenTriesTests(DashboardHost host) : IClassFixture<DashboardHost>
{
    [Fact]
    public async Task Slows_down_who_tries_tokens_and_still_shows_the_page_that_explains()
    {
        using var client = host.CreateClient(followsRedirects: false);
        var answers = new List<HttpStatusCode>();
        for (var tried = 0; tried < 15; tried++)
        {
            using var answer = await client.GetAsync(
                new Uri($"/login?t=AAAAAAAAAAAAAAAAAAAA{tried:00}", UriKind.Relative),
                TestContext.Current.CancellationToken
            );
            answers.Add(answer.StatusCode);
        }

        using var page = await client.GetAsync(new Uri("/login", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.All(answers.Take(10), answer => Assert.Equal(HttpStatusCode.Forbidden, answer));
        Assert.All(answers.Skip(10), answer => Assert.Equal(HttpStatusCode.TooManyRequests, answer));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.True(host.Services.GetRequiredService<LoginLinks>().TryUse(host.Services.GetRequiredService<LoginLinks>().Create()));
    }
}
