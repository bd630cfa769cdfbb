using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace GroqBatch.Web.Shell;

/// <summary>The document around every page. Pages are live and not prerendered: until the first has come, theme and skeleton stand.</summary>
public sealed partial class App
{
    private static readonly IComponentRenderMode Live = new InteractiveServerRenderMode(prerender: false);

    /// <summary>The request.</summary>
    [CascadingParameter]
    public HttpContext? Http { get; set; }

    /// <summary>Null for pages outside of the frame, which are plain documents.</summary>
    private IComponentRenderMode? PageMode => Http?.AcceptsInteractiveRouting() == true ? Live : null;

    /// <summary>What theme.js noted last time, so that MudBlazor's first render has the right palette.</summary>
    private bool StartsDark => Http?.Request.Cookies["gb-dark"] == "yes";

    /// <summary>How its reader left the rail.</summary>
    private bool StartsNarrow => Http?.Request.Cookies["gb-rail"] == "narrow";
}
