using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace GroqBatch.Hosting;

/// <summary>Logs for people: no SQL, no headers, and nothing on standard output, which belongs to what a command answers.</summary>
public static class HostLogging
{
    /// <summary>One line each, to standard error.</summary>
    /// <param name="least">The least that is told; the libraries beneath tell warnings at least.</param>
    public static ILoggingBuilder AddGroqBatchConsole(this ILoggingBuilder logging, LogLevel least)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.SetMinimumLevel(least);
        QuietLibraries(logging);
        if (least >= LogLevel.Warning)
        {
            // What these warn of a command tells in its own words.
            logging.AddFilter("GroqBatch.Sources.Import", LogLevel.Error);
            logging.AddFilter("GroqBatch.Pipeline.Runs.RunAdvancer", LogLevel.Error);
        }

        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = false;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return logging;
    }

    /// <summary>Keeps the libraries beneath from telling every statement and every tick.</summary>
    public static void QuietLibraries(ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddFilter("Quartz", LogLevel.Warning);
        // That a host has come or gone, which it warns of at every start, is on the settings' page of health.
        logging.AddFilter("Quartz.Impl.AdoJobStore", LogLevel.Error);
        // A call that was tried again is no news, and one that failed for good is told by whoever made it, without a page of where.
        logging.AddFilter("Polly", LogLevel.Critical);
        logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // On an empty database the first look at the migrations' table fails, which is how EF finds out: an error in the log, and none.
        logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.Critical);
        // What it could not save it throws to whoever asked, who tells it in words, or not at all where it was expected.
        logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.Critical);
        // The keys of sign-in cookies lie in the database as they are: who can read it needs no cookie.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A statement's text could carry what is stored; failures are told by whoever asked.
        logging.AddFilter("Npgsql.Command", LogLevel.Critical);
    }
}
