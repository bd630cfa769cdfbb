using GroqBatch.Core.Batches;

namespace GroqBatch.Groq.Tests.Models;

/// <summary>A provider that lists the models it is given and has nothing else.</summary>
internal sealed class ScriptedProvider(params ProviderModel[] models) : IBatchProvider
{
    public string Name => "groq";
    public string Host => "api.example";

    public Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProviderModel>>(models);

    public Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken) => throw Unasked();

    public Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken) => throw Unasked();

    public Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(IReadOnlyCollection<string> batchIds, CancellationToken cancellationToken) =>
        throw Unasked();

    public IAsyncEnumerable<ProviderBatch> ListBatchesAsync(CancellationToken cancellationToken) => throw Unasked();

    public Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken) => throw Unasked();

    public Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken) => throw Unasked();

    private static InvalidOperationException Unasked() => new("The preflight asks for models only.");
}
