using System.Buffers;
using System.Text.Json;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Storage;

namespace GroqBatch.Pipeline.Storage;

/// <summary>Reads a line of a raw request file, or builds it again.</summary>
internal sealed class SentPrompts(IAttemptFinder attempts, IBatchFileFormat format, RawFiles rawFiles) : ISentPrompts
{
    public async Task<SentPrompt?> FindAsync(long attemptId, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.View);
        if (await attempts.FindAsync(attemptId, cancellationToken) is not { } attempt)
        {
            return null;
        }

        if (await ReadLineAsync(attempt, cancellationToken) is { } line && UserMessageOf(line, attempt.PullRequestId) is { } sent)
        {
            return new SentPrompt(sent, SentPromptSource.RequestFile, attempt.PromptVersion);
        }

        var output = new ArrayBufferWriter<byte>();
        var isSendable = format.CreateEncoder(attempt.Rung).TryEncode(attempt.PullRequestId, attempt.PullRequest, output);
        var rebuilt = isSendable ? UserMessageOf(output.WrittenMemory, attempt.PullRequestId) : null;
        return rebuilt is null
            ? null
            : new SentPrompt(
                rebuilt,
                attempt.IsOfThisContent && attempt.PromptVersion == PromptVersion.Current.ToString()
                    ? SentPromptSource.Rebuilt
                    : SentPromptSource.RebuiltOtherwise,
                attempt.PromptVersion
            );
    }

    /// <returns>Null where the file is gone, damaged or shorter.</returns>
    private async Task<ReadOnlyMemory<byte>?> ReadLineAsync(SentAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = RawFiles.OpenRead(rawFiles.PathOf(attempt.RunId, attempt.BatchId, RawFileKind.Request));
            var buffer = new byte[1 << 16];
            using var line = new MemoryStream();
            var at = 1;
            while (await file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                var rest = buffer.AsMemory(0, read);
                while (rest.Length > 0)
                {
                    var end = rest.Span.IndexOf((byte)'\n');
                    var part = end < 0 ? rest : rest[..end];
                    if (at == attempt.Line)
                    {
                        line.Write(part.Span);
                        if (end >= 0)
                        {
                            return line.ToArray();
                        }
                    }

                    at += end < 0 ? 0 : 1;
                    rest = end < 0 ? default : rest[(end + 1)..];
                }
            }

            return line.Length > 0 ? line.ToArray() : null;
        }
        catch (Exception gone) when (gone is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The content of the last message of a request's line; null where the line is another's, or none.</summary>
    private static string? UserMessageOf(ReadOnlyMemory<byte> line, long pullRequestId)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return root.GetProperty("custom_id").GetString() == CustomId.Format(pullRequestId)
                ? root.GetProperty("body").GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString()
                : null;
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
