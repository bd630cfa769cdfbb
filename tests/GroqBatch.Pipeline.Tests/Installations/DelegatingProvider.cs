using GroqBatch.Core.Batches;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Installations;

/// <summary>The real client; what a test wants otherwise it overrides.</summary>
internal abstract class DelegatingProvider(IBatchProvider real) : IBatchProvider
{
    public string Name => real.Name;
    public string Host => real.Host;

    /// <summary>Puts one before the client of an installation.</summary>
    public static void Put(IServiceCollection services, Func<IBatchProvider, DelegatingProvider> make)
    {
        services.AddSingleton<IBatchProvider>(provider => make(ClientOf(services, provider)));
    }

    /// <summary>The client itself, made for one of an installation's hosts.</summary>
    public static IBatchProvider ClientOf(IServiceCollection services, IServiceProvider provider) =>
        (IBatchProvider)
            ActivatorUtilities.CreateInstance(
                provider,
                services.First(service => service.ServiceType == typeof(IBatchProvider)).ImplementationType!
            );

    public virtual Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken) =>
        real.UploadAsync(path, fileName, cancellationToken);

    public virtual Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken) =>
        real.CreateBatchAsync(batch, cancellationToken);

    public virtual Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(
        IReadOnlyCollection<string> batchIds,
        CancellationToken cancellationToken
    ) => real.GetBatchesAsync(batchIds, cancellationToken);

    public IAsyncEnumerable<ProviderBatch> ListBatchesAsync(CancellationToken cancellationToken) =>
        real.ListBatchesAsync(cancellationToken);

    public Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken) =>
        real.CancelBatchAsync(batchId, cancellationToken);

    public Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken) =>
        real.DownloadAsync(fileId, path, cancellationToken);

    public Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken) =>
        real.ListModelsAsync(cancellationToken);
}
