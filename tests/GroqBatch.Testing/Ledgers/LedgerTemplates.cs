using GroqBatch.Data;
using GroqBatch.Testing.Databases;

namespace GroqBatch.Testing.Ledgers;

/// <summary>Generated ledgers to copy test databases from.</summary>
public static class LedgerTemplates
{
    /// <summary>Of the size at which plans are looked at, with statistics.</summary>
    public static DatabaseTemplate ForPlans { get; } =
        new(
            $"ledger_{Version(typeof(GroqBatchDbContext))}_{Version(typeof(LedgerTemplates))}",
            (connectionString, cancellationToken) =>
                SkewedLedger.WriteAsync(connectionString, LedgerShape.ForPlans, TimeProvider.System, said: null, cancellationToken)
        )
        {
            Kept = 1,
        };

    // Short: with both in full a name would be longer than PostgreSQL keeps.
    private static string Version(Type type) => type.Assembly.ManifestModule.ModuleVersionId.ToString("N")[..16];
}
