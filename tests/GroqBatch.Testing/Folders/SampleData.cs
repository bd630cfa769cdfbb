using Xunit;

namespace GroqBatch.Testing.Folders;

/// <summary>Real pull requests that tests may read where a machine has them: <c>*.jsonl.gz</c> in a folder of environment's naming.</summary>
public static class SampleData
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "GROQBATCH_SAMPLE_DATA";

    /// <summary>The folder, absolute; null where there is none.</summary>
    public static string? Folder =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder && Directory.Exists(folder)
            ? Path.GetFullPath(folder)
            : null;

    /// <summary>The folder; skips the calling test, with a reason, where there is none.</summary>
    public static string Require()
    {
        if (Folder is null)
        {
            Assert.Skip($"{Variable} names no folder: there are no real pull requests on this machine.");
        }

        return Folder!;
    }
}
