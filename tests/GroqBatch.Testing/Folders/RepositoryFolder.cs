namespace GroqBatch.Testing.Folders;

/// <summary>Where the tests' own source is.</summary>
public static class RepositoryFolder
{
    /// <summary>The folder with the solution, above the one that the tests run in.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "GroqBatch.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        }

        return folder.FullName;
    }
}
