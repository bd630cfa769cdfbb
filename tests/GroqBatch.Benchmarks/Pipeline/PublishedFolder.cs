namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>Where the programs lie that are measured: published beside this one by a Release build, as machine code.</summary>
internal static class PublishedFolder
{
    /// <summary>The runtime's own variable, in hexadecimal: calls until code is compiled again.</summary>
    public const string CallCountVariable = "DOTNET_TC_CallCountThreshold";

    private static readonly string Published = System.IO.Path.Combine(AppContext.BaseDirectory, "published");

    /// <summary>False in a Debug build: what is measured is compiled while it runs.</summary>
    public static bool HasMachineCode => Directory.Exists(Published);

    /// <summary>Their folder, or this program's own.</summary>
    public static string Path => HasMachineCode ? Published : AppContext.BaseDirectory;

    /// <summary>What hosts have for it. The simulator's own program is published with what a program has that is compiled while it runs.</summary>
    public static string CallCount => HasMachineCode ? "4000" : "80";
}
