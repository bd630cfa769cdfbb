using System.Globalization;

namespace GroqBatch.Core.Coverage;

/// <summary>A share as people read it: never rounded up, so that 1 and 100 % mean all of it.</summary>
public static class Share
{
    /// <summary>A share that was set rather than counted, such as a goal: <c>95 %</c>, <c>97.5 %</c>.</summary>
    /// <param name="share">From 0 to 1; binary fractions are not rounded down by a hair.</param>
    public static string ToGoal(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((share * 1_000) + 1e-6) / 10:0.#} %");

    private const long Places = 1_000_000;

    /// <summary>The share to six places, rounded down; 1 when there is nothing to have a share of, since then nothing is missing.</summary>
    /// <param name="part">At most <paramref name="whole"/>.</param>
    /// <param name="whole">From 0.</param>
    public static decimal RoundedDown(long part, long whole) =>
        whole == 0 ? 1m
        : part == whole ? 1m
        : part * Places / whole / (decimal)Places;

    /// <summary>The share as a percentage with one place, rounded down, such as <c>99.9 %</c>; <c>100 %</c> only when all of it is there.</summary>
    /// <param name="part">At most <paramref name="whole"/>.</param>
    /// <param name="whole">From 0.</param>
    public static string ToPercent(long part, long whole)
    {
        if (whole == 0 || part == whole)
        {
            return "100 %";
        }

        var thousandths = part * 1_000 / whole;
        return $"{thousandths / 10}.{thousandths % 10} %";
    }
}
