namespace GroqBatch.Simulator.Storage;

/// <summary>A lock that processes of one folder share. The operating system drops it when its holder dies.</summary>
internal static class FileLock
{
    public static async Task<IDisposable> TakeAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException) when (Directory.Exists(Path.GetDirectoryName(path)))
            {
                await Task.Delay(10, cancellationToken);
            }
        }
    }
}
