using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>
/// What the script that this replaces needed, measured once on a machine of the same class, whose hours differ threefold. Its floor was
/// measured with it: what the floor takes now tells what the script would take now.
/// </summary>
/// <param name="Wall">Seconds for everything.</param>
/// <param name="Megabytes">Peak resident memory.</param>
/// <param name="Floor">Seconds that SQL straight to JSON Lines, and a COPY of the answers with one UPDATE, took of its bytes.</param>
internal sealed record ReplacedScript(double Wall, double Megabytes, double Floor)
{
    /// <summary>What it told the model before each pull request's own text.</summary>
    private const int FixedTokens = 3_956;

    public double TimesItsFloor => Wall / Floor;

    /// <summary>By how many bytes each of its lines was longer than ours: its files are gone, its tokens are known, and a token is as long as in our own prompt.</summary>
    public static int LongerLines
    {
        get
        {
            var ours = TokenEstimates.FixedPromptTokens(ResponseFormat.JsonSchema);
            return (int)((FixedTokens - ours) * (double)TokenEstimates.FixedFileBytes(ResponseFormat.JsonSchema) / ours);
        }
    }

    /// <returns>Null where it was not measured.</returns>
    public static ReplacedScript? Of(int size) =>
        size switch
        {
            10_000 => new(52, 515, 2.1),
            50_000 => new(281, 2_364, 8.1),
            _ => null,
        };
}
