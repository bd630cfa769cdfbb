namespace GroqBatch.Core.Statistics;

/// <summary>What a <see cref="LinearModel"/> expects: location + scale × Student's t.</summary>
/// <param name="Location">The middle.</param>
/// <param name="Noise">Variance of an observation around its line.</param>
/// <param name="Doubt">Variance of the line itself, in units of <paramref name="Noise"/>.</param>
/// <param name="Degrees">Degrees of freedom.</param>
public sealed record Prediction(double Location, double Noise, double Doubt, double Degrees)
{
    /// <summary>The scale for an observation whose noise has this variance relative to the model's, as in <see cref="LinearModel.Observe"/>.</summary>
    public double Scale(double variance = 1) => Math.Sqrt(Noise * (variance + Doubt));
}

/// <summary>
/// Bayesian linear regression with unknown noise, conjugate (normal-inverse-gamma: A. Gelman et al., Bayesian Data Analysis, 3rd ed., chapter
/// 14; C. Bishop, Pattern Recognition and Machine Learning, section 3.3): starts from an opinion, gives way to what is observed, and its
/// predictions are as wide as what is not known yet.
/// </summary>
public sealed class LinearModel
{
    private readonly double[,] _precision;
    private readonly double[] _shift;
    private readonly double _start;
    private readonly double _priorLogDeterminant;
    private double _shape;
    private double _squares;

    /// <param name="expected">The coefficients before anything is observed.</param>
    /// <param name="deviations">Their standard deviations.</param>
    /// <param name="noise">The standard deviation of an observation around its line, before anything is observed.</param>
    /// <param name="certainty">How sure that noise is, in observations; above 0.</param>
    public LinearModel(IReadOnlyList<double> expected, IReadOnlyList<double> deviations, double noise, double certainty)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(deviations);
        var size = expected.Count;
        _precision = new double[size, size];
        _shift = new double[size];
        for (var index = 0; index < size; index++)
        {
            _precision[index, index] = noise * noise / (deviations[index] * deviations[index]);
            _shift[index] = _precision[index, index] * expected[index];
            _squares += _precision[index, index] * expected[index] * expected[index];
            _priorLogDeterminant += Math.Log(_precision[index, index]);
        }

        _shape = certainty / 2;
        _start = certainty / 2 * noise * noise;
        PriorShape = _shape;
    }

    /// <summary>Observations so far.</summary>
    public int Count { get; private set; }

    private double PriorShape { get; }

    /// <summary>Takes an observation in.</summary>
    /// <param name="x">As many as there are coefficients.</param>
    /// <param name="y">What was observed.</param>
    /// <param name="variance">Its noise's variance relative to the model's: 1, or more for an observation of few.</param>
    public void Observe(ReadOnlySpan<double> x, double y, double variance = 1)
    {
        for (var row = 0; row < _shift.Length; row++)
        {
            for (var column = 0; column < _shift.Length; column++)
            {
                _precision[row, column] += x[row] * x[column] / variance;
            }

            _shift[row] += x[row] * y / variance;
        }

        _squares += y * y / variance;
        _shape += 0.5;
        Count++;
    }

    /// <summary>What is to be expected at a point.</summary>
    /// <param name="x">As many as there are coefficients.</param>
    public Prediction Predict(ReadOnlySpan<double> x)
    {
        var (mean, _) = Solve(_shift);
        var (spread, _) = Solve(x);
        var (location, own) = (0.0, 0.0);
        for (var index = 0; index < mean.Length; index++)
        {
            location += mean[index] * x[index];
            own += spread[index] * x[index];
        }

        return new Prediction(location, Rest(mean) / _shape, own, 2 * _shape);
    }

    /// <summary>ln of the chance of what was observed under this model, up to what all models of the same observations share.</summary>
    public double LogEvidence()
    {
        var (mean, logDeterminant) = Solve(_shift);
        return (0.5 * (_priorLogDeterminant - logDeterminant))
            + (PriorShape * Math.Log(_start))
            - (_shape * Math.Log(Rest(mean)))
            + SpecialFunctions.LogGamma(_shape)
            - SpecialFunctions.LogGamma(PriorShape);
    }

    private double Rest(double[] mean)
    {
        var explained = 0.0;
        for (var index = 0; index < mean.Length; index++)
        {
            explained += mean[index] * _shift[index];
        }

        return _start + Math.Max(0, 0.5 * (_squares - explained));
    }

    /// <summary>Solves precision × result = right by Cholesky's decomposition; also ln of its determinant.</summary>
    private (double[] Result, double LogDeterminant) Solve(ReadOnlySpan<double> right)
    {
        var size = _shift.Length;
        var lower = new double[size, size];
        var logDeterminant = 0.0;
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = _precision[row, column];
                for (var k = 0; k < column; k++)
                {
                    sum -= lower[row, k] * lower[column, k];
                }

                lower[row, column] = row == column ? Math.Sqrt(sum) : sum / lower[column, column];
            }

            logDeterminant += 2 * Math.Log(lower[row, row]);
        }

        var result = new double[size];
        for (var row = 0; row < size; row++)
        {
            var sum = right[row];
            for (var k = 0; k < row; k++)
            {
                sum -= lower[row, k] * result[k];
            }

            result[row] = sum / lower[row, row];
        }

        for (var row = size - 1; row >= 0; row--)
        {
            var sum = result[row];
            for (var k = row + 1; k < size; k++)
            {
                sum -= lower[k, row] * result[k];
            }

            result[row] = sum / lower[row, row];
        }

        return (result, logDeterminant);
    }
}
