using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using GroqBatch.Simulator.Answers;

namespace GroqBatch.Simulator.Files;

/// <summary>One complaint about an input file, as it stands in a batch's <c>errors</c>.</summary>
internal sealed record InputError(string Code, string Message, string? Param, int? Line);

/// <summary>What was found in an uploaded input file, so that creating a batch and asking for its status need not read it again.</summary>
internal sealed record InputInspection
{
    /// <summary>Complaints kept at most; a file of 50,000 bad lines does not need 50,000 sentences.</summary>
    private const int MaxErrors = 100;

    /// <summary>Lines that are not blank.</summary>
    public int Requests { get; init; }

    /// <summary>True: a batch of this file fails as a whole.</summary>
    public bool IsFatal { get; init; }

    public IReadOnlyList<InputError> Errors { get; init; } = [];

    /// <summary>Line numbers, from 1, of lines that are dropped while the others run.</summary>
    public IReadOnlyList<int> Dropped { get; init; } = [];

    /// <summary>Requests by model.</summary>
    public IReadOnlyDictionary<string, int> Models { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// Reads the file once, streaming. A line that is no JSON, lacks a key or repeats a <c>custom_id</c> fails the batch; a wrong
    /// <c>method</c> or <c>url</c> drops the line, as the sample of Groq's guide shows for <c>method</c>. Which faults fail the whole batch at Groq is
    /// not stated.
    /// </summary>
    /// <param name="path">The input file.</param>
    /// <param name="maxLines">Above: <c>too_many_tasks</c>.</param>
    /// <param name="keysPath">Where the key of each request is written, eight bytes each (<see cref="RequestKey"/>).</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<InputInspection> OfAsync(string path, int maxLines, string keysPath, CancellationToken cancellationToken)
    {
        var errors = new List<InputError>();
        var dropped = new List<int>();
        var models = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<ulong>();
        var fatal = false;
        var requests = 0;
        await using var keys = new FileStream(keysPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        await LineBlocks.ForEachAsync(
            path,
            Inspect,
            (found, _) =>
            {
                Span<byte> key = stackalloc byte[sizeof(ulong)];
                foreach (var line in found.Lines)
                {
                    requests++;
                    var error = line.Error;
                    if (error is null && !seen.Add(line.CustomId))
                    {
                        error = new InputError(
                            "duplicate_custom_id",
                            "The custom_id for this request is a duplicate of another request.",
                            "custom_id",
                            line.Number
                        );
                    }

                    BinaryPrimitives.WriteUInt64LittleEndian(key, line.Key);
                    keys.Write(key);
                    if (line.Model is not null)
                    {
                        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(models, line.Model, out var _)++;
                    }

                    if (error is null)
                    {
                        continue;
                    }

                    if (error.Code is "invalid_method" or "url_mismatch")
                    {
                        dropped.Add(line.Number);
                    }
                    else
                    {
                        fatal = true;
                    }

                    if (errors.Count < MaxErrors)
                    {
                        errors.Add(error);
                    }
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken
        );
        keys.Flush(flushToDisk: true);
        if (requests == 0)
        {
            errors.Add(
                new InputError("empty_file", "The batch input file is empty. Please upload a file with at least one request.", null, null)
            );
            fatal = true;
        }
        else if (requests > maxLines)
        {
            errors.Insert(
                0,
                new InputError(
                    "too_many_tasks",
                    $"The batch input file holds {requests} requests; at most {maxLines} are allowed.",
                    null,
                    null
                )
            );
            fatal = true;
        }

        return new InputInspection
        {
            Requests = requests,
            IsFatal = fatal,
            Errors = errors,
            Dropped = dropped,
            Models = models,
        };
    }

    private static Findings Inspect(LineBlock block)
    {
        var lines = new List<InspectedLine>();
        var number = block.FirstLine - 1;
        var rest = block.Bytes;
        string? lastModel = null;
        byte[] lastModelBytes = [];
        LineTemplate? template = null;
        using var reader = new RequestLine();
        while (LineBlocks.TryReadLine(ref rest, out var line))
        {
            number++;
            if (template?.TryRead(line, out var customId, out _) == true)
            {
                lines.Add(new InspectedLine(number, RequestKey.OfId(customId), RequestKey.Of(customId, lastModelBytes), lastModel, null));
            }
            else if (!LineBlocks.IsBlank(line))
            {
                var inspected = InspectLine(line, number, ref lastModel, ref lastModelBytes);
                lines.Add(inspected);
                template = inspected is { Error: null, Model: not null } && reader.TryRead(line) ? reader.Template : null;
            }
        }

        return new Findings(lines);
    }

    private static InspectedLine InspectLine(ReadOnlySpan<byte> line, int number, ref string? lastModel, ref byte[] lastModelBytes)
    {
        ReadOnlySpan<byte> customId = default;
        ReadOnlySpan<byte> model = default;
        bool hasCustomId = false,
            hasBody = false,
            hasMethod = false,
            hasUrl = false,
            methodOk = false,
            urlOk = false;
        string? method = null,
            url = null;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Bad("invalid_json_line", "This line is not parseable as a JSON object.", null);
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("custom_id"u8))
                {
                    reader.Read();
                    hasCustomId = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
                    customId = reader.ValueSpan;
                }
                else if (reader.ValueTextEquals("method"u8))
                {
                    reader.Read();
                    hasMethod = reader.TokenType == JsonTokenType.String;
                    methodOk = hasMethod && reader.ValueTextEquals("POST"u8);
                    method = hasMethod && !methodOk ? Encoding.UTF8.GetString(reader.ValueSpan) : null;
                }
                else if (reader.ValueTextEquals("url"u8))
                {
                    reader.Read();
                    hasUrl = reader.TokenType == JsonTokenType.String;
                    urlOk = hasUrl && reader.ValueTextEquals("/v1/chat/completions"u8);
                    url = hasUrl && !urlOk ? Encoding.UTF8.GetString(reader.ValueSpan) : null;
                }
                else if (reader.ValueTextEquals("body"u8))
                {
                    reader.Read();
                    hasBody = reader.TokenType == JsonTokenType.StartObject;
                    if (!hasBody)
                    {
                        reader.Skip();
                        continue;
                    }

                    while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    {
                        var isModel = reader.ValueTextEquals("model"u8);
                        reader.Read();
                        if (isModel && reader.TokenType == JsonTokenType.String)
                        {
                            model = reader.ValueSpan;
                        }

                        reader.Skip();
                    }
                }
                else
                {
                    reader.Skip();
                }
            }

            // Anything after the object is a second value on the line, which the reader refuses.
            while (reader.Read()) { }
        }
        catch (JsonException)
        {
            return Bad("invalid_json_line", "This line is not parseable as valid JSON.", null);
        }

        var missing =
            !hasCustomId ? "custom_id"
            : !hasMethod ? "method"
            : !hasUrl ? "url"
            : !hasBody ? "body"
            : null;
        if (missing is not null)
        {
            return Bad("missing_required_parameter", $"Missing required parameter: '{missing}'.", missing);
        }

        if (!methodOk)
        {
            return Bad("invalid_method", $"Invalid method: {Shorten(method!)}. Supported methods: POST.", "method");
        }

        if (!urlOk)
        {
            return Bad("url_mismatch", $"Invalid url: {Shorten(url!)}. It must be the endpoint of the batch.", "url");
        }

        if (!model.SequenceEqual(lastModelBytes))
        {
            lastModelBytes = model.ToArray();
            lastModel = Encoding.UTF8.GetString(model);
        }

        return new InspectedLine(number, RequestKey.OfId(customId), RequestKey.Of(customId, model), model.IsEmpty ? null : lastModel, null);

        InspectedLine Bad(string code, string message, string? param) =>
            new(number, 0, 0, null, new InputError(code, message, param, number));
    }

    private static string Shorten(string text) => text.Length > 40 ? text[..40] : text;

    private readonly record struct InspectedLine(int Number, ulong CustomId, ulong Key, string? Model, InputError? Error);

    private sealed record Findings(List<InspectedLine> Lines);
}
