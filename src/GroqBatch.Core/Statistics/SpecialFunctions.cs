namespace GroqBatch.Core.Statistics;

/// <summary>The functions that the distributions here are made of, to about twelve digits.</summary>
public static class SpecialFunctions
{
    private const double Epsilon = 1e-15;
    private const double Tiny = 1e-300;
    private const int MostSteps = 20_000;

    // Lanczos coefficients for g = 7, n = 9 (P. Godfrey, 2001).
    private static readonly double[] Lanczos =
    [
        0.99999999999980993,
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7,
    ];

    /// <summary>ln Γ(x), by Lanczos's approximation (C. Lanczos, SIAM J. Numer. Anal. B 1, 1964).</summary>
    /// <param name="x">Above 0.</param>
    public static double LogGamma(double x)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(x);
        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        }

        x -= 1;
        var sum = Lanczos[0];
        for (var index = 1; index < Lanczos.Length; index++)
        {
            sum += Lanczos[index] / (x + index);
        }

        var t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>ln B(a, b).</summary>
    public static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>ln of "n choose k".</summary>
    public static double LogChoose(double n, double k) =>
        k < 0 || k > n ? double.NegativeInfinity : LogGamma(n + 1) - LogGamma(k + 1) - LogGamma(n - k + 1);

    /// <summary>
    /// The regularised incomplete beta function I_x(a, b), the distribution function of Beta(a, b): by its continued fraction (DLMF 8.17.22),
    /// evaluated with Lentz's method.
    /// </summary>
    /// <param name="x">From 0 to 1; outside, it is 0 or 1.</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double RegularisedBeta(double x, double a, double b)
    {
        if (x <= 0)
        {
            return 0;
        }

        if (x >= 1)
        {
            return 1;
        }

        var front = Math.Exp((a * Math.Log(x)) + (b * Math.Log(1 - x)) - LogBeta(a, b));

        // The fraction converges fast on this side of the mean only.
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - (front * Fraction(1 - x, b, a) / b);
    }

    /// <summary>The x at which <see cref="RegularisedBeta"/> is p: the quantile of Beta(a, b), by bisection.</summary>
    /// <param name="p">From 0 to 1.</param>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double BetaQuantile(double p, double a, double b)
    {
        var (low, high) = (0.0, 1.0);
        for (var step = 0; step < 200 && high - low > 1e-14 * Math.Max(high, 1e-10); step++)
        {
            var middle = (low + high) / 2;
            if (RegularisedBeta(middle, a, b) < p)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return (low + high) / 2;
    }

    /// <summary>The quantile of the standard normal distribution: P. J. Acklam's rational approximation (2003), relative error below 1.2e-9.</summary>
    /// <param name="p">Above 0 and below 1.</param>
    public static double NormalQuantile(double p)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(p, 1);
        const double Edge = 0.02425;
        if (p < Edge)
        {
            return Tail(Math.Sqrt(-2 * Math.Log(p)));
        }

        if (p > 1 - Edge)
        {
            return -Tail(Math.Sqrt(-2 * Math.Log(1 - p)));
        }

        var q = p - 0.5;
        var r = q * q;
        return (
                (
                    (
                        (((((-3.969683028665376e1 * r) + 2.209460984245205e2) * r) - 2.759285104469687e2) * r + 1.383577518672690e2) * r
                        - 3.066479806614716e1
                    ) * r
                    + 2.506628277459239
                ) * q
            )
            / (
                (
                    (((((-5.447609879822406e1 * r) + 1.615858368580409e2) * r) - 1.556989798598866e2) * r + 6.680131188771972e1) * r
                    - 1.328068155288572e1
                ) * r
                + 1
            );

        static double Tail(double q) =>
            (
                (
                    (((((-7.784894002430293e-3 * q) - 3.223964580411365e-1) * q) - 2.400758277161838) * q - 2.549732539343734) * q
                    + 4.374664141464968
                ) * q
                + 2.938163982698783
            ) / (((((((7.784695709041462e-3 * q) + 3.224671290700398e-1) * q) + 2.445134137142996) * q) + 3.754408661907416) * q + 1);
    }

    private static double Fraction(double x, double a, double b)
    {
        var c = 1.0;
        var d = 1 / NotZero(1 - ((a + b) * x / (a + 1)));
        var result = d;
        for (var m = 1; m <= MostSteps; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            result *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            var change = d * c;
            result *= change;
            if (Math.Abs(change - 1) < Epsilon)
            {
                break;
            }
        }

        return result;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;
}
