using System.Globalization;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>Where the programs lie that are measured: published beside this one by a Release build, as machine code.</summary>
internal static class PublishedFolder
{
    /// <summary>The runtime's own variable for calls until code is compiled again.</summary>
    public const string CallCountVariable = "DOTNET_TC_CallCountThreshold";

    /// <summary>The runtime's variable for how much is allocated until new objects are collected; without it a machine's cache decides.</summary>
    public const string NewObjectsVariable = "DOTNET_GCgen0size";

    /// <summary>For it, bytes in hexadecimal: what the image sets.</summary>
    public const string NewObjects = "0x1000000";

    private static readonly string Published = System.IO.Path.Combine(AppContext.BaseDirectory, "published");

    /// <summary>False in a Debug build: what is measured is compiled while it runs.</summary>
    public static bool HasMachineCode => Directory.Exists(Published);

    /// <summary>Their folder, or this program's own.</summary>
    public static string Path => HasMachineCode ? Published : AppContext.BaseDirectory;

    /// <summary>
    /// For it, in hexadecimal: what this program was built with, as hosts are. The simulator's own program is not.
    /// </summary>
    public static string CallCount =>
        int.Parse((string)AppContext.GetData("System.Runtime.TieredCompilation.CallCountThreshold")!, CultureInfo.InvariantCulture)
            .ToString("x", CultureInfo.InvariantCulture);
}
