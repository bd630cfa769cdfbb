using System.Reflection;
using GroqBatch.Core.Prompts;
using GroqBatch.Data;
using GroqBatch.Testing.Databases;
using Microsoft.EntityFrameworkCore.Migrations;

namespace GroqBatch.Testing.Ledgers;

/// <summary>Generated ledgers to copy test databases from.</summary>
public static class LedgerTemplates
{
    /// <summary>
    /// Of the size at which plans are looked at, with statistics. Keyed by the schema, the prompt and what writes it: not by each build of the Data
    /// assembly, since it takes longer than an empty schema.
    /// </summary>
    public static DatabaseTemplate ForPlans { get; } =
        new(
            $"ledger_{LatestMigration()}_{PromptVersion.Current.Major}_{typeof(LedgerTemplates).Assembly.ManifestModule.ModuleVersionId.ToString("N")[..16]}",
            (connectionString, cancellationToken) =>
                SkewedLedger.WriteAsync(connectionString, LedgerShape.ForPlans, TimeProvider.System, said: null, cancellationToken)
        )
        {
            Kept = 1,
        };

    // Its time alone: with its words a name would be longer than PostgreSQL keeps.
    private static string LatestMigration() =>
        typeof(GroqBatchDbContext)
            .Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .Max(StringComparer.Ordinal)!
            .Split('_')[0];
}
