using System.Diagnostics.CodeAnalysis;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>What <c>pipeline</c> was asked for.</summary>
internal sealed record PipelineArguments
{
    /// <summary>Pull requests of each measurement.</summary>
    public IReadOnlyList<int> Sizes { get; init; } = [1_000, 10_000, 50_000];

    /// <summary>Measurements of each size; the median by wall time is shown.</summary>
    public int Repeat { get; init; } = 1;

    /// <summary>Of the generated pull requests.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where all figures go as JSON; null: nowhere.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Settings of the measured process on top of its defaults.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment of the measured process, such as <c>DOTNET_gcServer</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings of the PostgreSQL server on top of the product's, such as <c>wal_compression</c>.</summary>
    public IReadOnlyDictionary<string, string> Server { get; init; } = new Dictionary<string, string>();

    /// <summary>Leaves each measurement's folder (raw files, database, the server's log) where it is, and says where.</summary>
    public bool Keep { get; init; }

    /// <returns>Always true; <paramref name="mistake"/> says what is wrong.</returns>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out PipelineArguments? arguments, out string? mistake)
    {
        arguments = new PipelineArguments();
        mistake = null;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        var server = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < args.Length; at += 2)
        {
            var value = at + 1 < args.Length ? args[at + 1] : "";
            var isUnderstood = args[at] switch
            {
                "--sizes" => TryReadSizes(value, ref arguments),
                "--repeat" => int.TryParse(value, out var times) && times > 0 && Accept(ref arguments, arguments with { Repeat = times }),
                "--seed" => int.TryParse(value, out var seed) && Accept(ref arguments, arguments with { Seed = seed }),
                "--json" => value.Length > 0 && Accept(ref arguments, arguments with { JsonFile = value }),
                "--setting" => TryReadPair(value, settings),
                "--environment" => TryReadPair(value, environment),
                "--server" => TryReadPair(value, server),
                "--keep" => bool.TryParse(value, out var keep) && Accept(ref arguments, arguments with { Keep = keep }),
                _ => false,
            };
            if (!isUnderstood)
            {
                mistake = $"'{args[at]} {value}' is not understood.";
                return true;
            }
        }

        arguments = arguments with { Settings = settings, Environment = environment, Server = server };
        return true;
    }

    private static bool TryReadSizes(string value, ref PipelineArguments arguments)
    {
        var sizes = new List<int>();
        foreach (var part in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, out var size) || size < 1)
            {
                return false;
            }

            sizes.Add(size);
        }

        return sizes.Count > 0 && Accept(ref arguments, arguments with { Sizes = sizes });
    }

    private static bool TryReadPair(string value, Dictionary<string, string> pairs)
    {
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && pairs.TryAdd(value[..equals], value[(equals + 1)..]);
    }

    private static bool Accept(ref PipelineArguments arguments, PipelineArguments changed)
    {
        arguments = changed;
        return true;
    }
}
