using System.Text.RegularExpressions;
using GroqBatch.Testing.Folders;

namespace GroqBatch.Web.Tests.Packaging;

/// <summary>The image can only be built where there is an engine; that its recipe names every project can be said anywhere.</summary>
public sealed partial class DockerfileTests
{
    [Fact]
    public async Task Copies_every_project_that_the_dashboard_is_made_of_before_it_restores()
    {
        var root = RepositoryFolder.Find();
        var recipe = await File.ReadAllTextAsync(Path.Combine(root, "Dockerfile"), TestContext.Current.CancellationToken);
        var beforeRestore = recipe[..recipe.IndexOf("RUN dotnet restore", StringComparison.Ordinal)];

        var needed = new HashSet<string>(StringComparer.Ordinal);
        Add("src/GroqBatch.Web/GroqBatch.Web.csproj");

        Assert.True(needed.Count > 1, "The dashboard's project references were not found.");
        var missing = needed
            .Select(project => $"COPY {project} {Path.GetDirectoryName(project)}/")
            .Where(line => !beforeRestore.Contains(line));
        Assert.Equal([], missing);

        void Add(string project)
        {
            if (needed.Add(project))
            {
                foreach (Match reference in Reference().Matches(File.ReadAllText(Path.Combine(root, project))))
                {
                    Add(reference.Groups["project"].Value);
                }
            }
        }
    }

    [GeneratedRegex(
        """<ProjectReference Include="\$\(RepoRoot\)(?<project>[^"]+)" """,
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Reference();
}
