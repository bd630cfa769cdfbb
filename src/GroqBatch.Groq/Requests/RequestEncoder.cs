using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Groq.Requests;

/// <summary>
/// Writes the lines of a batch's input file for one rung. What is the same on each line is encoded once: a line is the copied beginning, the
/// custom id, the copied middle, the user's message, the copied end. Safe to call from several threads.
/// </summary>
/// <remarks>
/// Form of a line (Groq's batch guide): <c>{"custom_id","method","url","body":{"model","messages","temperature","max_completion_tokens",
/// "reasoning_effort","include_reasoning","response_format"}}</c>, UTF-8 without a byte order mark, one line feed at the end. Never
/// <c>service_tier</c> (batches refuse it) nor <c>stream</c>.
/// </remarks>
public sealed class RequestEncoder : IRequestEncoder
{
    /// <summary>What the chat format puts around two messages, with room for a provider's own preamble (gpt-oss gets one of about 60 tokens).</summary>
    private const int ChatFormatTokens = 128;

    // Stand for what differs while the constant parts are written.
    private const string IdMark = "~custom_id~";
    private const string MessageMark = "~message~";

    private readonly ITokenCounter _counter;
    private readonly PromptBuilder? _prompts;
    private readonly int _userTokens;
    private readonly byte[] _start;
    private readonly byte[] _middle;
    private readonly byte[] _end;

    /// <summary>Prepares the constant parts of a rung's lines.</summary>
    /// <param name="rung">With its model, format and limits.</param>
    /// <param name="counter">Counts as the rung's model does.</param>
    /// <param name="options">Budgets of the user prompt; the defaults when null. Cut further where the rung's context is small.</param>
    /// <param name="url">What each line names as its address.</param>
    public RequestEncoder(Rung rung, ITokenCounter counter, PromptOptions? options = null, string url = "/v1/chat/completions")
    {
        _counter = counter;
        var system = SystemPrompt.For(rung.ResponseFormat);
        var taken = counter.Count(system) + ChatFormatTokens + rung.MaxCompletionTokens;
        taken += rung.ResponseFormat == ResponseFormat.JsonSchema ? counter.Count(SummarySchema.Text) : 0;
        _userTokens = rung.ContextTokens - taken;
        _prompts = _userTokens < PromptOptions.SmallestTokens ? null : new(counter, (options ?? new()).Within(_userTokens));

        // Written as one whole line and then taken apart at the marks: it can't be anything but valid JSON.
        var line = WriteLine(rung, system, url);
        var id = line.IndexOf(IdMark, StringComparison.Ordinal);
        var message = line.LastIndexOf(MessageMark, StringComparison.Ordinal);
        _start = Encoding.UTF8.GetBytes(line[..id]);
        _middle = Encoding.UTF8.GetBytes(line[(id + IdMark.Length)..message]);
        _end = Encoding.UTF8.GetBytes(line[(message + MessageMark.Length)..] + '\n');
    }

    /// <inheritdoc/>
    public bool TryEncode(long pullRequestId, PullRequest pullRequest, IBufferWriter<byte> output)
    {
        if (_prompts is null)
        {
            return false;
        }

        using var prompt = new PromptBuffer();
        _prompts.Append(prompt, pullRequest);
        if (prompt.Utf8Length > _userTokens && _counter.Fit(prompt.Text, _userTokens) < prompt.Length)
        {
            return false;
        }

        output.Write(_start);
        Encoding.UTF8.GetBytes(CustomId.Format(pullRequestId), output);
        output.Write(_middle);
        JsonStrings.WriteEscaped(output, prompt.Text);
        output.Write(_end);
        return true;
    }

    private static string WriteLine(Rung rung, string system, string url)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteString("custom_id"u8, IdMark);
        writer.WriteString("method"u8, "POST"u8);
        writer.WriteString("url"u8, url);
        writer.WriteStartObject("body"u8);
        writer.WriteString("model"u8, rung.Model);
        writer.WriteStartArray("messages"u8);
        WriteMessage(writer, "system"u8, system);
        WriteMessage(writer, "user"u8, MessageMark);
        writer.WriteEndArray();
        writer.WriteNumber("temperature"u8, 0);
        writer.WriteNumber("max_completion_tokens"u8, rung.MaxCompletionTokens);
        if (rung.ReasoningEffort is { } effort)
        {
            // Reasoning is paid for, but only its result is of use: leaving it out keeps result files small.
            writer.WriteString("reasoning_effort"u8, effort);
            writer.WriteBoolean("include_reasoning"u8, value: false);
        }

        writer.WriteStartObject("response_format"u8);
        if (rung.ResponseFormat == ResponseFormat.JsonSchema)
        {
            writer.WriteString("type"u8, "json_schema"u8);
            writer.WriteStartObject("json_schema"u8);
            writer.WriteString("name"u8, SummarySchema.Name);
            writer.WriteBoolean("strict"u8, value: true);
            writer.WritePropertyName("schema"u8);
            writer.WriteRawValue(SummarySchema.Utf8.Span);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("type"u8, "json_object"u8);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteMessage(Utf8JsonWriter writer, ReadOnlySpan<byte> role, string content)
    {
        writer.WriteStartObject();
        writer.WriteString("role"u8, role);
        writer.WriteString("content"u8, content);
        writer.WriteEndObject();
    }
}
