using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Files;
using GroqBatch.Simulator.Http;
using GroqBatch.Simulator.Ledger;
using GroqBatch.Simulator.Storage;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Simulator.Batches;

/// <summary>The Batches API.</summary>
internal sealed class BatchEndpoints(
    SimulatorOptions options,
    BatchStore batches,
    BatchReader reader,
    FileStore files,
    FaultStore faults,
    LedgerWriter ledger,
    TimeProvider clock
)
{
    private const string CursorPrefix = "cursor_";
    private const int MaxIds = 200;
    private const int MaxCreateBytes = 64 * 1024;

    public async Task CreateAsync(HttpContext context)
    {
        var wanted = await ReadCreateAsync(context);
        var file = files.Find(wanted.InputFileId) ?? throw ApiError.NotFound("file", wanted.InputFileId);
        if (!string.Equals(file.Purpose, "batch", StringComparison.Ordinal) || file.Inspection is not { } inspection)
        {
            throw new ApiError(400, "The input file must have purpose `batch`.", param: "input_file_id");
        }

        var now = clock.GetUtcNow();
        var hits = faults.OfNewBatch(wanted.Metadata, inspection.Models.Keys, () => batches.Count() + 1);
        var dropped = hits.FirstOrDefault(fault => fault.Kind == FaultKind.LinesDropped)?.Lines ?? [];
        var timing = TimingFor(inspection.Requests);
        var record = new BatchRecord
        {
            Id = TypeId.New(BatchRecord.IdPrefix, now),
            InputFileId = file.Id,
            Endpoint = wanted.Endpoint,
            CompletionWindow = wanted.CompletionWindow,
            WindowSeconds = wanted.WindowSeconds,
            CreatedAt = now.ToUnixTimeMilliseconds(),
            Metadata = wanted.Metadata,
            ProjectId = ProjectIdOf(options.Seed),
            Seed = options.Seed,
            Requests = inspection.Requests,
            IsInvalid = inspection.IsFatal || hits.Any(fault => fault.Kind == FaultKind.ValidationFailed),
            Dropped =
                hits.Any(fault => fault.Kind == FaultKind.LinesDropped) && dropped.Length == 0
                    ? [1, .. inspection.Dropped.Where(line => line != 1)]
                    : [.. inspection.Dropped.Union(dropped)],
            RequestsByModel = inspection.Models,
            ValidatingSeconds = timing.Validating,
            LinesPerSecond = timing.LinesPerSecond,
            FinalizingSeconds = timing.Finalizing,
            CancellingSeconds = options.Fast ? 0 : options.CancellingSeconds,
            ExpiredLeftovers = LeftoversOf(hits, FaultKind.Expired, options.ExpiredLeftovers),
            CancelledLeftovers = LeftoversOf(hits, FaultKind.CancelledElsewhere, options.CancelledLeftovers),
            Shuffle = options.Shuffle,
            Models = options.EffectiveModels(),
            Faults = hits,
        };
        batches.Add(record);
        ledger.Append(
            new LedgerEntry
            {
                At = now,
                Call = "create",
                Id = record.Id,
                By = "api",
                InputFileId = record.InputFileId,
                Metadata = record.Metadata,
                ReplyLost = CallFaults.LosesReply(context),
            }
        );
        reader.Begin(record);
        CallFaults.LoseReply(context);
        // However fast a batch is, the reply to its creation says validating.
        var timeline = new BatchTimeline(record, null, []);
        var view = new BatchView(record, new BatchMoment { Status = "validating" }, timeline.ExpiresAt, null, null, null, []);
        await JsonReply.WriteAsync(context, json => BatchJson.Write(json, view, []));
    }

    public async Task GetAsync(HttpContext context, string id)
    {
        var view = await reader.FindAsync(id, isPatient: true, context.RequestAborted) ?? throw ApiError.NotFound("batch", id);
        await JsonReply.WriteAsync(context, json => BatchJson.Write(json, view, ErrorsOf(view)));
    }

    public async Task ListAsync(HttpContext context)
    {
        var ids = context.Request.Query["id"];
        if (ids.Count > 0)
        {
            if (ids.Count > MaxIds)
            {
                throw new ApiError(400, $"At most {MaxIds} batch ids may be given.", param: "id");
            }

            var named = await reader.NamedAsync(ids.OfType<string>().Distinct(StringComparer.Ordinal), context.RequestAborted);
            await WriteListAsync(context, named, null);
            return;
        }

        string? after = null;
        if (context.Request.Query["cursor"] is [{ } cursor])
        {
            after = ReadCursor(cursor) ?? throw new ApiError(400, "Invalid cursor.", param: "cursor");
        }

        var (page, hasMore) = await reader.PageAsync(after, options.PageSize, context.RequestAborted);
        await WriteListAsync(context, page, hasMore ? WriteCursor(page[^1].Record.Id) : null);
    }

    public async Task CancelAsync(HttpContext context, string id, string by)
    {
        _ = await reader.FindAsync(id, isPatient: false, context.RequestAborted) ?? throw ApiError.NotFound("batch", id);
        var record = batches.Find(id)!;
        using (await batches.LockAsync(id, context.RequestAborted))
        {
            // Under the lock under which answers appear, so that a batch seen as completed is never cancelled afterwards.
            var cancelled = batches.FindCancel(id) is not null;
            var view = (await reader.FindAsync(id, isPatient: false, context.RequestAborted))!;
            if (view.Moment.IsOver)
            {
                throw new ApiError(400, $"Cannot cancel a batch with status '{view.Moment.Status}'.", "batch_not_cancellable");
            }

            if (!cancelled && view.Moment.Status != "cancelling")
            {
                var now = clock.GetUtcNow();
                batches.TryCancel(id, new CancelMark(now.ToUnixTimeMilliseconds(), by));
                ledger.Append(
                    new LedgerEntry
                    {
                        At = now,
                        Call = "cancel",
                        Id = id,
                        By = by,
                        ReplyLost = CallFaults.LosesReply(context),
                    }
                );
            }
        }

        CallFaults.LoseReply(context);
        var mark = batches.FindCancel(id) ?? new CancelMark(clock.GetUtcNow().ToUnixTimeMilliseconds(), by);
        var timeline = new BatchTimeline(record, mark, []);
        if (timeline.Cut is { } cut)
        {
            reader.BeginCut(record, cut);
        }

        var moment = timeline.At(Math.Max(mark.At, clock.GetUtcNow().ToUnixTimeMilliseconds()));
        moment = moment.IsOver ? timeline.HeldBack(moment) : moment;
        var reply = new BatchView(record, moment, timeline.ExpiresAt, null, null, null, []);
        await JsonReply.WriteAsync(context, json => BatchJson.Write(json, reply, []));
    }

    private IReadOnlyList<InputError> ErrorsOf(BatchView view) => files.Describe(view.Record.InputFileId)?.Inspection?.Errors ?? [];

    private async Task WriteListAsync(HttpContext context, IReadOnlyList<BatchView> page, string? nextCursor) =>
        await JsonReply.WriteAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("object"u8, "list"u8);
                json.WriteStartArray("data"u8);
                foreach (var view in page)
                {
                    BatchJson.Write(json, view, ErrorsOf(view));
                }

                json.WriteEndArray();
                json.WriteStartObject("paging"u8);
                if (nextCursor is not null)
                {
                    json.WriteString("next_cursor"u8, nextCursor);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }
        );

    private (double Validating, double LinesPerSecond, double Finalizing) TimingFor(int requests)
    {
        if (options.Fast)
        {
            return (0, 0, 0);
        }

        if (options.Duration is not { } duration)
        {
            return (options.ValidatingSeconds, options.LinesPerSecond, options.FinalizingSeconds);
        }

        var seconds = duration.TotalSeconds;
        return seconds <= 0 ? (0, 0, 0) : (seconds * 0.1, Math.Max(1, requests) / (seconds * 0.8), seconds * 0.1);
    }

    private static Leftovers LeftoversOf(IReadOnlyList<Fault> hits, FaultKind kind, Leftovers otherwise) =>
        hits.FirstOrDefault(fault => fault.Kind == kind)?.Shape switch
        {
            "absent" => Leftovers.Absent,
            "error_lines" => Leftovers.ErrorLines,
            _ => otherwise,
        };

    private static string ProjectIdOf(int seed)
    {
        Span<byte> bytes = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(seed), bytes);
        return TypeId.Derived("project_", 1_767_225_600_000, bytes);
    }

    private static string WriteCursor(string id) => CursorPrefix + Base64Url.EncodeToString(Encoding.ASCII.GetBytes(id));

    private static string? ReadCursor(string cursor)
    {
        if (!cursor.StartsWith(CursorPrefix, StringComparison.Ordinal) || !Base64Url.IsValid(cursor.AsSpan(CursorPrefix.Length)))
        {
            return null;
        }

        return Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor.AsSpan(CursorPrefix.Length)));
    }

    private static async Task<CreateRequest> ReadCreateAsync(HttpContext context)
    {
        using var document = await ParseAsync(context);
        var root = document.RootElement;
        var metadata = root.TryGetProperty("metadata", out var given) && given.ValueKind != JsonValueKind.Null ? ReadMetadata(given) : null;
        var window = Text(root, "completion_window");
        return new CreateRequest(
            Text(root, "input_file_id"),
            Text(root, "endpoint") is "/v1/chat/completions" and var endpoint
                ? endpoint
                : throw new ApiError(400, "'endpoint' : value must be one of [/v1/chat/completions]", param: "endpoint"),
            window,
            WindowSecondsOf(window)
                ?? throw new ApiError(400, "'completion_window' : must be a duration between 24h and 7d", param: "completion_window"),
            metadata
        );
    }

    private static async Task<JsonDocument> ParseAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaxCreateBytes)
        {
            throw new ApiError(413, "Request Entity Too Large", "request_too_large");
        }

        try
        {
            var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new ApiError(400, "The request body must be a JSON object.");
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new ApiError(400, $"'{name}' is a required property", param: name);

    private static Dictionary<string, string> ReadMetadata(JsonElement given)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (given.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in given.EnumerateObject())
            {
                if (pair.Value.ValueKind != JsonValueKind.String || pair.Name.Length > 64 || pair.Value.GetString()!.Length > 512)
                {
                    throw Refusal();
                }

                metadata[pair.Name] = pair.Value.GetString()!;
            }
        }

        return given.ValueKind == JsonValueKind.Object && metadata.Count <= 16 ? metadata : throw Refusal();

        static ApiError Refusal() =>
            new(400, "'metadata' : at most 16 pairs of text, keys of at most 64 and values of at most 512 characters", param: "metadata");
    }

    /// <summary><c>24h</c> to <c>7d</c>; other durations in between are likely and taken.</summary>
    private static long? WindowSecondsOf(string window)
    {
        if (
            window.Length < 2
            || !long.TryParse(window.AsSpan(0, window.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > 1000
        )
        {
            return null;
        }

        var seconds = window[^1] switch
        {
            'h' => number * 3600,
            'd' => number * 86_400,
            _ => 0,
        };
        return seconds is >= 86_400 and <= 604_800 ? seconds : null;
    }

    private sealed record CreateRequest(
        string InputFileId,
        string Endpoint,
        string CompletionWindow,
        long WindowSeconds,
        Dictionary<string, string>? Metadata
    );
}
