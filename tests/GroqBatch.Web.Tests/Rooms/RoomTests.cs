using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace GroqBatch.Web.Tests.Rooms;

/// <summary>The arrows between the rooms, read from what the built assemblies refer to.</summary>
public sealed class RoomTests
{
    private const string Core = "GroqBatch.Core";
    private const string Hosting = "GroqBatch.Hosting";

    // The rooms that see Core and not each other.
    private static readonly string[] Inner =
    [
        "GroqBatch.Pipeline",
        "GroqBatch.Groq",
        "GroqBatch.Data",
        "GroqBatch.Sources",
        "GroqBatch.Simulator",
    ];
    private static readonly string[] Hosts = ["GroqBatch.Web", "groqbatch"];

    public static TheoryData<string> Rooms => [Core, .. Inner, Hosting, .. Hosts];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void See_only_the_rooms_they_may(string room) => Assert.Empty(Mistakes(room, ReferencesOf(room)));

    [Theory]
    [InlineData("GroqBatch.Core", "GroqBatch.Data", false)]
    [InlineData("GroqBatch.Core", "Npgsql", false)]
    [InlineData("GroqBatch.Core", "Microsoft.Extensions.Logging.Abstractions", false)]
    [InlineData("GroqBatch.Core", "System.Text.Json", true)]
    [InlineData("GroqBatch.Pipeline", "GroqBatch.Core", true)]
    [InlineData("GroqBatch.Pipeline", "Quartz", true)]
    [InlineData("GroqBatch.Pipeline", "GroqBatch.Data", false)]
    [InlineData("GroqBatch.Simulator", "GroqBatch.Groq", false)]
    [InlineData("GroqBatch.Data", "GroqBatch.Hosting", false)]
    [InlineData("GroqBatch.Hosting", "GroqBatch.Data", true)]
    [InlineData("GroqBatch.Hosting", "GroqBatch.Web", false)]
    [InlineData("GroqBatch.Web", "groqbatch", false)]
    [InlineData("groqbatch", "GroqBatch.Web", false)]
    public void Are_caught_when_an_arrow_turns(string room, string reference, bool isAllowed)
    {
        string[] references = Hosts.Contains(room, StringComparer.Ordinal) ? [reference, Hosting] : [reference];

        Assert.Equal(isAllowed, !Mistakes(room, references).Any());
    }

    [Fact]
    public void Of_the_hosts_each_start_by_the_one_way_there_is() => Assert.All(Hosts, host => Assert.NotEmpty(Mistakes(host, [Core])));

    private static IEnumerable<string> Mistakes(string room, IReadOnlyList<string> references)
    {
        string[] rooms = [Core, .. Inner, Hosting, .. Hosts];
        string[] allowed = room switch
        {
            Core => [],
            Hosting => [Core, .. Inner],
            _ when Hosts.Contains(room, StringComparer.Ordinal) => [Core, .. Inner, Hosting],
            _ => [Core],
        };
        foreach (var reference in references)
        {
            if (rooms.Contains(reference, StringComparer.Ordinal) && !allowed.Contains(reference, StringComparer.Ordinal))
            {
                yield return $"{room} sees {reference}";
            }

            if (room == Core && reference != "netstandard" && !reference.StartsWith("System.", StringComparison.Ordinal))
            {
                yield return $"{room} sees {reference}, which is a package";
            }
        }

        if (Hosts.Contains(room, StringComparer.Ordinal) && !references.Contains(Hosting, StringComparer.Ordinal))
        {
            yield return $"{room} does not start by {Hosting}";
        }
    }

    private static List<string> ReferencesOf(string room)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, room + ".dll")));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
