using System.Text.Json;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Http;
using GroqBatch.Simulator.Ledger;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace GroqBatch.Simulator.Files;

/// <summary>The Files API.</summary>
internal sealed class FileEndpoints(FileStore files, BatchStore batches, BatchReader reader, LedgerWriter ledger, TimeProvider clock)
{
    public async Task UploadAsync(HttpContext context)
    {
        var cancellationToken = context.RequestAborted;
        if (
            !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary
        )
        {
            throw new ApiError(400, "The request must be multipart/form-data with the fields purpose and file.");
        }

        string? purpose = null;
        string? filename = null;
        string? temporary = null;
        try
        {
            var multipart = new MultipartReader(boundary, context.Request.Body, bufferSize: 1 << 16);
            while (await multipart.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                {
                    continue;
                }

                switch (HeaderUtilities.RemoveQuotes(disposition.Name).Value)
                {
                    case "purpose":
                        using (var text = new StreamReader(section.Body))
                        {
                            purpose = (await text.ReadToEndAsync(cancellationToken)).Trim();
                        }

                        break;
                    case "file" when temporary is null:
                        // Some clients quote the name once more inside filename*.
                        filename = (disposition.FileName.HasValue ? disposition.FileName : disposition.FileNameStar).Value?.Trim('"');
                        temporary = await files.ReceiveAsync(section.Body, cancellationToken);
                        break;
                }
            }

            if (!string.Equals(purpose, "batch", StringComparison.Ordinal))
            {
                throw new ApiError(400, "'purpose' : value must be one of [batch]", param: "purpose");
            }

            if (temporary is null)
            {
                throw new ApiError(400, "'file' is a required property", param: "file");
            }

            if (filename?.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) != true)
            {
                throw new ApiError(400, "Invalid file format for Batch API. Must be .jsonl", param: "file");
            }

            var path = temporary;
            temporary = null;
            var file = await files.AddInputAsync(path, filename, cancellationToken);
            ledger.Append(
                new LedgerEntry
                {
                    At = clock.GetUtcNow(),
                    Call = "upload",
                    Id = file.Id,
                    By = "api",
                    Bytes = file.Bytes,
                    ReplyLost = CallFaults.LosesReply(context),
                }
            );
            CallFaults.LoseReply(context);
            await JsonReply.WriteAsync(context, json => Write(json, file));
        }
        catch (FileTooLargeException)
        {
            // The rest is read, so that the caller gets to see the reply instead of a broken connection.
            await context.Request.Body.CopyToAsync(Stream.Null, cancellationToken);
            throw new ApiError(413, "The file is too large. The maximum size is 100 MB.", "file_too_large", "file");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiError(400, "The multipart body could not be read.");
        }
        finally
        {
            if (temporary is not null)
            {
                File.Delete(temporary);
            }
        }
    }

    public Task ListAsync(HttpContext context) =>
        JsonReply.WriteAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("object"u8, "list"u8);
                json.WriteStartArray("data"u8);
                foreach (var file in files.List())
                {
                    Write(json, file);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }
        );

    public Task GetAsync(HttpContext context, string id)
    {
        var file = Require(context, id);
        return JsonReply.WriteAsync(context, json => Write(json, file));
    }

    public async Task ContentAsync(HttpContext context, string id)
    {
        var file = Require(context, id);
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = file.Bytes;
        if (CallFaults.Of(context, FaultKind.TruncatedDownload) is { } truncated)
        {
            await context.Response.SendFileAsync(
                files.PathOf(file),
                0,
                (long)(file.Bytes * (truncated.Share ?? 0.5)),
                context.RequestAborted
            );
            // The server itself closes the connection where a body ends before its announced length; what was sent still arrives.
            return;
        }

        await context.Response.SendFileAsync(files.PathOf(file), 0, file.Bytes, context.RequestAborted);
    }

    public async Task DeleteAsync(HttpContext context, string id)
    {
        var file = Require(context, id);
        var needed =
            file.BatchId is not null // The ledger of outcomes lies beside a result file, and both are small.
            || batches
                .Ids()
                .Select(batches.Find)
                .OfType<BatchRecord>()
                .Any(batch => string.Equals(batch.InputFileId, id, StringComparison.Ordinal) && reader.NeedsInput(batch));
        files.Delete(file, keepBytes: needed);
        ledger.Append(
            new LedgerEntry
            {
                At = clock.GetUtcNow(),
                Call = "delete",
                Id = id,
                By = "api",
                ReplyLost = CallFaults.LosesReply(context),
            }
        );
        CallFaults.LoseReply(context);
        await JsonReply.WriteAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                json.WriteString("object"u8, "file"u8);
                json.WriteBoolean("deleted"u8, true);
                json.WriteEndObject();
            }
        );
    }

    private StoredFile Require(HttpContext context, string id)
    {
        var file = files.Find(id);
        if (file is null || CallFaults.Of(context, FaultKind.FileExpired) is not null)
        {
            throw ApiError.NotFound("file", id);
        }

        // The results of a batch that has vanished have gone with it.
        if (file.BatchId is { } batchId && reader.IsVanished(batchId))
        {
            throw ApiError.NotFound("file", id);
        }

        return file;
    }

    private static void Write(Utf8JsonWriter json, StoredFile file)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, file.Id);
        json.WriteString("object"u8, "file"u8);
        json.WriteNumber("bytes"u8, file.Bytes);
        json.WriteNumber("created_at"u8, file.CreatedAt);
        json.WriteString("filename"u8, file.Filename);
        json.WriteString("purpose"u8, file.Purpose);
        json.WriteEndObject();
    }
}
