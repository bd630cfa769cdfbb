namespace GroqBatch.Sources.Import;

/// <summary>
/// Makes .NET notice a gzip file that ends early: by default its reader takes the end of the bytes for the end of the data, and an import of
/// half a file would look like one of the whole.
/// </summary>
internal static class StrictGzip
{
    /// <summary>
    /// A switch of the process, read when its first compressed stream is made: so it is set when services are registered, and by the reader
    /// for those who come without.
    /// </summary>
    public static void Demand() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);
}
