using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Pipeline.Tests.Promises;

/// <summary>What a batch's provider gave one of its requests, in the words of the ledger.</summary>
/// <param name="Outcome"><c>succeeded</c>, <c>failed</c> or <c>not_run</c>.</param>
/// <param name="Code">The failure code; null for the others.</param>
internal sealed record Given(string Outcome, string? Code = null);

/// <summary>A batch as the provider knows it, whatever anybody was told.</summary>
internal sealed class MemoryBatch
{
    public required string Id { get; init; }
    public required string InputFileId { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required IReadOnlyList<string> CustomIds { get; init; }

    /// <summary>The model that its lines ask for.</summary>
    public required string Model { get; init; }

    public string Status { get; set; } = "validating";

    /// <summary>True: the provider does not know it any more, nor its files.</summary>
    public bool IsGone { get; set; }

    public bool IsCancelAsked { get; set; }
    public string? OutputFileId { get; set; }
    public string? ErrorFileId { get; set; }
    public IReadOnlyList<ProviderBatchError> Errors { get; set; } = [];
    public RequestCounts Counts { get; set; } = new(0, 0, 0);

    /// <summary>By custom id, once it has ended; what the ledger must come to say of each.</summary>
    public IReadOnlyDictionary<string, Given> Truth { get; set; } = new Dictionary<string, Given>(StringComparer.Ordinal);

    public Guid Nonce => BatchMetadata.NonceOf(Metadata)!.Value;
    public bool HasEnded => Status is "completed" or "failed" or "expired" or "cancelled";
}

/// <summary>How one call goes.</summary>
internal enum CallFault
{
    None,
    RefusedForKey,
    RateLimited,
    ServerFault,
    LostBefore,
    LostAfter,
}

/// <summary>
/// A Files and Batches API in memory, quick enough for thousands of runs. It behaves as the real one is documented to: a batch ends in one of four
/// ways, its lines are in two files in any order, calls fail before or after they took effect, and it keeps a book of its own that nobody but the
/// test reads.
/// </summary>
internal sealed class MemoryProvider : IBatchProvider
{
    private static readonly (int Weight, string Answer)[] Answers =
    [
        (60, "succeeded"),
        (4, "succeeded_without_usage"),
        (14, "json_validate_failed"),
        (3, "not_json"),
        (2, "context_length"),
        (7, "server_error"),
        (5, "missing"),
        (3, "refused"),
        (2, "twice"),
    ];

    // A worker may upload while it does something else.
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);
    private readonly List<MemoryBatch> _batches = [];
    private Random _random = new(0);
    private int _ids;

    public string Name => "memory";
    public string Host => "memory.invalid";

    /// <summary>Every batch that was ever created, oldest first.</summary>
    public IReadOnlyList<MemoryBatch> Batches => _batches;

    /// <summary>While true every call is refused, as after a key was revoked.</summary>
    public bool IsKeyRevoked { get; set; }

    /// <summary>Chance of a call's failing, in per cent.</summary>
    public int FaultPercent { get; set; }

    /// <summary>While true every request is answered well.</summary>
    public bool IsKind { get; set; }

    public Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var fault = Meet(isRead: false);
            var id = $"file_{++_ids}";
            _files[id] = File.ReadAllLines(path);
            ThrowAfter(fault, mayHaveHappened: true);
            return Task.FromResult(id);
        }
    }

    public Task<ProviderBatch> CreateBatchAsync(NewBatch batch, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var fault = Meet(isRead: false);
            if (batch.IsTooLate?.Invoke() == true)
            {
                throw new ProviderException("It is too late to send this.", ProviderFault.TooLate);
            }

            var created = new MemoryBatch
            {
                Id = $"batch_{++_ids}",
                InputFileId = batch.InputFileId,
                Metadata = batch.Metadata,
                CustomIds = [.. _files[batch.InputFileId].Select(line => Read(line, "custom_id"))],
                Model = Read(_files[batch.InputFileId][0], "body", "model"),
            };
            _batches.Add(created);
            ThrowAfter(fault, mayHaveHappened: true);
            return Task.FromResult(Describe(created));
        }
    }

    public Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(IReadOnlyCollection<string> batchIds, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ThrowAfter(Meet(isRead: true), mayHaveHappened: false);
            return Task.FromResult<IReadOnlyList<ProviderBatch>>([
                .. _batches.Where(batch => !batch.IsGone && batchIds.Contains(batch.Id)).Select(Describe),
            ]);
        }
    }

    public async IAsyncEnumerable<ProviderBatch> ListBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CallFault fault;
        List<MemoryBatch> all;
        lock (_lock)
        {
            fault = Meet(isRead: true);
            all = [.. _batches.Where(batch => !batch.IsGone).Reverse()];
        }

        for (var place = 0; place < all.Count; place++)
        {
            if (place == all.Count / 2)
            {
                ThrowAfter(fault, mayHaveHappened: false);
            }

            yield return Describe(all[place]);
        }

        ThrowAfter(fault, mayHaveHappened: false);
        await Task.CompletedTask;
    }

    public Task<ProviderBatch?> CancelBatchAsync(string batchId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var fault = Meet(isRead: false);
            var batch = _batches.Find(batch => batch.Id == batchId && !batch.IsGone);
            if (batch is { HasEnded: false })
            {
                batch.Status = "cancelling";
                batch.IsCancelAsked = true;
            }

            ThrowAfter(fault, mayHaveHappened: true);
            return Task.FromResult(batch is null ? null : Describe(batch));
        }
    }

    public async Task<long> DownloadAsync(string fileId, string path, CancellationToken cancellationToken)
    {
        string[]? lines;
        lock (_lock)
        {
            ThrowAfter(Meet(isRead: true), mayHaveHappened: false);
            if (!_files.TryGetValue(fileId, out lines))
            {
                throw new ProviderException("The provider does not know the file.", ProviderFault.NotFound);
            }
        }

        await File.WriteAllLinesAsync(path, lines, cancellationToken);
        return new FileInfo(path).Length;
    }

    public Task<IReadOnlyList<ProviderModel>> ListModelsAsync(CancellationToken cancellationToken)
    {
        ThrowAfter(Meet(isRead: true), mayHaveHappened: false);
        return Task.FromResult<IReadOnlyList<ProviderModel>>([]);
    }

    /// <summary>Forgets everything, and behaves as this seed says from now on. Ids go on, as those of one provider do.</summary>
    public void Reset(int seed)
    {
        _random = new Random(seed);
        _files.Clear();
        _batches.Clear();
        (IsKeyRevoked, IsKind, FaultPercent) = (false, false, 0);
    }

    /// <summary>A batch that has not ended goes on by itself.</summary>
    public void Progress(MemoryBatch batch)
    {
        if (batch.Status == "validating")
        {
            batch.Status = _random.Next(5) == 0 ? "a_new_word" : "in_progress";
        }
    }

    /// <summary>A batch ends after some of its requests were answered, in this way.</summary>
    public void End(MemoryBatch batch, string status)
    {
        var answered = status == "completed" ? batch.CustomIds.Count : _random.Next(batch.CustomIds.Count + 1);
        var truth = new Dictionary<string, Given>(StringComparer.Ordinal);
        var output = new List<string>();
        var error = new List<string>();
        var dropped = status == "completed" && !IsKind && _random.Next(12) == 0 ? _random.Next(batch.CustomIds.Count) : -1;
        if (dropped >= 0)
        {
            batch.Errors = [new ProviderBatchError("invalid_method", "Unsupported method.", "method", dropped + 1)];
        }

        for (var line = 0; line < batch.CustomIds.Count; line++)
        {
            var id = batch.CustomIds[line];
            truth[id] =
                line == dropped ? new Given("failed", "batch_rejected")
                : line < answered ? Answer(id, batch.Id, status, output, error)
                : Leave(id, status, error);
        }

        Shuffle(output);
        Shuffle(error);
        batch.OutputFileId = Keep(output);
        batch.ErrorFileId = Keep(error);
        batch.Counts = new RequestCounts(batch.CustomIds.Count, output.Count, error.Count);
        batch.Truth = truth;
        batch.Status = status;
    }

    /// <summary>Validation refuses the batch, with the lines it objects to or without naming any.</summary>
    public void Reject(MemoryBatch batch, bool naming)
    {
        var lines = naming ? new HashSet<int> { _random.Next(batch.CustomIds.Count), _random.Next(batch.CustomIds.Count) } : [];
        batch.Errors = naming
            ? [.. lines.Select(line => new ProviderBatchError("invalid_json_line", "Bad line.", Param: null, line + 1))]
            : [new ProviderBatchError("server_error", "Try again.", Param: null, Line: null)];
        batch.Truth = batch
            .CustomIds.Select((id, line) => (id, line))
            .ToDictionary(
                pair => pair.id,
                pair => lines.Contains(pair.line) ? new Given("failed", "batch_rejected") : new Given("not_run"),
                StringComparer.Ordinal
            );
        batch.Status = "failed";
    }

    /// <summary>The batch is forgotten, and its files with it.</summary>
    public void Lose(MemoryBatch batch)
    {
        batch.IsGone = true;
        batch.Truth = batch.CustomIds.ToDictionary(id => id, _ => new Given("failed", "lost"), StringComparer.Ordinal);
    }

    private Given Answer(string id, string batch, string status, List<string> output, List<string> error)
    {
        var answer = IsKind ? "succeeded" : Roll();
        switch (answer)
        {
            case "succeeded" or "succeeded_without_usage" or "twice":
                var good = Success(id, batch, withUsage: answer != "succeeded_without_usage");
                output.Add(good);
                if (answer == "twice")
                {
                    output.Add(good);
                }

                return new Given("succeeded");
            case "not_json":
                output.Add(Line(id, 200, Content("I would rather not.")));
                return new Given("failed", "invalid_json");
            case "missing":
                // In neither file: of a batch that was cut short nobody can tell it from what was not run.
                return new Given("failed", status == "completed" ? "unanswered" : status);
            case "refused":
                error.Add(Line(id, 404, Error("The model `m` does not exist or you do not have access to it.", "model_not_found")));
                return new Given("not_run");
            case "context_length":
                error.Add(Line(id, 400, Error("Too long.", "context_length_exceeded")));
                return new Given("failed", "context_length");
            case "server_error":
                error.Add(Line(id, 500, Error("Internal error.", code: null)));
                return new Given("failed", "api_error");
            default:
                error.Add(Line(id, 400, Error("Failed to validate JSON. Please adjust your prompt.", "json_validate_failed")));
                return new Given("failed", "json_validate_failed");
        }
    }

    /// <summary>A request that its batch did not get to: in the error file or in none.</summary>
    private Given Leave(string id, string status, List<string> error)
    {
        if (_random.Next(2) == 0)
        {
            error.Add(
                new JsonObject
                {
                    ["custom_id"] = id,
                    ["response"] = null,
                    ["error"] = new JsonObject { ["code"] = $"batch_{status}", ["message"] = "Never run." },
                }.ToJsonString()
            );
        }

        return new Given("failed", status);
    }

    private string Roll()
    {
        var rolled = _random.Next(Answers.Sum(answer => answer.Weight));
        foreach (var (weight, answer) in Answers)
        {
            if ((rolled -= weight) < 0)
            {
                return answer;
            }
        }

        throw new InvalidOperationException("The dice have more sides than there are answers.");
    }

    private static string Success(string id, string batch, bool withUsage)
    {
        var body = Content(
            SummaryJson.ToText(
                new SummaryDocument(
                    new AiAssistance(IsAssisted: false, [], AiUsageType.None, 0.9),
                    new Technology([], [], []),
                    new Synopsis($"{id} by {batch}", "What changed.", ChangeType.Chore),
                    new Health(Level.Low, ChangeScope.Small, Level.Low, [])
                )
            )
        );
        if (withUsage)
        {
            body["usage"] = new JsonObject { ["prompt_tokens"] = 1_000, ["completion_tokens"] = 100 };
        }

        return Line(id, 200, body);
    }

    private static JsonObject Content(string content) =>
        new()
        {
            ["choices"] = new JsonArray(
                new JsonObject
                {
                    ["message"] = new JsonObject { ["content"] = content },
                    ["finish_reason"] = "stop",
                }
            ),
        };

    private static JsonObject Error(string message, string? code) =>
        new()
        {
            ["error"] = new JsonObject { ["message"] = message, ["code"] = code },
        };

    private static string Line(string id, int status, JsonObject body) =>
        new JsonObject
        {
            ["custom_id"] = id,
            ["response"] = new JsonObject { ["status_code"] = status, ["body"] = body },
            ["error"] = null,
        }.ToJsonString();

    private void Shuffle(List<string> lines)
    {
        for (var place = lines.Count - 1; place > 0; place--)
        {
            var other = _random.Next(place + 1);
            (lines[place], lines[other]) = (lines[other], lines[place]);
        }
    }

    private string? Keep(List<string> lines)
    {
        if (lines.Count == 0)
        {
            return null;
        }

        var id = $"file_{++_ids}";
        _files[id] = [.. lines];
        return id;
    }

    private static string Read(string line, params string[] path)
    {
        using var document = JsonDocument.Parse(line);
        return path.Aggregate(document.RootElement, (element, name) => element.GetProperty(name)).GetString()!;
    }

    private static ProviderBatch Describe(MemoryBatch batch) =>
        new()
        {
            Id = batch.Id,
            Status = batch.Status switch
            {
                "validating" => ProviderBatchStatus.Validating,
                "in_progress" => ProviderBatchStatus.InProgress,
                "cancelling" => ProviderBatchStatus.Cancelling,
                "completed" => ProviderBatchStatus.Completed,
                "failed" => ProviderBatchStatus.Failed,
                "expired" => ProviderBatchStatus.Expired,
                "cancelled" => ProviderBatchStatus.Cancelled,
                _ => ProviderBatchStatus.Unknown,
            },
            StatusText = batch.Status,
            InputFileId = batch.InputFileId,
            OutputFileId = batch.OutputFileId,
            ErrorFileId = batch.ErrorFileId,
            Counts = batch.Counts,
            Errors = batch.Errors,
            Metadata = batch.Metadata,
            RawJson = string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{batch.Id}}","status":"{{batch.Status}}"}"""),
        };

    /// <summary>Decides how a call goes; one that fails before it took effect throws here.</summary>
    private CallFault Meet(bool isRead)
    {
        var fault =
            IsKeyRevoked ? CallFault.RefusedForKey
            : _random.Next(100) >= FaultPercent ? CallFault.None
            : (CallFault)(2 + _random.Next(isRead ? 2 : 4));
        return fault switch
        {
            CallFault.RefusedForKey => throw new ProviderException("The key is wrong.", ProviderFault.WrongKey),
            CallFault.RateLimited => throw new ProviderException("Slowly.", ProviderFault.RateLimited),
            CallFault.LostBefore => throw new ProviderException("No answer.", ProviderFault.Unreachable) { MayHaveHappened = !isRead },
            CallFault.ServerFault when !isRead && _random.Next(2) == 0 => throw new ProviderException("A fault.", ProviderFault.ServerFault)
            {
                MayHaveHappened = true,
            },
            _ => fault,
        };
    }

    private static void ThrowAfter(CallFault fault, bool mayHaveHappened)
    {
        if (fault != CallFault.None)
        {
            throw new ProviderException("No answer.", ProviderFault.Unreachable) { MayHaveHappened = mayHaveHappened };
        }
    }
}
