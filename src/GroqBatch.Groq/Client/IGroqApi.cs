using Refit;

namespace GroqBatch.Groq.Client;

/// <summary>Groq's Files, Batches and Models API as it is on the wire; paths are relative to the base address.</summary>
internal interface IGroqApi
{
    [Post("/files")]
    Task<WireFile> UploadAsync([Body] HttpContent form, CancellationToken cancellationToken);

    /// <summary>The caller disposes the response, whose body is read as it arrives.</summary>
    [Get("/files/{fileId}/content")]
    Task<HttpResponseMessage> ContentAsync(string fileId, CancellationToken cancellationToken);

    /// <summary>A <see cref="WireNewBatch"/>, written at the last moment.</summary>
    [Post("/batches")]
    Task<WireBatch> CreateBatchAsync([Body] HttpContent batch, CancellationToken cancellationToken);

    [Get("/batches/{batchId}")]
    Task<WireBatch> GetBatchAsync(string batchId, CancellationToken cancellationToken);

    /// <summary>Parameters that are null are left out.</summary>
    [Get("/batches")]
    Task<WireBatchList> ListBatchesAsync(
        [Query(CollectionFormat.Multi)] string[]? id,
        string? cursor,
        string? after,
        int? limit,
        CancellationToken cancellationToken
    );

    /// <summary>An empty body, not none: the connection pool may send a request without a body twice when a kept-alive connection turns out closed.</summary>
    [Post("/batches/{batchId}/cancel")]
    Task<WireBatch> CancelBatchAsync(string batchId, [Body] HttpContent nothing, CancellationToken cancellationToken);

    [Get("/models")]
    Task<WireModelList> ListModelsAsync(CancellationToken cancellationToken);
}
