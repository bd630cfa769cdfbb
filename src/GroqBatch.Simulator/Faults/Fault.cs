using System.Globalization;
using GroqBatch.Simulator.Answers;

namespace GroqBatch.Simulator.Faults;

/// <summary>
/// One fault switch: what goes wrong, and for whom. Everything that is left out matches all. In JSON the names are snake case; on the command
/// line <c>kind,name=value,...</c> (<see cref="Parse"/>).
/// </summary>
public sealed record Fault
{
    /// <summary>Given by the simulator; an own one makes setting the same switch twice harmless. Letters, digits, <c>-</c> and <c>_</c>.</summary>
    public string? Id { get; set; }

    public FaultKind Kind { get; set; }

    /// <summary>How many calls (or batches) it hits; null: all, until it is removed.</summary>
    public int? Times { get; set; }

    /// <summary>Calls only: HTTP method, such as <c>POST</c>.</summary>
    public string? Method { get; set; }

    /// <summary>Calls only: the path below the base URL, exactly (<c>/batches</c>) or as a beginning with <c>*</c> (<c>/files/*</c>).</summary>
    public string? Path { get; set; }

    /// <summary>Batches that hold a line for this model; <see cref="FaultKind.AnswerAs"/> then hits only those lines.</summary>
    public string? Model { get; set; }

    /// <summary>Batches whose metadata has all of these.</summary>
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>The k-th batch created in this folder, from 1.</summary>
    public int? BatchNumber { get; set; }

    /// <summary>A batch that exists already. Faults that shape its files come too late for it and are refused.</summary>
    public string? BatchId { get; set; }

    public int? Status { get; set; }

    public double? Seconds { get; set; }

    public int? Count { get; set; }

    /// <summary>0..1.</summary>
    public double? Share { get; set; }

    public string? Shape { get; set; }

    public string? Value { get; set; }

    /// <summary>Line numbers of the input file, from 1.</summary>
    public int[]? Lines { get; set; }

    public string[]? CustomIds { get; set; }

    public SimulatedAnswer? Answer { get; set; }

    /// <summary>
    /// Reads the form of the command line: <c>expired,share=0.4,shape=absent,times=1,metadata.run=42</c>. Lists are separated by <c>;</c>.
    /// </summary>
    /// <exception cref="FormatException">Says which part cannot be read, or what is wrong with the whole.</exception>
    public static Fault Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            throw new FormatException("A fault begins with its kind, such as rate_limited.");
        }

        var fault = new Fault { Kind = ParseWord<FaultKind>(parts[0]) };
        foreach (var part in parts.Skip(1))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right]
                ? (left, right)
                : throw new FormatException($"'{part}' in '{text}' is not of the form name=value.");
            fault.Set(name, value);
        }

        return fault.Mistakes().FirstOrDefault() is { } mistake ? throw new FormatException(mistake) : fault;
    }

    internal IEnumerable<string> Mistakes()
    {
        if (!Enum.IsDefined(Kind))
        {
            yield return "kind is unknown.";
        }

        if (Id is not null && !Storage.SimulatorFolder.IsPlainId(Id))
        {
            yield return "id may hold letters, digits, '-' and '_' only.";
        }

        if (Times is < 1 || BatchNumber is < 1 || Count is < 0 || Lines?.Any(line => line < 1) == true)
        {
            yield return "times, batch_number and lines begin at 1, count at 0.";
        }

        if (Share is < 0 or > 1 || Seconds is < 0 || Status is < 400 or > 599)
        {
            yield return "share must lie between 0 and 1, seconds must not be negative, status must lie between 400 and 599.";
        }

        if (
            Kind.IsOfCalls() ? Metadata is not null || BatchNumber is not null || Model is not null : Method is not null || Path is not null
        )
        {
            yield return Kind.IsOfCalls()
                ? "a fault of calls is scoped by method, path and batch_id; metadata, model and batch_number belong to faults of batches."
                : "a fault of batches is scoped by metadata, model, batch_number and batch_id; method and path belong to faults of calls.";
        }

        if (BatchId is not null && Kind.ShapesAnswers())
        {
            yield return "what shapes a batch's files is decided when it is created; scope it by metadata or batch_number instead of batch_id.";
        }

        if (Shape is not null && Array.IndexOf(ShapesOf(Kind), Shape) < 0)
        {
            yield return $"shape of {FaultText(Kind)} is one of: {string.Join(", ", ShapesOf(Kind))}.";
        }

        if (Kind == FaultKind.AnswerAs && (Answer is null || (Count is null && Share is null && CustomIds is null)))
        {
            yield return "answer_as needs answer, and count, share or custom_ids.";
        }
    }

    private static string[] ShapesOf(FaultKind kind) =>
        kind switch
        {
            FaultKind.FileIds => ["null", "absent", "empty", "object"],
            FaultKind.ValidationFailed or FaultKind.LinesDropped => ["list", "array", "null"],
            FaultKind.Expired or FaultKind.CancelledElsewhere => ["error_lines", "absent"],
            _ => [],
        };

    private static string FaultText(FaultKind kind) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    private static T ParseWord<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new FormatException($"'{text}' is no {typeof(T).Name}.");

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "id":
                Id = value;
                break;
            case "times":
                Times = ParseNumber<int>(name, value);
                break;
            case "method":
                Method = value;
                break;
            case "path":
                Path = value;
                break;
            case "model":
                Model = value;
                break;
            case "batch_number":
                BatchNumber = ParseNumber<int>(name, value);
                break;
            case "batch_id":
                BatchId = value;
                break;
            case "status":
                Status = ParseNumber<int>(name, value);
                break;
            case "seconds":
                Seconds = ParseNumber<double>(name, value);
                break;
            case "count":
                Count = ParseNumber<int>(name, value);
                break;
            case "share":
                Share = ParseNumber<double>(name, value);
                break;
            case "shape":
                Shape = value;
                break;
            case "value":
                Value = value;
                break;
            case "lines":
                Lines = [.. value.Split(';').Select(line => ParseNumber<int>(name, line))];
                break;
            case "custom_ids":
                CustomIds = value.Split(';');
                break;
            case "answer":
                Answer = ParseWord<SimulatedAnswer>(value);
                break;
            case var metadata when metadata.StartsWith("metadata.", StringComparison.Ordinal):
                Metadata ??= new(StringComparer.Ordinal);
                Metadata[metadata["metadata.".Length..]] = value;
                break;
            default:
                throw new FormatException($"A fault has no '{name}'.");
        }
    }

    private static T ParseNumber<T>(string name, string value)
        where T : struct, ISpanParsable<T> =>
        T.TryParse(value, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{name} needs a number, not '{value}'.");
}
