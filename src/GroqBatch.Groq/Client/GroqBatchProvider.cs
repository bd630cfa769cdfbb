using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using GroqBatch.Core.Batches;
using GroqBatch.Groq.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly.Timeout;
using Refit;

namespace GroqBatch.Groq.Client;

/// <summary>Groq's Files and Batches API, or one like it, in the words of the pipeline. What is particular to the wire ends here.</summary>
/// <param name="api">Makes a client for one call: addresses and handlers may change while the process runs.</param>
internal sealed partial class GroqBatchProvider(
    Func<IGroqApi> api,
    GroqEndpoint endpoint,
    IOptions<GroqOptions> options,
    ILogger<GroqBatchProvider> logger
) : IBatchProvider
{
    private const int CopyBuffer = 128 * 1024;

    /// <summary>Of an error's body, this much is read; more is a page of HTML.</summary>
    internal const int MaxErrorBody = 64 * 1024;

    private readonly ConcurrentDictionary<string, bool> _unknownStatuses = new(StringComparer.Ordinal);

    public string Name => endpoint.ProviderName;

    public string Host => endpoint.Host;

    public Uri? ConsoleUrlOf(string batchId) => endpoint.ConsoleUrlOf(batchId);

    public async Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken)
    {
        if (!fileName.EndsWith(".jsonl", StringComparison.Ordinal) || fileName.Any(c => c is < ' ' or > '~' or '"' or '\\' or '/'))
        {
            throw new ArgumentException(
                $"'{fileName}' is not a name the provider takes: ASCII without quotes and slashes, ending in .jsonl.",
                nameof(fileName)
            );
        }

        await using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.Read,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            }
        );
        using var form = MakeForm(file, fileName);
        var uploaded = await CallAsync(
            "upload the request file",
            hasEffect: true,
            (client, token) => client.UploadAsync(form, token),
            cancellationToken
        );
        return uploaded.Id is { Length: > 0 } id ? id : throw Senseless("upload the request file", hasEffect: true, "a file without an id");
    }

    public async Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        var wire = new WireNewBatch(
            batch.InputFileId,
            options.Value.Endpoint,
            batch.CompletionWindow,
            batch.Metadata.Count == 0 ? null : batch.Metadata
        );
        using var content = new LastMomentContent(
            JsonSerializer.SerializeToUtf8Bytes(wire, WireJson.Default.WireNewBatch),
            batch.IsTooLate
        );
        return await CallAsync(
            "create the batch",
            hasEffect: true,
            async (client, token) => Read(await client.CreateBatchAsync(content, token)),
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(
        IReadOnlyCollection<string> batchIds,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<string, ProviderBatch>(StringComparer.Ordinal);
        var wanted = batchIds.ToHashSet(StringComparer.Ordinal);
        if (options.Value.MaxIdsPerStatusCall > 0 && wanted.Count > 1)
        {
            foreach (var chunk in wanted.Chunk(options.Value.MaxIdsPerStatusCall))
            {
                await GetTogetherAsync(chunk, wanted, found, cancellationToken);
            }
        }

        // Also for ids missing from a common reply: whoever takes an absent batch for a vanished one must be able to rely on it, and a provider
        // that doesn't know ?id= answers with a page of its list.
        foreach (var id in wanted)
        {
            if (!found.ContainsKey(id) && await GetAsync(id, cancellationToken) is { } batch)
            {
                found[id] = batch;
            }
        }

        return [.. batchIds.Distinct(StringComparer.Ordinal).Where(found.ContainsKey).Select(id => found[id])];
    }

    public async IAsyncEnumerable<ProviderBatch> ListBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string Action = "list the batches";
        var byCursor = options.Value.PagingStyle == PagingStyle.Cursor;
        var seen = new HashSet<string>(StringComparer.Ordinal); // of places to go on from: a list that leads back to one never ends
        string? from = null;
        do
        {
            var (batches, page) = await ListPageAsync(
                Action,
                (client, token) =>
                    byCursor
                        ? client.ListBatchesAsync(id: null, cursor: from, after: null, limit: null, token)
                        : client.ListBatchesAsync(id: null, cursor: null, after: from, limit: options.Value.PageSize, token),
                cancellationToken
            );
            foreach (var batch in batches)
            {
                yield return batch;
            }

            if (byCursor)
            {
                from = page.Paging?.NextCursor is { Length: > 0 } cursor ? cursor : null;
                if (from is null && page.HasMore is true)
                {
                    throw new ProviderException(
                        $"Could not {Action}. {Host} has more of them but gives no cursor. Set Groq:PagingStyle to After.",
                        ProviderFault.Rejected
                    );
                }
            }
            else
            {
                from = batches.Count > 0 && page.HasMore is not false ? batches[^1].Id : null;
            }

            if (from is not null && !seen.Add(from))
            {
                throw Senseless(Action, hasEffect: false, "a list that leads back to a page it has given before");
            }
        } while (from is not null);
    }

    public async Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken)
    {
        try
        {
            using var nothing = new ByteArrayContent([]);
            return await CallAsync(
                "cancel the batch",
                hasEffect: true,
                async (client, token) => Read(await client.CancelBatchAsync(batchId, nothing, token)),
                cancellationToken
            );
        }
        catch (ProviderException exception)
            when (exception.Fault is ProviderFault.NotFound || exception is { Fault: ProviderFault.Rejected, HttpStatus: 400 or 409 or 422 }
            )
        {
            // Ended already, or gone: no provider says which in the same way.
            return await GetAsync(batchId, cancellationToken);
        }
    }

    public async Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await DownloadOnceAsync(fileId, path, cancellationToken);
            }
            catch (ProviderException exception)
                when (exception is { Fault: ProviderFault.Unreachable, HttpStatus: 200 } && attempt < options.Value.MaxRetries)
            {
                // It began and was cut short. Calls that never began have been repeated by the handlers already.
                Log.DownloadCutShort(logger, fileId, attempt + 1);
            }
        }
    }

    public async Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken)
    {
        const string Action = "list the models";
        var list = await CallAsync(Action, hasEffect: false, (client, token) => client.ListModelsAsync(token), cancellationToken);
        var models = list.Data ?? throw Senseless(Action, hasEffect: false, "a list without its data");
        return
        [
            .. models
                .Where(model => !string.IsNullOrEmpty(model?.Id))
                .Select(model => new ProviderModel(
                    model.Id!,
                    model.Active ?? true,
                    model.ContextWindow ?? model.ContextLength,
                    model.MaxCompletionTokens ?? model.MaxOutputLength
                )),
        ];
    }

    /// <summary>
    /// Purpose before file, names in quotes, no quotes around the boundary: the framework's own form leaves names bare and quotes the boundary, and
    /// strict parsers take neither.
    /// </summary>
    private MultipartFormDataContent MakeForm(Stream file, string fileName)
    {
        var boundary = $"groqbatch-{Guid.NewGuid():N}";
        var form = new MultipartFormDataContent(boundary);
        form.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}");

        var purpose = new ByteArrayContent(Encoding.UTF8.GetBytes(options.Value.UploadPurpose));
        purpose.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"purpose\"" };
        form.Add(purpose);

        var content = new StreamContent(file, CopyBuffer);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        content.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
        {
            Name = "\"file\"",
            FileName = $"\"{fileName}\"",
        };
        form.Add(content);
        return form;
    }

    private async Task GetTogetherAsync(
        string[] ids,
        HashSet<string> wanted,
        Dictionary<string, ProviderBatch> found,
        CancellationToken cancellationToken
    )
    {
        const string Action = "read the batches";
        string? cursor = null;
        bool isGoingOn;
        do
        {
            var from = cursor;
            var (batches, page) = await ListPageAsync(
                Action,
                (client, token) => client.ListBatchesAsync(ids, from, after: null, limit: null, token),
                cancellationToken
            );
            var brought = 0;
            foreach (var batch in batches)
            {
                if (wanted.Contains(batch.Id) && found.TryAdd(batch.Id, batch))
                {
                    brought++;
                }
            }

            cursor = page.Paging?.NextCursor;
            isGoingOn = !string.IsNullOrEmpty(cursor) && brought > 0 && !Array.TrueForAll(ids, found.ContainsKey);
        } while (isGoingOn);
    }

    private async Task<ProviderBatch?> GetAsync(string batchId, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                "read the batch",
                hasEffect: false,
                async (client, token) => Read(await client.GetBatchAsync(batchId, token)),
                cancellationToken
            );
        }
        catch (ProviderException exception) when (exception.Fault == ProviderFault.NotFound)
        {
            return null;
        }
    }

    private async Task<long> DownloadOnceAsync(string fileId, string path, CancellationToken cancellationToken)
    {
        const string Action = "download the file";
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Value.TransferTimeout);
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            using var response = await CallAsync(
                Action,
                hasEffect: false,
                async (client, token) =>
                {
                    var reply = await client.ContentAsync(fileId, token);
                    return reply.StatusCode == HttpStatusCode.OK ? reply : throw await ExplainAsync(Action, reply, token);
                },
                timeout.Token
            );
            var bytes = await CopyToDiskAsync(response, partial, CutShort, timeout.Token);
            if (response.Content.Headers.ContentLength is { } promised && promised != bytes)
            {
                throw CutShort(cause: null);
            }

            File.Move(partial, path, overwrite: true);
            return bytes;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(
                $"Could not {Action}. It took longer than {options.Value.TransferTimeout} (Groq:TransferTimeout).",
                ProviderFault.Unreachable
            );
        }
        finally
        {
            File.Delete(partial); // moved away, or not whole
        }

        ProviderException CutShort(Exception? cause) =>
            new($"Could not {Action}. {Host} broke off before its end.", ProviderFault.Unreachable, cause) { HttpStatus = 200 };
    }

    private static async Task<long> CopyToDiskAsync(
        HttpResponseMessage response,
        string path,
        Func<Exception, ProviderException> cutShort,
        CancellationToken cancellationToken
    )
    {
        await using var source = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var target = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            }
        );
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            long total = 0;
            while (true)
            {
                int read;
                try
                {
                    read = await source.ReadAsync(buffer, cancellationToken);
                }
                catch (Exception exception) when (exception is IOException or HttpRequestException)
                {
                    throw cutShort(exception); // a full disk is another matter
                }

                if (read == 0)
                {
                    break;
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                total += read;
            }

            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The one place where calls are made and their failures become <see cref="ProviderException"/>.</summary>
    /// <remarks>
    /// No exception of the client library is kept as a cause: they hold the request, and with it the key. An <see cref="HttpRequestException"/>
    /// does not.
    /// </remarks>
    private async Task<T> CallAsync<T>(
        string action,
        bool hasEffect,
        Func<IGroqApi, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await call(api(), cancellationToken);
        }
        catch (ApiException exception) when (!IsSuccess(exception.StatusCode))
        {
            throw Errors().Explain(action, hasEffect, exception.StatusCode, exception.Headers, exception.Content);
        }
        catch (ApiException exception)
        {
            throw NotReadable(exception.InnerException);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw NotReadable(exception);
        }
        catch (ApiRequestException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw NoReply(exception.InnerException);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutRejectedException or TooLateException)
        {
            throw NoReply(exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoReply(new TimeoutException());
        }

        ProviderException NotReadable(Exception? cause) =>
            cause is HttpRequestException or IOException or TimeoutRejectedException
                ? NoReply(cause)
                : Senseless(action, hasEffect, "a reply that can't be read");

        ProviderException NoReply(Exception? cause)
        {
            if (cause is TooLateException or HttpRequestException { InnerException: TooLateException })
            {
                return new ProviderException(
                    $"Did not {action}: this host stood still for too long to know that nobody else has. Nothing was sent.",
                    ProviderFault.TooLate
                );
            }

            var (reason, mayHaveHappened) = cause switch
            {
                HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (
                    $"The host {Host} can't be found: check the network and Groq:BaseUrl",
                    false
                ),
                HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => (
                    $"No connection to {Host}: check the network and Groq:BaseUrl",
                    false
                ),
                HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (
                    $"No secure connection to {Host}: its certificate is not accepted, or something in between interferes",
                    false
                ),
                TimeoutRejectedException or TimeoutException or OperationCanceledException => ($"{Host} did not answer in time", true),
                _ => ($"{Host} broke off before its reply was whole", true),
            };
            mayHaveHappened &= hasEffect;
            return new ProviderException(
                $"Could not {action}. {reason}.{(mayHaveHappened ? " Whether it happened is not known." : "")}",
                ProviderFault.Unreachable,
                cause as HttpRequestException
            )
            {
                MayHaveHappened = mayHaveHappened,
            };
        }
    }

    private ReplyErrors Errors() => new(Host, endpoint.Key.Reveal());

    private async Task<ProviderException> ExplainAsync(string action, HttpResponseMessage reply, CancellationToken cancellationToken)
    {
        using (reply)
        {
            if (IsSuccess(reply.StatusCode))
            {
                return Senseless(action, hasEffect: false, $"{(int)reply.StatusCode} where a whole file was asked for");
            }

            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(options.Value.CallTimeout);
            await using var stream = await reply.Content.ReadAsStreamAsync(timeout.Token);
            var body = new byte[MaxErrorBody];
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, timeout.Token);
            return Errors()
                .Explain(action, mayHaveHappened: false, reply.StatusCode, reply.Headers, Encoding.UTF8.GetString(body, 0, length));
        }
    }

    private ProviderException Senseless(string action, bool hasEffect, string what) =>
        new(
            $"Could not {action}. {Host} answered with {what}: check Groq:BaseUrl, and whether a proxy answers in its place.{(hasEffect ? " Whether it happened is not known." : "")}",
            ProviderFault.Unreachable
        )
        {
            MayHaveHappened = hasEffect,
        };

    private Task<(List<ProviderBatch> Batches, WireBatchList Page)> ListPageAsync(
        string action,
        Func<IGroqApi, CancellationToken, Task<WireBatchList>> list,
        CancellationToken cancellationToken
    ) =>
        CallAsync(
            action,
            hasEffect: false,
            async (client, token) =>
            {
                var page = await list(client, token);
                return ((page.Data ?? throw new FormatException("A list without its data.")).ConvertAll(Read), page);
            },
            cancellationToken
        );

    /// <exception cref="FormatException">It is no batch.</exception>
    private ProviderBatch Read(WireBatch? wire)
    {
        var batch = BatchReader.Read(wire) ?? throw new FormatException("A batch without an id.");
        if (batch.Status == ProviderBatchStatus.Unknown && _unknownStatuses.Count < 100 && _unknownStatuses.TryAdd(batch.StatusText, true))
        {
            Log.UnknownStatus(logger, batch.Id, batch.StatusText);
        }

        return batch;
    }

    private static bool IsSuccess(HttpStatusCode status) => (int)status is >= 200 and < 300;

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Batch {BatchId} has a status that is not known, '{Status}'; it is taken to be under way. Said once for each such word"
        )]
        public static partial void UnknownStatus(ILogger logger, string batchId, string status);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The download of {FileId} was cut short (attempt {Attempt}); it begins again")]
        public static partial void DownloadCutShort(ILogger logger, string fileId, int attempt);
    }
}
