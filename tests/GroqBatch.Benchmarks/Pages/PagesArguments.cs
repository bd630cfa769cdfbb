using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>What to measure pages on.</summary>
internal sealed record PagesArguments
{
    /// <summary>Pull requests in the ledger; the shape stays that of the million.</summary>
    public int Size { get; init; } = 1_000_000;

    /// <summary>Loads of each address.</summary>
    public int Loads { get; init; } = 30;

    /// <summary>Pages open at once, for <c>live</c>.</summary>
    public int Open { get; init; } = 100;

    /// <summary>How many of those are a real browser's.</summary>
    public int Browsers { get; init; } = 5;

    /// <summary>Where the ledger is kept, and taken from when it is there; null: it is made anew and thrown away.</summary>
    public string? Keep { get; init; }

    /// <summary>Only addresses with this in them; null: all.</summary>
    public string? Only { get; init; }

    /// <returns>Always true; <paramref name="mistake"/> says what is wrong.</returns>
    public static bool TryParse(string[] args, [NotNullWhen(true)] out PagesArguments? arguments, out string? mistake)
    {
        arguments = new PagesArguments();
        mistake = null;
        for (var at = 0; at < args.Length; at += 2)
        {
            var value = at + 1 < args.Length ? args[at + 1] : "";
            var changed = args[at] switch
            {
                "--size" when TryCount(value, 10_000, out var size) => arguments with { Size = size },
                "--loads" when TryCount(value, 1, out var loads) => arguments with { Loads = loads },
                "--open" when TryCount(value, 1, out var open) => arguments with { Open = open },
                "--browsers" when TryCount(value, 0, out var browsers) => arguments with { Browsers = browsers },
                "--keep" when value.Length > 0 => arguments with { Keep = value },
                "--only" when value.Length > 0 => arguments with { Only = value },
                _ => null,
            };
            if (changed is null)
            {
                mistake = $"'{args[at]} {value}' is not understood.";
                return true;
            }

            arguments = changed;
        }

        return true;
    }

    private static bool TryCount(string text, int least, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= least;
}
