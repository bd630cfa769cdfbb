namespace GroqBatch.Groq.Tests.Client;

/// <summary>A file in a folder of its own, both gone at the end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string? content = null)
    {
        Folder = Directory.CreateTempSubdirectory("groqbatch-test-").FullName;
        Path = System.IO.Path.Combine(Folder, "file.jsonl");
        if (content is not null)
        {
            File.WriteAllText(Path, content);
        }
    }

    public string Folder { get; }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
