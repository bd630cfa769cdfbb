using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Files;
using GroqBatch.Simulator.Storage;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// Produces the result files of batches, from their creation on, in one streaming pass over the input. They appear all at once, by a rename;
/// whichever process of the folder gets there first does it, and one that was killed over it leaves nothing that counts.
/// </summary>
internal sealed partial class AnswerProduction(
    SimulatorFolder folder,
    FileStore files,
    BatchStore batches,
    ILogger<AnswerProduction> logger
) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Task<AnswerResult>> _underWay = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AnswerResult> _done = new(StringComparer.Ordinal);

    // Each pass uses all cores; two at a time so that a small batch need not wait for a large one.
    private readonly SemaphoreSlim _slots = new(2);
    private readonly CancellationTokenSource _closing = new();

    /// <summary>The finished answers; null when they are not there yet.</summary>
    public AnswerResult? Find(BatchRecord batch, AnswerCut cut)
    {
        var path = PathOf(batch.Id, cut);
        if (_done.TryGetValue(path, out var known))
        {
            return known;
        }

        var result = AtomicFile.TryRead<AnswerResult>(Path.Combine(path, AnswerResult.FileName));
        return result is null ? null : _done.GetOrAdd(path, result);
    }

    /// <summary>Starts producing unless that is done or under way; the task ends with the answers.</summary>
    public Task<AnswerResult> Ensure(BatchRecord batch, AnswerCut cut)
    {
        if (Find(batch, cut) is { } result)
        {
            return Task.FromResult(result);
        }

        return _underWay.GetOrAdd(PathOf(batch.Id, cut), path => Task.Run(() => ProduceOnceAsync(path, batch, cut, _closing.Token)));
    }

    public string PathOf(string batchId, AnswerCut cut) => Path.Combine(folder.Answers, batchId, cut.Name);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_underWay.Values)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _closing.Dispose();
        _slots.Dispose();
    }

    private async Task<AnswerResult> ProduceOnceAsync(string path, BatchRecord batch, AnswerCut cut, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var parent = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(parent);
            // Two processes would write the same bytes twice; the lock only saves the second the work.
            using var working = await FileLock.TakeAsync(Path.Combine(parent, cut.Name + ".lock"), cancellationToken);
            if (Find(batch, cut) is { } done)
            {
                return done;
            }

            return await ProduceAsync(path, batch, cut, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.ProductionFailed(logger, exception, batch.Id);
            throw;
        }
        finally
        {
            _slots.Release();
            // A later caller finds the files, or after a failure tries again.
            _underWay.TryRemove(path, out _);
        }
    }

    private async Task<AnswerResult> ProduceAsync(string path, BatchRecord batch, AnswerCut cut, CancellationToken cancellationToken)
    {
        var input = files.Describe(batch.InputFileId) ?? throw new FileNotFoundException($"The input of {batch.Id} is gone.");
        var temporary = AtomicFile.TemporaryNameIn(folder.Answers);
        Directory.CreateDirectory(temporary);
        try
        {
            var plan = new AnswerPlan(batch, cut);
            var attempts = CountAttempts(batch);
            var dropped = batch.Dropped.ToHashSet();
            using var writers = new WriterPool(batch);
            var kinds = new int[Enum.GetValues<SimulatedAnswer>().Length];
            var steps = new AnswerResult.StepCounter(Math.Min(cut.Limit, batch.Requests));
            await using var output = new ResultFile(Path.Combine(temporary, AnswerResult.OutputName));
            await using var errors = new ResultFile(Path.Combine(temporary, AnswerResult.ErrorName));
            await using var outcomes = new FileStream(
                Path.Combine(temporary, AnswerResult.OutcomesName),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                bufferSize: 0
            );
            await LineBlocks.ForEachAsync(
                files.PathOf(input),
                block =>
                {
                    var (writer, request) = writers.Take();
                    try
                    {
                        return Answer(block, batch, cut, plan, attempts, dropped, writer, request);
                    }
                    finally
                    {
                        writers.Give(writer, request);
                    }
                },
                async (answers, ct) =>
                {
                    using (answers)
                    {
                        await output.AppendAsync(answers.Output, answers.OutputLengths, ct);
                        await errors.AppendAsync(answers.Errors, answers.ErrorLengths, ct);
                        await outcomes.WriteAsync(answers.Outcomes.Memory, ct);
                        foreach (var (index, kind) in answers.Kinds)
                        {
                            kinds[(int)kind]++;
                            if (index < cut.Limit)
                            {
                                steps.Note(index, kind.CountsAsFailed());
                            }
                        }
                    }
                },
                cancellationToken
            );
            outcomes.Flush(flushToDisk: true);
            await output.CloseAsync(plan.Shuffled ? plan.ShuffleSeed : null, cancellationToken);
            await errors.CloseAsync(plan.Shuffled ? ~plan.ShuffleSeed : null, cancellationToken);
            var byKind = Enum.GetValues<SimulatedAnswer>()
                .Where(kind => kinds[(int)kind] > 0)
                .ToDictionary(kind => kind, kind => kinds[(int)kind]);
            var result = new AnswerResult
            {
                Completed = byKind.Where(pair => pair.Key.CountsAsCompleted()).Sum(pair => pair.Value),
                Failed = byKind.Where(pair => pair.Key.CountsAsFailed()).Sum(pair => pair.Value),
                OutputLines = output.Lines,
                ErrorLines = errors.Lines,
                OutputBytes = output.Bytes,
                ErrorBytes = errors.Bytes,
                Kinds = byKind,
                FailedByStep = steps.Close(),
            };
            AtomicFile.TryCreate(Path.Combine(temporary, AnswerResult.FileName), result);
            // Under the lock of the batch's state: whoever cancels knows whether the answers were there before.
            using (await batches.LockAsync(batch.Id, cancellationToken))
            {
                if (!Directory.Exists(path))
                {
                    Directory.Move(temporary, path);
                }
            }

            Log.Produced(logger, batch.Id, result.Completed, result.Failed);
            return _done.GetOrAdd(path, result);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    /// <summary>
    /// How many earlier batches of the folder held each request for the same model. Only requests that have been there before take memory;
    /// earlier batches cost eight bytes of reading per request.
    /// </summary>
    private Dictionary<ulong, int> CountAttempts(BatchRecord batch)
    {
        var attempts = new Dictionary<ulong, int>();
        var earlier = batches
            .Ids()
            .Where(id => string.CompareOrdinal(id, batch.Id) < 0)
            .Select(batches.Find)
            .OfType<BatchRecord>()
            .Where(other => other.RequestsByModel.Keys.Any(batch.RequestsByModel.ContainsKey))
            .ToList();
        if (earlier.Count == 0)
        {
            return attempts;
        }

        var own = new HashSet<ulong>();
        ForEachKey(batch.InputFileId, key => own.Add(key));
        foreach (var other in earlier)
        {
            ForEachKey(
                other.InputFileId,
                key =>
                {
                    if (own.Contains(key))
                    {
                        attempts[key] = attempts.GetValueOrDefault(key) + 1;
                    }
                }
            );
        }

        return attempts;
    }

    private void ForEachKey(string fileId, Action<ulong> action)
    {
        var path = files.KeysOf(fileId);
        if (!File.Exists(path))
        {
            return;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        while (stream.ReadAtLeast(key, key.Length, throwOnEndOfStream: false) == key.Length)
        {
            action(BinaryPrimitives.ReadUInt64LittleEndian(key));
        }
    }

    private static BlockAnswers Answer(
        LineBlock block,
        BatchRecord batch,
        AnswerCut cut,
        AnswerPlan plan,
        Dictionary<ulong, int> attempts,
        HashSet<int> dropped,
        AnswerWriter writer,
        RequestLine request
    )
    {
        var answers = new BlockAnswers();
        var number = block.FirstLine - 1;
        var index = block.FirstIndex - 1;
        var rest = block.Bytes;
        var leftovers = cut.End == AnswerEnd.Cancelled ? batch.CancelledLeftovers : batch.ExpiredLeftovers;
        while (LineBlocks.TryReadLine(ref rest, out var line))
        {
            number++;
            if (LineBlocks.IsBlank(line))
            {
                continue;
            }

            index++;
            if (!request.TryRead(line))
            {
                // Only in a file that does not pass validation, of a batch that was cancelled before that showed.
                answers.Note(index, "", "", SimulatedAnswer.Rejected);
                continue;
            }

            if (dropped.Contains(number))
            {
                answers.Note(index, request.CustomId, request.Model, SimulatedAnswer.Rejected);
                continue;
            }

            if (index >= cut.Limit)
            {
                var never = cut.End == AnswerEnd.Cancelled ? SimulatedAnswer.BatchCancelled : SimulatedAnswer.BatchExpired;
                if (leftovers == Leftovers.ErrorLines)
                {
                    var at = answers.Errors.Length;
                    writer.WriteNeverRun(answers.Errors, request.CustomId, index, never);
                    answers.End(toOutput: plan.Swapped, at, plan.Crlf);
                }

                answers.Note(index, request.CustomId, request.Model, never);
                continue;
            }

            AnswerLine(answers, index, plan, attempts, writer, request);
        }

        return answers;
    }

    private static void AnswerLine(
        BlockAnswers answers,
        int index,
        AnswerPlan plan,
        Dictionary<ulong, int> attempts,
        AnswerWriter writer,
        RequestLine request
    )
    {
        var flaw = plan.FlawOf(index);
        var scratch = answers.Scratch;
        scratch.Clear();
        var attempt = attempts.GetValueOrDefault(request.Key);
        SimulatedAnswer kind;
        if (flaw.HasFlag(LineFlaw.NullResponse))
        {
            kind = SimulatedAnswer.NeverRun;
            writer.WriteNeverRun(scratch, request.CustomId, index, kind);
        }
        else
        {
            kind = writer.Write(scratch, request, index, attempt, plan.ForcedAnswer(index, request));
        }

        var toOutput = kind.GoesToOutput() != plan.Swapped;
        if (flaw.HasFlag(LineFlaw.Missing))
        {
            answers.Note(index, request.CustomId, request.Model, SimulatedAnswer.Unanswered);
            return;
        }

        if (flaw.HasFlag(LineFlaw.Broken))
        {
            kind = SimulatedAnswer.BrokenLine;
            scratch.Truncate(scratch.Length * 2 / 3);
        }

        if (flaw.HasFlag(LineFlaw.BlankBefore))
        {
            answers.Add(toOutput, [], plan.Crlf);
        }

        answers.Add(toOutput, scratch.Span, plan.Crlf);
        if (flaw.HasFlag(LineFlaw.Duplicated))
        {
            answers.Add(toOutput, scratch.Span, plan.Crlf);
        }

        if (flaw.HasFlag(LineFlaw.StrangerAfter))
        {
            scratch.Clear();
            writer.WriteNeverRun(scratch, $"stranger-{index}", index, SimulatedAnswer.NeverRun);
            answers.Add(toOutput: false, scratch.Span, plan.Crlf);
        }

        answers.Note(index, request.CustomId, request.Model, kind);
    }

    /// <summary>The answers to one block of requests.</summary>
    private sealed class BlockAnswers : IDisposable
    {
        private static readonly JsonEncodedText CustomIdName = JsonEncodedText.Encode("custom_id");
        private static readonly JsonEncodedText ModelName = JsonEncodedText.Encode("model");
        private static readonly JsonEncodedText KindName = JsonEncodedText.Encode("kind");
        private static readonly JsonEncodedText[] KindTexts =
        [
            .. Enum.GetValues<SimulatedAnswer>()
                .Select(kind => JsonEncodedText.Encode(JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()))),
        ];

        private readonly Utf8JsonWriter _json;

        public BlockAnswers()
        {
            _json = new Utf8JsonWriter(Outcomes);
        }

        public PooledBuffer Output { get; } = new(1 << 18);
        public PooledBuffer Errors { get; } = new(1 << 14);
        public PooledBuffer Outcomes { get; } = new(1 << 14);
        public PooledBuffer Scratch { get; } = new(1 << 13);
        public List<int> OutputLengths { get; } = [];
        public List<int> ErrorLengths { get; } = [];
        public List<(int Index, SimulatedAnswer Kind)> Kinds { get; } = [];

        public void Add(bool toOutput, ReadOnlySpan<byte> line, bool crlf)
        {
            var target = toOutput ? Output : Errors;
            var at = target.Length;
            line.CopyTo(target.GetSpan(line.Length));
            target.Advance(line.Length);
            Terminate(target, at, toOutput ? OutputLengths : ErrorLengths, crlf);
        }

        /// <summary>Ends the line that was written to the errors from <paramref name="at"/> on.</summary>
        public void End(bool toOutput, int at, bool crlf)
        {
            if (!toOutput)
            {
                Terminate(Errors, at, ErrorLengths, crlf);
                return;
            }

            Add(toOutput: true, Errors.Span[at..], crlf);
            Errors.Truncate(at);
        }

        public void Note(int index, string customId, string model, SimulatedAnswer kind)
        {
            Kinds.Add((index, kind));
            _json.Reset();
            _json.WriteStartObject();
            _json.WriteString(CustomIdName, customId);
            _json.WriteString(ModelName, model);
            _json.WriteString(KindName, KindTexts[(int)kind]);
            _json.WriteEndObject();
            _json.Flush();
            Outcomes.GetSpan(1)[0] = (byte)'\n';
            Outcomes.Advance(1);
        }

        public void Dispose()
        {
            _json.Dispose();
            Output.Dispose();
            Errors.Dispose();
            Outcomes.Dispose();
            Scratch.Dispose();
        }

        private static void Terminate(PooledBuffer target, int at, List<int> lengths, bool crlf)
        {
            var end = crlf ? "\r\n"u8 : "\n"u8;
            end.CopyTo(target.GetSpan(end.Length));
            target.Advance(end.Length);
            lengths.Add(target.Length - at);
        }
    }

    /// <summary>Writers and readers of request lines, one pair for each block at work.</summary>
    private sealed class WriterPool(BatchRecord batch) : IDisposable
    {
        private readonly ConcurrentBag<(AnswerWriter Writer, RequestLine Request)> _idle = [];

        public (AnswerWriter Writer, RequestLine Request) Take() =>
            _idle.TryTake(out var pair) ? pair : (new AnswerWriter(batch), new RequestLine());

        public void Give(AnswerWriter writer, RequestLine request) => _idle.Add((writer, request));

        public void Dispose()
        {
            while (_idle.TryTake(out var pair))
            {
                pair.Writer.Dispose();
                pair.Request.Dispose();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Answers of {BatchId} are ready: {Completed} completed, {Failed} failed")]
        public static partial void Produced(ILogger logger, string batchId, int completed, int failed);

        [LoggerMessage(Level = LogLevel.Error, Message = "Answers of {BatchId} could not be produced")]
        public static partial void ProductionFailed(ILogger logger, Exception exception, string batchId);
    }
}
