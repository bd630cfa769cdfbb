using GroqBatch.Core.Batches;

namespace GroqBatch.Web.Tests;

/// <summary>A provider that is only talked about: pages show its name and host, and never call it.</summary>
internal sealed class NamedProvider : IBatchProvider
{
    public string Name => "simulator";
    public string Host => "127.0.0.1:5999";

    public Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken) => throw Called();

    public Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken) => throw Called();

    public Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(IReadOnlyCollection<string> batchIds, CancellationToken cancellationToken) =>
        throw Called();

    public IAsyncEnumerable<ProviderBatch> ListBatchesAsync(CancellationToken cancellationToken) => throw Called();

    public Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken) => throw Called();

    public Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken) => throw Called();

    public Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken) => throw Called();

    private static InvalidOperationException Called() => new("A page called the provider.");
}
