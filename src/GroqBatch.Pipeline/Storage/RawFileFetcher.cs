using GroqBatch.Core.Batches;

namespace GroqBatch.Pipeline.Storage;

/// <summary>Brings a file of the provider's to its place among the raw files.</summary>
internal sealed class RawFileFetcher(IBatchProvider provider)
{
    /// <summary>What is said of a file that can't be decompressed to its end.</summary>
    public const string Damaged =
        "It is damaged: it can't be decompressed. Once it is removed it is downloaded again, while the provider has it.";

    /// <summary>Downloads a file and compresses it into its place, unless there is none or it is there already.</summary>
    /// <exception cref="ProviderException">The provider does not have it, or could not be asked.</exception>
    public async Task FetchAsync(string? fileId, string place, CancellationToken cancellationToken)
    {
        if (fileId is null || RawFiles.IsThere(place))
        {
            return;
        }

        var plain = $"{place}.{Guid.NewGuid():N}.plain";
        try
        {
            await provider.DownloadAsync(fileId, plain, cancellationToken);
            await RawFiles.CompressAsync(plain, place, cancellationToken);
        }
        finally
        {
            File.Delete(plain);
        }
    }

    /// <summary>Brings a file of a run's batch to its place where it is missing.</summary>
    /// <returns>Why it can't be had, fit to show; null when it is there.</returns>
    public async Task<string?> TryFetchAsync(string runProvider, string? fileId, string place, CancellationToken cancellationToken)
    {
        if (RawFiles.IsThere(place))
        {
            return null;
        }

        if (fileId is null)
        {
            return "It is gone from the disk, and the provider never had it.";
        }

        if (!string.Equals(runProvider, provider.Name, StringComparison.Ordinal))
        {
            return $"It is gone from the disk, and this host works with {provider.Name}, not with {runProvider}, which may have it.";
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            await FetchAsync(fileId, place, cancellationToken);
            return null;
        }
        catch (ProviderException gone) when (gone.Fault is ProviderFault.NotFound)
        {
            return "It is gone from the disk, and the provider does not have it any more.";
        }
        catch (ProviderException failure)
        {
            return $"It is gone from the disk, and could not be downloaded again: {failure.Message}";
        }
    }
}
