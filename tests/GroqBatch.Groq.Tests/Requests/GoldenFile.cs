using System.Text;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Groq.Tests.Requests;

/// <summary>
/// Compares a text with a checked-in file. Where they differ, or the file is missing, what came is written beside it as <c>*.received.*</c>
/// and the test fails: to accept a change, look at it, then move the received file over the other.
/// </summary>
internal static class GoldenFile
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Find(), "tests", "GroqBatch.Groq.Tests", "Requests", "Golden");

    public static void Matches(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        var received = Path.ChangeExtension(path, ".received" + Path.GetExtension(path));
        var bytes = Encoding.UTF8.GetBytes(text);
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
        {
            File.Delete(received);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(received, bytes);
        Assert.True(File.Exists(path), $"There is no {name} yet; see {received}.");
        Assert.Equal(File.ReadAllText(path), text);
        Assert.Fail($"{name} differs in bytes that text does not show; see {received}.");
    }

    /// <summary>The names of the checked-in files that match a pattern.</summary>
    public static string[] Names(string folder, string pattern) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Folder, folder), pattern)
                .Select(path => Path.GetFileName(path))
                .Where(name => !name.Contains(".received."))
                .Order(StringComparer.Ordinal),
        ];
}
