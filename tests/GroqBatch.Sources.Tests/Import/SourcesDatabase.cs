using GroqBatch.Core.Access;
using GroqBatch.Core.Import;
using GroqBatch.Core.Models;
using GroqBatch.Core.Teams;
using GroqBatch.Data;
using GroqBatch.Data.Installation;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Sources.Tests.Import;

/// <summary>A database with the stores and sources over it, and two providers that each pull request has a state for.</summary>
public sealed class SourcesDatabase : TestDatabase
{
    private ServiceProvider? _services;

    public static Actor Ada { get; } = new("cli:ada", Right.All);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(ConnectionString);
        services.AddSources(new ConfigurationBuilder().Build());
        services.AddSingleton<IModelCatalogue>(new TwoModels());
        services.AddSingleton<PromptMeasure>(pullRequest => pullRequest.Title.Length + pullRequest.Body.Length);
        _services = services.BuildServiceProvider();
        foreach (var provider in new[] { "groq", "simulator" })
        {
            await Get<DatabaseInitialiser>().PrepareProviderAsync(provider, 1, TestContext.Current.CancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        await base.DisposeAsync();
    }

    public T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    /// <summary>A team of a test's own.</summary>
    public Task<Team> AddTeamAsync(string? slug = null) =>
        Get<ITeamStore>()
            .AddAsync(new NewTeam(slug ?? $"team-{Guid.NewGuid():N}", "Team", 0.95), Ada, TestContext.Current.CancellationToken);

    /// <summary>Imports lines as one file.</summary>
    public Task<ImportReport> ImportAsync(Team team, params IEnumerable<string> lines) =>
        ImportAsync(
            team,
            ImportFile.FromStream("lines.jsonl", new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines))))
        );

    public Task<ImportReport> ImportAsync(Team team, ImportFile file) =>
        Get<IPullRequestImporter>().ImportAsync(new ImportRequest(team, [file]), null, Ada, TestContext.Current.CancellationToken);

    public async Task<T> QueryAsync<T>(string sql, params object[] values)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A ladder whose second model is retired and has a successor.</summary>
    private sealed class TwoModels : IModelCatalogue
    {
        public IReadOnlyList<CatalogueModel> Models { get; } =
        [
            Model("first", 0.075m, 0.3m),
            Model("second", 0.59m, 0.79m) with
            {
                RetiresOn = new DateOnly(2026, 1, 1),
                Successor = "third",
            },
            Model("third", 0.15m, 0.6m),
        ];

        public decimal BatchDiscount => 0.5m;
        public IReadOnlyList<string> ConfiguredLadder { get; } = ["first", "second"];

        public CatalogueModel? Find(string id) => Models.FirstOrDefault(model => model.Id == id);

        private static CatalogueModel Model(string id, decimal prompt, decimal completion) =>
            new()
            {
                Id = id,
                ContextTokens = 131_072,
                MaxCompletionTokens = 65_536,
                CompletionTokens = 4_096,
                HasStrictSchema = true,
                Prices = [new ModelPrice(new DateOnly(2026, 1, 1), new DateOnly(2026, 6, 1), prompt, completion)],
            };
    }
}
