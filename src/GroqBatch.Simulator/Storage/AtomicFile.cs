using System.Text.Json;
using System.Text.Json.Serialization;

namespace GroqBatch.Simulator.Storage;

/// <summary>Objects of the folder: written beside their place, flushed to the disk, then renamed, so that nobody ever reads half of one.</summary>
internal static class AtomicFile
{
    public const string TemporaryPrefix = ".tmp-";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>A name in the same folder that no reader takes for an object.</summary>
    public static string TemporaryNameIn(string folder) => Path.Combine(folder, TemporaryPrefix + Guid.NewGuid().ToString("N"));

    /// <summary>Writes an object; false when there is one already, which then stays.</summary>
    public static bool TryCreate<T>(string path, T value)
    {
        var temporary = TemporaryNameIn(Path.GetDirectoryName(path)!);
        using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(stream, value, Json);
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
            return false;
        }
    }

    /// <summary>Reads an object; null when there is none.</summary>
    public static T? TryRead<T>(string path)
        where T : class
    {
        // Asked often about what mostly is not there, such as the mark of a cancellation.
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize<T>(stream, Json);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }
}
