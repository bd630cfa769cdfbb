using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>
/// Somebody signed in, before one page, in one theme and width. It listens all the while: whatever the console calls an error, and each request to
/// another origin, is a finding of <see cref="AssertSoundAsync"/>.
/// </summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private readonly DashboardProcess _dashboard;
    private readonly ConcurrentQueue<string> _findings = new();
    private Look _look;
    private string? _name;
    private bool _hasLoaded;

    private BrowserSession(IBrowserContext context, IPage page, DashboardProcess dashboard, Look look)
    {
        Context = context;
        Page = page;
        _look = look;
        _dashboard = dashboard;
    }

    /// <summary>Cookies and storage of this somebody.</summary>
    public IBrowserContext Context { get; }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Theme and width, for messages and file names.</summary>
    public string What => _look.ToString();

    /// <summary>
    /// Somebody who has signed in before an empty page. The way in is gone once for each name and dashboard, by the link and the form; whoever comes
    /// again brings the cookie of then and nothing else.
    /// </summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="look">Theme and width.</param>
    /// <param name="name">What they are called.</param>
    /// <param name="isItsOwn">
    /// Whether nobody has the page afterwards: because scripts or routes were put into it, or the one before it signs out.
    /// </param>
    public static async Task<BrowserSession> SignInAsync(DashboardProcess dashboard, Look look, string name = "mira", bool isItsOwn = false)
    {
        if (!isItsOwn && dashboard.Visitors.Take(name) is { } left)
        {
            await left.LookAsync(look);
            return left;
        }

        var session = await OpenAsync(dashboard, look);
        await session.Context.AddCookiesAsync(await dashboard.Visitors.GetCookiesAsync(name, session.ComeInAsync));
        session._name = isItsOwn ? null : name;
        return session;
    }

    /// <summary>A browser before which nobody has signed in.</summary>
    public static async Task<BrowserSession> OpenAsync(DashboardProcess dashboard, Look look)
    {
        var browser = await Chromium.RequireAsync();
        var context = await browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = dashboard.Address.ToString(),
                ColorScheme = look.IsDark ? ColorScheme.Dark : ColorScheme.Light,
                ViewportSize = new ViewportSize { Width = look.Width, Height = look.Height },
                TimezoneId = "Europe/Berlin",
                Locale = "en-GB",
                ReducedMotion = ReducedMotion.Reduce,
            }
        );
        // As patient with what is expected as with what is done: the machine may be busy with other things.
        Assertions.SetDefaultExpectTimeout(20_000);
        context.SetDefaultTimeout(20_000);
        var page = await context.NewPageAsync();
        var session = new BrowserSession(context, page, dashboard, look);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" && !session.IsExpected(message.Text))
            {
                session._findings.Enqueue($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => session._findings.Enqueue($"script: {error}");
        page.Request += (_, request) =>
        {
            var target = new Uri(request.Url);
            if (target.Scheme is not ("data" or "blob" or "about") && target.Authority != dashboard.Address.Authority)
            {
                session._findings.Enqueue($"request to another origin: {request.Url}");
            }
        };
        return session;
    }

    /// <summary>Whether the server may be away for the moment: a lost connection is an error on the console, and none of the page's.</summary>
    public bool MayLoseConnection { get; set; }

    /// <summary>
    /// Goes to an address of the dashboard and waits until its page is there: the first time by loading it, then within the circuit, as a link in the
    /// page leads. Pages are not prerendered, so both bring the same text the same way; one is loaded in half a second and reached in a tenth.
    /// </summary>
    /// <param name="address">Path and query.</param>
    public async Task GoToAsync(string address)
    {
        var mayFollow = _hasLoaded && !MayLoseConnection;
        // The same page with another query stays as it is and changes bit by bit: by way of another page it is a new one.
        if (mayFollow && Kind(Page.Url) == Kind(address))
        {
            await FollowAsync(Kind(address) == "import" ? "/inbox" : "/import");
        }

        if (!mayFollow || !await FollowAsync(address))
        {
            await Page.GotoAsync(address);
            _hasLoaded = true;
        }

        await WaitUntilReadyAsync();
    }

    /// <summary>Follows one of the links between the parts of a page, and waits until that part is there.</summary>
    /// <param name="address">What its link leads to ends with this.</param>
    public async Task TurnToAsync(string address)
    {
        var link = Page.Locator($"main nav a[href$='{address}']");
        await link.ClickAsync();
        await Assertions.Expect(link).ToHaveAttributeAsync("aria-current", "page");
        await WaitUntilReadyAsync();
    }

    /// <summary>Waits until the page is live and has its figures.</summary>
    public async Task WaitUntilReadyAsync()
    {
        try
        {
            await Page.WaitForSelectorAsync(".frame:not(.boot-frame) main h1", new() { State = WaitForSelectorState.Attached });
            await Page.WaitForFunctionAsync("() => !document.querySelector('.frame:not(.boot-frame) [aria-busy=true]')");
        }
        catch (TimeoutException late)
        {
            var shown = await Page.Locator("body").InnerTextAsync();
            throw new TimeoutException(
                $"{Page.Url} did not get ready ({What}).\nIt shows: {shown}\nFindings: {string.Join('\n', _findings)}\nThe dashboard said: {_dashboard.Said}",
                late
            );
        }
    }

    /// <summary>
    /// Fails unless the page, as it stands open, is sound in both themes, wide and narrow: theme and width change under it, as they do when a system
    /// turns dark in the evening and a window is drawn narrow. Nothing of a page asks for its width but its style sheets, and themes differ by
    /// nothing but colours: <c>LooksTests</c> of the dashboard hold both.
    /// </summary>
    /// <param name="picture">What a picture of each is called; null: none is taken.</param>
    /// <param name="looks">Instead of all four.</param>
    public async Task AssertSoundInEveryLookAsync(string? picture = null, params IReadOnlyList<Look> looks)
    {
        var first = _look;
        Look? before = null;
        foreach (var look in looks.Count > 0 ? looks : Look.Every)
        {
            await LookAsync(look);
            if (picture is not null)
            {
                await Screenshots.TakeAsync(Page, picture, What);
            }

            await AssertSoundAsync(onlyColours: before is not null && before.Width == look.Width);
            before = look;
        }

        await LookAsync(first);
    }

    /// <summary>Another theme or width, on the page as it stands open.</summary>
    public async Task LookAsync(Look look)
    {
        if (look.Width != _look.Width)
        {
            await Page.SetViewportSizeAsync(look.Width, look.Height);
        }

        if (look.IsDark != _look.IsDark)
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = look.IsDark ? ColorScheme.Dark : ColorScheme.Light });
        }

        _look = look;

        // The browser's part is there with its next picture; the server is told of the theme and answers.
        await Page.WaitForFunctionAsync(
            """
            () => {
              const button = document.querySelector('.frame:not(.boot-frame) [aria-label^="Switch to the"]');
              return !button || button.getAttribute('aria-label').includes('light') === gbTheme.isDark();
            }
            """
        );
    }

    /// <summary>
    /// Fails unless the page is sound: no horizontal overflow, no console error, no request elsewhere, nothing of the key, and no violation of the
    /// WCAG 2.2 AA rules but those of <see cref="AxeExclusions"/>.
    /// </summary>
    /// <param name="onlyColours">Whether this very document was held to the other rules a moment ago, in the other theme.</param>
    public async Task AssertSoundAsync(bool onlyColours = false)
    {
        var findings = (await AxeExclusions.FindViolationsAsync(Page, onlyColours)).ToList();
        if (
            await Page.EvaluateAsync<string?>(
                """
                () => {
                  const { scrollWidth: width, clientWidth: inner } = document.documentElement;
                  const wide = () => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > inner + 1);
                  return width <= inner ? null : `it is ${width} px wide in a window of ${inner} px: `
                    + wide().slice(0, 5).map(e => e.tagName + '.' + e.className).join(' | ');
                }
                """
            ) is
            { } overflow
        )
        {
            findings.Add(overflow);
        }

        if ((await Page.ContentAsync()).Contains(DashboardProcess.Key, StringComparison.Ordinal))
        {
            findings.Add("the key is on the page");
        }

        findings.AddRange(_findings);
        Assert.True(findings.Count == 0, $"{new Uri(Page.Url).PathAndQuery} ({What}):\n{string.Join('\n', findings)}");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_name is not null)
            {
                await LeaveAsync();
                _dashboard.Visitors.Keep(_name, this);
                return;
            }
        }
        catch (Exception gone) when (gone is PlaywrightException or TimeoutException)
        {
            // A page that cannot be tidied up is nobody's.
        }

        await Context.DisposeAsync();
    }

    /// <summary>Goes on within the circuit, and waits until the page before has gone.</summary>
    /// <returns>Whether there is one.</returns>
    private async Task<bool> FollowAsync(string address)
    {
        var isOnItsWay = await Page.EvaluateAsync<bool>(
            """
            address => {
              const title = document.querySelector('.frame:not(.boot-frame) main h1');
              if (!title || document.querySelector('#components-reconnect-modal.is-lost')) {
                return false;
              }

              title.hasBeenLeft = true;
              Blazor.navigateTo(address);
              return true;
            }
            """,
            address
        );
        if (isOnItsWay)
        {
            await Page.WaitForFunctionAsync(
                "() => { const title = document.querySelector('.frame:not(.boot-frame) main h1'); return title && !title.hasBeenLeft; }"
            );
        }

        return isOnItsWay;
    }

    /// <summary>The first part of an address: different ones are different pages.</summary>
    private static string Kind(string address) =>
        address.StartsWith("about:", StringComparison.Ordinal)
            ? address
            : new Uri(new Uri("http://dashboard"), address).AbsolutePath.Split('/', 3)[1];

    /// <summary>Leaves nothing behind but who they are: no choice of theme, nothing dismissed, no finding.</summary>
    private async Task LeaveAsync()
    {
        await Page.EvaluateAsync("() => { if (location.protocol !== 'about:') { localStorage.clear(); } }");
        await Page.GotoAsync("about:blank");
        await Context.ClearCookiesAsync(new() { NameRegex = new("^gb-", RegexOptions.None, TimeSpan.FromSeconds(1)) });
        MayLoseConnection = _hasLoaded = false;
        _findings.Clear();
    }

    /// <summary>The way in, to its first page.</summary>
    /// <returns>The cookie that says who it is.</returns>
    private async Task<IReadOnlyList<Cookie>> ComeInAsync(string name)
    {
        await Page.GotoAsync(await _dashboard.TakeLinkAsync());
        await Page.GetByLabel("Name").FillAsync(name);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await WaitUntilReadyAsync();
        var cookies = await Context.CookiesAsync();

        // What the theme and the rail remember is this page's own.
        return
        [
            .. from cookie in cookies
            where !cookie.Name.StartsWith("gb-", StringComparison.Ordinal)
            select new Cookie
            {
                Name = cookie.Name,
                Value = cookie.Value,
                Domain = cookie.Domain,
                Path = cookie.Path,
                Expires = cookie.Expires,
                HttpOnly = cookie.HttpOnly,
                Secure = cookie.Secure,
                SameSite = cookie.SameSite,
            },
        ];
    }

    private bool IsExpected(string message) =>
        MayLoseConnection
        && (
            message.Contains("ERR_CONNECTION", StringComparison.Ordinal)
            || message.Contains("ERR_EMPTY_RESPONSE", StringComparison.Ordinal)
            || message.Contains("WebSocket", StringComparison.Ordinal)
            || message.Contains("connection", StringComparison.OrdinalIgnoreCase)
            || message.Contains("circuit", StringComparison.OrdinalIgnoreCase)
        );
}

/// <summary>A theme and a width.</summary>
/// <param name="IsDark">Dark, or light.</param>
/// <param name="Width">Pixels.</param>
public sealed record Look(bool IsDark, int Width)
{
    /// <summary>The four that every page is looked at in; those of a width one after the other.</summary>
    public static IReadOnlyList<Look> Every { get; } = [new(false, 1440), new(true, 1440), new(true, 360), new(false, 360)];

    /// <summary>Pixels.</summary>
    public int Height => Width < 720 ? 740 : 1000;

    /// <inheritdoc />
    public override string ToString() => $"{(IsDark ? "dark" : "light")}-{Width}";
}
