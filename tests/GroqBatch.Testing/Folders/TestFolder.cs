using Xunit;

namespace GroqBatch.Testing.Folders;

/// <summary>
/// A folder of a test's own below the temporary folder, removed afterwards. Open to other accounts for reading, so that a server that may
/// not run as root can work below it.
/// </summary>
public sealed class TestFolder : IDisposable, IAsyncLifetime
{
    /// <summary>Makes the folder.</summary>
    public TestFolder()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"groqbatch-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>The path of something in the folder; nothing is made.</summary>
    public string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
