namespace GroqBatch.Core.Statistics;

/// <summary>Random numbers of the distributions that simulations need, the same for the same seed. Not for several threads at once.</summary>
public sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>From 0 to below 1.</summary>
    public double Uniform() => _random.NextDouble();

    /// <summary>Standard normal, by the polar method (G. Marsaglia, T. A. Bray, SIAM Review 6, 1964).</summary>
    public double Normal()
    {
        double u,
            square;
        do
        {
            u = (2 * _random.NextDouble()) - 1;
            var v = (2 * _random.NextDouble()) - 1;
            square = (u * u) + (v * v);
        } while (square is >= 1 or 0);

        return u * Math.Sqrt(-2 * Math.Log(square) / square);
    }

    /// <summary>Gamma with scale 1 (G. Marsaglia, W. W. Tsang, ACM Trans. Math. Softw. 26, 2000).</summary>
    /// <param name="shape">Above 0.</param>
    public double Gamma(double shape)
    {
        if (shape < 1)
        {
            return Gamma(shape + 1) * Math.Pow(1 - _random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - _random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <summary>Beta, from two gammas.</summary>
    public double Beta(double a, double b)
    {
        var (left, right) = (Gamma(a), Gamma(b));
        return left + right == 0 ? a / (a + b) : left / (left + right);
    }

    /// <summary>Student's t.</summary>
    /// <param name="degrees">Degrees of freedom, above 0.</param>
    public double Student(double degrees) => Normal() / Math.Sqrt(Gamma(degrees / 2) * 2 / degrees);

    /// <summary>
    /// Binomial, exact in about log n steps: the median of n uniform numbers is a beta number and says on which side of it to go on
    /// (L. Devroye, Non-Uniform Random Variate Generation, 1986, section X.4.3).
    /// </summary>
    public int Binomial(int n, double p)
    {
        var count = 0;
        while (n > 16)
        {
            var middle = 1 + (n / 2);
            var median = Beta(middle, n + 1 - middle);
            if (median >= p)
            {
                n = middle - 1;
                p = p / median;
            }
            else
            {
                count += middle;
                n -= middle;
                p = (p - median) / (1 - median);
            }
        }

        for (; n > 0; n--)
        {
            if (_random.NextDouble() < p)
            {
                count++;
            }
        }

        return count;
    }
}
