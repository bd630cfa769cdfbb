using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Web.Tests.Plans;

/// <summary>
/// Hears the plan of every statement that PostgreSQL ran, whoever asked for it and by whatever means: the server sends it along as a notice
/// (<c>auto_explain</c>), and Npgsql logs notices.
/// </summary>
internal sealed class PlanRecorder : ILoggerProvider, ILogger
{
    /// <summary>Server settings by which each connection sends its plans.</summary>
    public const string ServerSettings =
        "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on -c auto_explain.log_timing=off "
        + "-c auto_explain.log_format=json -c auto_explain.log_level=notice -c auto_explain.log_nested_statements=on";

    private readonly ConcurrentQueue<string> _plans = new();

    /// <summary>What has been run since the last call, each with its plan and the rows it really touched.</summary>
    public IReadOnlyList<JsonElement> Take()
    {
        var plans = new List<JsonElement>();
        while (_plans.TryDequeue(out var text))
        {
            plans.Add(JsonSerializer.Deserialize<JsonElement>(text));
        }

        return plans;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> said)
        {
            return;
        }

        foreach (var (_, value) in said)
        {
            if (
                value is string text
                && text.StartsWith("duration: ", StringComparison.Ordinal)
                && text.IndexOf("  plan:", StringComparison.Ordinal) is > 0 and var at
            )
            {
                _plans.Enqueue(text[text.IndexOf('{', at)..]);
            }
        }
    }

    public void Dispose() { }
}
