using GroqBatch.Core.Access;
using GroqBatch.Core.Samples;
using GroqBatch.Data;
using GroqBatch.Hosting;
using GroqBatch.Hosting.Settings;
using GroqBatch.Sources;
using GroqBatch.Testing.Databases;
using GroqBatch.Testing.Folders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GroqBatch.EndToEndTests.Browser;

/// <summary>A database with the sample teams as a first start adds them: written once, since that takes longer than most tests.</summary>
internal static class SampleTemplate
{
    /// <summary>The sample teams tell of the last weeks: those of yesterday are no more.</summary>
    public static DatabaseTemplate Today { get; } =
        new(
            $"samples_{TimeProvider.System.GetUtcNow():yyMMdd}_{Build(typeof(GroqBatchDbContext))}_{Build(typeof(SourcesServiceCollectionExtensions))}",
            AddAsync
        )
        {
            Kept = 1,
        };

    private static async Task AddAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var folder = new TestFolder();
        using var settings = SettingsReader.Read(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:GroqBatch"] = connectionString,
                ["Storage:DataFolder"] = folder.Combine("data"),
                ["Groq:Mode"] = "Simulator",
            }
        );
        await using var host = await GroqBatchHost.StartAsync(settings, HostParts.Provider, "web", LogLevel.Error, cancellationToken);
        await host.Services.GetRequiredService<ISampleData>().AddAsync(new Actor("web", Right.Administer), cancellationToken);
    }

    private static string Build(Type type) => type.Assembly.ManifestModule.ModuleVersionId.ToString("N")[..16];
}
