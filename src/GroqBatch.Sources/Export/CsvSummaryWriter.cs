using CsvHelper;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Sources.Export;

/// <summary>
/// CSV (RFC 4180), the document flattened into columns, lists joined by "; ". Spreadsheets run a cell that begins like a formula, and texts here
/// are other people's: such a text gets an apostrophe in front, which spreadsheets take for "this is text".
/// </summary>
internal sealed class CsvSummaryWriter : ISummaryWriter
{
    private static readonly string[] Columns =
    [
        "team",
        "repository",
        "number",
        "title",
        "url",
        "ai.is_assisted",
        "ai.tools",
        "ai.usage_type",
        "ai.confidence",
        "tech.languages",
        "tech.frameworks",
        "tech.categories",
        "summary.title",
        "summary.description",
        "summary.type",
        "health.review_friction",
        "health.scope",
        "health.risk_level",
        "health.insights",
        "stale",
        "provider",
        "model",
        "pass",
        "promptVersion",
        "runId",
        "summarisedAt",
    ];

    private static readonly CsvWriterOptions Options = new()
    {
        Injection = CsvInjection.Escape, // = + - @ tab CR; numbers stay as they are
        TrueValue = "true",
        FalseValue = "false",
    };

    private readonly CsvWriter _csv;
    private bool _hasHeader;

    public CsvSummaryWriter(Stream output) => _csv = CsvWriter.Create(output, Options, leaveOpen: true);

    public async ValueTask WriteAsync(ExportedSummary summary, CancellationToken cancellationToken)
    {
        WriteHeader();
        var (ai, tech, synopsis, health) = summary.Summary;
        _csv.WriteField(summary.Team);
        _csv.WriteField(summary.Repository);
        _csv.WriteField(summary.Number);
        _csv.WriteField(summary.Title);
        _csv.WriteField(summary.Url);
        _csv.WriteField(ai.IsAssisted);
        WriteList(ai.Tools);
        _csv.WriteField(Word(ai.UsageType));
        _csv.WriteField(ai.Confidence);
        WriteList(tech.Languages);
        WriteList(tech.Frameworks);
        WriteList(tech.Categories.Select(Word));
        _csv.WriteField(synopsis.Title);
        _csv.WriteField(synopsis.Description);
        _csv.WriteField(Word(synopsis.Type));
        _csv.WriteField(Word(health.ReviewFriction));
        _csv.WriteField(Word(health.Scope));
        _csv.WriteField(Word(health.RiskLevel));
        WriteList(health.Insights);
        _csv.WriteField(summary.IsStale);
        _csv.WriteField(summary.Provider);
        _csv.WriteField(summary.Model);
        _csv.WriteField(summary.Pass);
        _csv.WriteField(summary.PromptVersion);
        _csv.WriteField(summary.RunId);
        _csv.WriteField(summary.SummarisedAt.UtcDateTime);
        await _csv.EndRecordAsync(cancellationToken);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        WriteHeader(); // also where there is nothing else
        await _csv.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    private void WriteHeader()
    {
        if (!_hasHeader)
        {
            _hasHeader = true;
            _csv.WriteHeader(Columns);
        }
    }

    private void WriteList(IEnumerable<string> items) => _csv.WriteField(string.Join("; ", items));

    /// <summary>The documented words are the enum's names in lower case.</summary>
    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
