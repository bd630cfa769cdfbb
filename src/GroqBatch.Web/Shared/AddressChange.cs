namespace GroqBatch.Web.Shared;

/// <summary>
/// What an address supplies is told to its components one after the other, by going through the set of those that want to be told. A page that answers by
/// rendering another one of them adds to that set meanwhile: it can't be gone through to its end, and the circuit is lost with everything on it.
/// </summary>
internal static class AddressChange
{
    /// <summary>Goes on once everybody has been told: what is rendered then may want to be told of the next change.</summary>
    public static async Task OverAsync() => await Task.Yield();
}
