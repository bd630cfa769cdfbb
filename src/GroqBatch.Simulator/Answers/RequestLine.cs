using System.Buffers;
using System.Text;
using System.Text.Json;
using GroqBatch.Simulator.Files;

namespace GroqBatch.Simulator.Answers;

/// <summary>
/// One line of an input file, read without building a document: <c>{"custom_id":"pr-1","method":"POST","url":"...","body":{"model":"...",
/// "messages":[{"role":"system","content":"..."},{"role":"user","content":"..."}],"max_completion_tokens":4096,...}}</c>.
/// One instance is used for many lines, one after another.
/// </summary>
internal sealed class RequestLine : IDisposable
{
    private char[] _prompt = ArrayPool<char>.Shared.Rent(16 * 1024);
    private int _promptLength;

    /// <summary>As decoded.</summary>
    public string CustomId { get; private set; } = "";

    public ulong Key { get; private set; }

    public string Model { get; private set; } = "";

    /// <summary>The text of all user messages.</summary>
    public ReadOnlySpan<char> Prompt => _prompt.AsSpan(0, _promptLength);

    /// <summary>Characters of all messages, about.</summary>
    public int MessageCharacters { get; private set; }

    /// <summary>Whether any message says "json", in any letter case.</summary>
    public bool SaysJson { get; private set; }

    public bool HasMessages { get; private set; }

    /// <summary>Null when not set.</summary>
    public int? MaxCompletionTokens { get; private set; }

    public string? ReasoningEffort { get; private set; }

    public bool IncludeReasoning { get; private set; }

    public string? ResponseFormat { get; private set; }

    public string? SchemaName { get; private set; }

    public bool SchemaIsStrict { get; private set; }

    /// <summary>Raw JSON of the schema; empty when there is none.</summary>
    public byte[] Schema { get; private set; } = [];

    /// <summary>The first parameter that batches or models do not take, with the reason; null when there is none.</summary>
    public (string Param, string Message)? Unsupported { get; private set; }

    /// <summary>The line that was read last in whole, for those that are like it; null when it is none to compare with.</summary>
    public LineTemplate? Template { get; private set; }

    /// <summary>Reads a line; false when it is no JSON.</summary>
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        if (Template?.TryRead(line, out var customId, out var message) == true)
        {
            ReadLike(customId, ref message);
            return true;
        }

        try
        {
            Read(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>All but the custom id and the user's message is as on the line before.</summary>
    private void ReadLike(ReadOnlySpan<byte> customId, ref Utf8JsonReader message)
    {
        _promptLength = 0;
        MessageCharacters = _otherCharacters;
        SaysJson = _otherSaysJson;
        CustomId = Encoding.UTF8.GetString(customId);
        ReadContent(ref message);
        Key = RequestKey.Of(customId, _model);
    }

    private void Read(ReadOnlySpan<byte> line)
    {
        Template = null;
        Reset();
        CustomId = "";
        var reader = new Utf8JsonReader(line);
        ReadOnlySpan<byte> customId = default;
        ReadOnlySpan<byte> model = default;
        var idStart = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("custom_id"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    reader.Skip();
                    continue;
                }

                customId = reader.ValueSpan;
                idStart = customId.IsEmpty || reader.ValueIsEscaped ? 0 : (int)reader.TokenStartIndex + 1;
                CustomId = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                ReadBody(ref reader, line, ref model);
            }
            else
            {
                reader.Skip();
            }
        }

        Key = RequestKey.Of(customId, model);

        // Whether there is anything else on the line is not looked at otherwise.
        if (idStart > 0 && _userContents == 1 && _userStart > idStart && LineBlocks.IsBlank(line[(int)reader.BytesConsumed..]))
        {
            _model = model.ToArray();
            _otherCharacters = MessageCharacters - _userCharacters;
            Template = new LineTemplate(line, idStart, customId.Length, _userStart, _userLength);
        }
    }

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_prompt);
        _prompt = [];
        _promptLength = 0;
    }

    private byte[] _model = [];
    private int _otherCharacters;
    private bool _otherSaysJson;
    private int _userContents;
    private int _userStart;
    private int _userLength;
    private int _userCharacters;

    private void Reset()
    {
        _userContents = 0;
        _userStart = 0;
        _otherSaysJson = false;
        _promptLength = 0;
        MessageCharacters = 0;
        SaysJson = false;
        HasMessages = false;
        MaxCompletionTokens = null;
        ReasoningEffort = null;
        IncludeReasoning = true;
        ResponseFormat = null;
        SchemaName = null;
        SchemaIsStrict = false;
        Unsupported = null;
        if (Schema.Length > 0)
        {
            _lastSchema = Schema;
        }

        Schema = [];
    }

    private byte[] _lastSchema = [];

    private void ReadBody(ref Utf8JsonReader reader, ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> model)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    model = reader.ValueSpan;
                    if (!reader.ValueTextEquals(Model))
                    {
                        Model = TextOf(ref reader);
                    }
                }
                else
                {
                    Model = "";
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("messages"u8))
            {
                reader.Read();
                ReadMessages(ref reader);
            }
            else if (reader.ValueTextEquals("response_format"u8))
            {
                reader.Read();
                ReadResponseFormat(ref reader, line);
            }
            else if (reader.ValueTextEquals("max_completion_tokens"u8))
            {
                reader.Read();
                ReadLimit(ref reader, "max_completion_tokens");
            }
            else if (reader.ValueTextEquals("max_tokens"u8))
            {
                reader.Read();
                ReadLimit(ref reader, "max_tokens");
            }
            else if (reader.ValueTextEquals("reasoning_effort"u8))
            {
                reader.Read();
                ReasoningEffort = reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("include_reasoning"u8))
            {
                reader.Read();
                IncludeReasoning = reader.TokenType != JsonTokenType.False;
                reader.Skip();
            }
            else
            {
                ReadOther(ref reader);
            }
        }
    }

    private void ReadOther(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("n"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number && !(reader.TryGetInt32(out var n) && n == 1))
            {
                Refuse("n", "'n' : number must be at most 1");
            }
        }
        else if (reader.ValueTextEquals("stream"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.True)
            {
                Refuse("stream", "streaming is not supported in batches");
            }
        }
        else if (reader.ValueTextEquals("service_tier"u8))
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                Refuse("service_tier", "service_tier is not supported in batches");
            }
        }
        else if (reader.ValueTextEquals("temperature"u8))
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number && !(reader.TryGetDouble(out var t) && t is >= 0 and <= 2))
            {
                Refuse("temperature", "'temperature' : number must be between 0 and 2");
            }
        }
        else
        {
            string? unsupported = null;
            foreach (
                var name in (ReadOnlySpan<string>)
                    ["frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "top_logprobs", "metadata", "store"]
            )
            {
                if (reader.ValueTextEquals(name))
                {
                    unsupported = name;
                }
            }

            var isFormat = reader.ValueTextEquals("reasoning_format"u8);
            reader.Read();
            // Zero and false ask for nothing.
            var asks =
                reader.TokenType is not (JsonTokenType.Null or JsonTokenType.False)
                && !(reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var zero) && zero == 0);
            if (unsupported is not null && asks)
            {
                Refuse(unsupported, $"property '{unsupported}' is unsupported");
            }
            else if (isFormat && asks)
            {
                Refuse("reasoning_format", "reasoning_format is not supported with this model");
            }
        }

        reader.Skip();
    }

    private void ReadLimit(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (reader.TryGetInt32(out var limit) && limit >= 1)
            {
                MaxCompletionTokens = limit;
            }
            else
            {
                Refuse(name, $"'{name}' : must be a positive integer");
            }
        }

        reader.Skip();
    }

    private void ReadMessages(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            HasMessages = true;
            var isUser = false;
            var promptBefore = _promptLength;
            var charactersBefore = MessageCharacters;
            var saidJson = SaysJson;
            SaysJson = false;
            int contents = 0,
                contentStart = 0,
                contentLength = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isRole = reader.ValueTextEquals("role"u8);
                var isContent = reader.ValueTextEquals("content"u8);
                reader.Read();
                if (isRole && reader.TokenType == JsonTokenType.String)
                {
                    isUser = reader.ValueTextEquals("user"u8);
                }
                else if (isContent && reader.TokenType == JsonTokenType.String)
                {
                    contents++;
                    contentStart = (int)reader.TokenStartIndex;
                    contentLength = reader.ValueSpan.Length + 2;
                    ReadContent(ref reader);
                }
                else if (isContent && reader.TokenType == JsonTokenType.StartArray)
                {
                    // No string to put another one in the place of.
                    contents += 2;
                    ReadParts(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            // "role" may come after "content", so what was read is kept or dropped only now.
            if (!isUser)
            {
                _promptLength = promptBefore;
                _otherSaysJson |= SaysJson;
            }
            else if (contents > 0)
            {
                _userContents += contents;
                (_userStart, _userLength) = (contentStart, contentLength);
                _userCharacters = MessageCharacters - charactersBefore;
            }

            SaysJson |= saidJson;
        }
    }

    private void ReadParts(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    ReadContent(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private void ReadContent(ref Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        SaysJson |= raw.IndexOf("JSON"u8) >= 0 || raw.IndexOf("json"u8) >= 0 || raw.IndexOf("Json"u8) >= 0;
        if (_prompt.Length - _promptLength < raw.Length + 1)
        {
            var larger = ArrayPool<char>.Shared.Rent((_promptLength + raw.Length + 1) * 2);
            Prompt.CopyTo(larger);
            ArrayPool<char>.Shared.Return(_prompt);
            _prompt = larger;
        }

        int written;
        try
        {
            written = reader.CopyString(_prompt.AsSpan(_promptLength));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate or broken UTF-8: read as it stands, with U+FFFD where it cannot be read.
            written = Encoding.UTF8.GetChars(raw, _prompt.AsSpan(_promptLength));
        }

        _promptLength += written;
        MessageCharacters += written;
        _prompt[_promptLength++] = '\n';
    }

    private void ReadResponseFormat(ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                ResponseFormat =
                    reader.TokenType != JsonTokenType.String ? null
                    : reader.ValueTextEquals("json_schema"u8) ? "json_schema"
                    : reader.ValueTextEquals("json_object"u8) ? "json_object"
                    : TextOf(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("json_schema"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    reader.Skip();
                    continue;
                }

                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("name"u8))
                    {
                        reader.Read();
                        SchemaName = reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : null;
                        reader.Skip();
                    }
                    else if (reader.ValueTextEquals("strict"u8))
                    {
                        reader.Read();
                        SchemaIsStrict = reader.TokenType == JsonTokenType.True;
                        reader.Skip();
                    }
                    else if (reader.ValueTextEquals("schema"u8))
                    {
                        reader.Read();
                        var from = (int)reader.TokenStartIndex;
                        reader.Skip();
                        var schema = line[from..(int)reader.BytesConsumed];
                        // One file repeats one schema on every line; it is kept once.
                        Schema = schema.SequenceEqual(_lastSchema) ? _lastSchema : schema.ToArray();
                    }
                    else
                    {
                        reader.Read();
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private void Refuse(string param, string message) => Unsupported ??= (param, message);

    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
