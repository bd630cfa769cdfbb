namespace GroqBatch.Groq.Settings;

/// <summary>Who answers.</summary>
public enum ProviderMode
{
    /// <summary>Live with a key, otherwise the simulator.</summary>
    Auto,
    Live,
    Simulator,
}

/// <summary>How the provider's list of batches is walked.</summary>
public enum PagingStyle
{
    /// <summary><c>?cursor=</c> with <c>paging.next_cursor</c> (Groq).</summary>
    Cursor,

    /// <summary><c>?after=</c> and <c>limit</c> with <c>has_more</c> (OpenAI, Azure).</summary>
    After,
}

/// <summary>Section <c>Groq</c>: whom to ask, with which key, and how.</summary>
public sealed class GroqOptions
{
    public const string SectionName = "Groq";

    /// <summary>The environment variable that Groq's own clients read, used when <see cref="ApiKey"/> is not set.</summary>
    public const string KeyVariable = "GROQ_API_KEY";

    public const string DefaultBaseUrl = "https://api.groq.com/openai/v1";

    public ProviderMode Mode { get; set; }

    /// <summary>The key; empty without one. Never shown.</summary>
    public SecretText ApiKey { get; set; }

    /// <summary>
    /// Files, batches and models are paths below it. Null: Groq's in live mode, the host's own simulator in simulator mode (set it there to
    /// use a simulator that runs elsewhere).
    /// </summary>
    public string? BaseUrl { get; set; }

    /// <summary>Whether the key may travel over plain HTTP to another machine.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>A batch in the provider's console, with <c>{batchId}</c> where its id goes; empty: there is none.</summary>
    public string ConsoleUrl { get; set; } = "https://console.groq.com/batch/{batchId}";

    /// <summary>The header that carries the key: <c>Authorization</c>, or <c>api-key</c> at Azure.</summary>
    public string AuthHeader { get; set; } = "Authorization";

    /// <summary>The word before the key in it; empty: the key stands alone.</summary>
    public string AuthScheme { get; set; } = "Bearer";

    /// <summary>Further headers of every call, by name.</summary>
    public Dictionary<string, string> Headers { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Further query parameters of every call, by name, such as Azure's <c>api-version</c>.</summary>
    public Dictionary<string, string> Query { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The <c>purpose</c> of an uploaded file.</summary>
    public string UploadPurpose { get; set; } = "batch";

    /// <summary>The <c>endpoint</c> of a batch and the <c>url</c> of its lines.</summary>
    public string Endpoint { get; set; } = "/v1/chat/completions";

    public PagingStyle PagingStyle { get; set; }

    /// <summary>Batches asked for in a page of a list; only in the <see cref="PagingStyle.After"/> style.</summary>
    public int PageSize { get; set; } = 100;

    /// <summary>Most batches read in one call by <c>?id=</c>; Groq takes 200. 0: the provider can't, each is read by itself.</summary>
    public int MaxIdsPerStatusCall { get; set; } = 200;

    /// <summary>How long one try of a short call may take.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an upload or a download may take as a whole.</summary>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>How often a GET is tried again after a passing fault. Nothing else is ever repeated.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>The wait before the first repetition; it doubles, with jitter, up to 16 times itself.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait asked for by the provider that is waited within a call; a longer one is the caller's to plan.</summary>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(20);
}
