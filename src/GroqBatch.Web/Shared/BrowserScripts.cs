using Microsoft.JSInterop;

namespace GroqBatch.Web.Shared;

/// <summary>Scripts of single parts of a page.</summary>
internal static class BrowserScripts
{
    /// <summary>
    /// Loads a script of ours. Null where the connection goes away just then: what it would have done is missing until the page is loaded again,
    /// which is no reason to take the page away.
    /// </summary>
    /// <param name="browser">Whose.</param>
    /// <param name="name">Such as <c>drawer</c>.</param>
    public static async Task<IJSObjectReference?> TryLoadAsync(this IJSRuntime browser, string name)
    {
        try
        {
            return await browser.InvokeAsync<IJSObjectReference>("import", $"./js/{name}.js");
        }
        catch (Exception lost) when (lost is JSException or JSDisconnectedException or OperationCanceledException)
        {
            return null;
        }
    }
}
