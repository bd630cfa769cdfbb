using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>How large one pull request is. Sizes only: no text of a real one is kept.</summary>
/// <param name="Title">Characters.</param>
/// <param name="Body">Characters, at least one.</param>
/// <param name="Files">Changed files that are listed.</param>
/// <param name="Message">Characters of the commit message.</param>
internal sealed record PullRequestSize(int Title, int Body, int Files, int Message);

/// <summary>The sizes that generated pull requests have.</summary>
/// <param name="Source">Where they are from, for the report.</param>
/// <param name="Sizes">To draw from.</param>
internal sealed record SizeProfile(string Source, IReadOnlyList<PullRequestSize> Sizes)
{
    /// <summary>The environment variable that names a folder of real pull requests, <c>*.jsonl.gz</c>.</summary>
    private const string Variable = "GROQBATCH_SAMPLE_DATA";

    /// <summary>The sizes of the real pull requests with a body where the machine has some, else made-up ones like them.</summary>
    public static SizeProfile Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder && Directory.Exists(folder))
        {
            var sizes = Directory.EnumerateFiles(folder, "*.jsonl.gz").Order(StringComparer.Ordinal).SelectMany(Measure).ToList();
            if (sizes.Count > 0)
            {
                return new SizeProfile($"drawn from {sizes.Count} real pull requests with a body ({Variable})", sizes);
            }
        }

        return new SizeProfile($"made up ({Variable} names no folder)", MakeUp());
    }

    private static IEnumerable<PullRequestSize> Measure(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var body = root.GetProperty("body").GetString();
            if (string.IsNullOrWhiteSpace(body))
            {
                continue;
            }

            yield return new PullRequestSize(
                root.GetProperty("title").GetString()!.Length,
                body.Length,
                root.GetProperty("files").GetArrayLength(),
                root.GetProperty("commits").EnumerateArray().Sum(commit => commit.GetProperty("message").GetString()!.Length)
            );
        }
    }

    /// <summary>Log-normal bodies of 1,200 characters in the mean (median 480) and files of 7 in the mean, with their long tails.</summary>
    private static List<PullRequestSize> MakeUp()
    {
        var random = new Random(20_000);
        var sizes = new List<PullRequestSize>(5_000);
        for (var at = 0; at < 5_000; at++)
        {
            var body = LogNormal(median: 480, sigma: 1.353, most: 25_000);
            sizes.Add(new PullRequestSize(random.Next(20, 90), body, LogNormal(median: 2.6, sigma: 1.407, most: 300), body + 80));
        }

        return sizes;

        int LogNormal(double median, double sigma, int most)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return Math.Clamp((int)Math.Round(median * Math.Exp(sigma * normal)), 1, most);
        }
    }
}
