using System.Collections.Concurrent;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Groq.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Tests;

/// <summary>The room as a host composes it: the settings that ship, a test's own on top, real HTTP.</summary>
internal sealed class TestGroq : IAsyncDisposable
{
    /// <summary>A key that must not turn up anywhere.</summary>
    public const string Key = "gsk_MARKERmarkerMARKERmarker0123456789";

    private readonly ServiceProvider _services;

    private TestGroq(ServiceProvider services, TestLog log)
    {
        _services = services;
        Log = log;
    }

    public TestLog Log { get; }

    public IBatchProvider Provider => _services.GetRequiredService<IBatchProvider>();
    public IModelCatalogue Catalogue => _services.GetRequiredService<IModelCatalogue>();
    public ILadderResolver Ladder => _services.GetRequiredService<ILadderResolver>();
    public GroqEndpoint Endpoint => _services.GetRequiredService<GroqEndpoint>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static TestGroq At(Uri baseUrl, params (string Key, string? Value)[] settings) =>
        With([
            ("Groq:Mode", "Live"),
            ("Groq:ApiKey", Key),
            ("Groq:BaseUrl", baseUrl.AbsoluteUri),
            ("Groq:RetryDelay", "00:00:00.005"),
            .. settings,
        ]);

    public static TestGroq With(
        (string Key, string? Value)[] settings,
        Action<IServiceCollection>? replace = null,
        bool withShippedSettings = true
    )
    {
        var log = new TestLog();
        var configuration = Configuration(settings, withShippedSettings);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        services.AddGroq(configuration);
        replace?.Invoke(services);
        return new TestGroq(services.BuildServiceProvider(validateScopes: true), log);
    }

    public static IConfigurationRoot Configuration((string Key, string? Value)[] settings, bool withShippedSettings = true)
    {
        var builder = new ConfigurationBuilder();
        if (withShippedSettings)
        {
            builder.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"));
        }

        return builder.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
    }

    /// <summary>What a host's start says about the settings; empty when it would start.</summary>
    public IReadOnlyList<string> Mistakes()
    {
        try
        {
            Get<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
        catch (AggregateException exception)
        {
            return [.. exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(one => one.Failures)];
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>Everything that was logged, scopes and exceptions included.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public string Text => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        _lines.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    public void Dispose() { }
}
