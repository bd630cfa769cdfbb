using System.CommandLine;
using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using GroqBatch.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace GroqBatch.Cli.Shell;

/// <summary>One call of one command: what was typed, where it writes, who asks, and how it reaches the product.</summary>
internal sealed class Invocation
{
    private readonly ParseResult _parsed;

    private readonly CommandLineContext _context;

    private Invocation(ParseResult parsed)
    {
        _parsed = parsed;
        _context = (CommandLineContext)parsed.InvocationConfiguration;
    }

    /// <summary>Where it writes.</summary>
    public Terminal Terminal => _context.Terminal;

    /// <summary>Who asks, as the audit log names it.</summary>
    public Actor Actor { get; } = new($"cli:{UserName()}", Right.All);

    /// <summary>Whether standard error tells more.</summary>
    public bool IsVerbose => _parsed.GetValue(CommonOptions.Verbose);

    private LogLevel LogLevel => IsVerbose ? LogLevel.Information : LogLevel.Warning;

    /// <summary>What was typed for an option.</summary>
    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    /// <summary>What was typed for an argument that may be left out; null when it was.</summary>
    public string? Find(Argument<string?> argument) => _parsed.GetValue(argument);

    /// <summary>What was typed for an argument.</summary>
    public T Get<T>(Argument<T> argument) => _parsed.GetRequiredValue(argument);

    /// <summary>Runs a command and turns what a person can mend into a message and an exit code.</summary>
    public static async Task<int> RunAsync(
        ParseResult parsed,
        Func<Invocation, CancellationToken, Task<int>> action,
        CancellationToken cancellationToken
    )
    {
        var invocation = new Invocation(parsed);
        try
        {
            return await action(invocation, cancellationToken);
        }
        catch (UsageException wrong)
        {
            return invocation.Fail(wrong.Message, ExitCode.WrongUsage);
        }
        catch (InvalidTeamException wrong)
        {
            return invocation.Fail(string.Join(Environment.NewLine, wrong.Mistakes), ExitCode.WrongUsage);
        }
        catch (Exception known) when (known is StartupException or LadderUnavailableException or ProviderException or AccessDeniedException)
        {
            return invocation.Fail(known.Message, ExitCode.CouldNotRun);
        }
        catch (PostgresException refused)
        {
            // Not its detail: that quotes rows.
            return invocation.Fail($"The database refused: {refused.MessageText} ({refused.SqlState})", ExitCode.CouldNotRun);
        }
        catch (Exception lost) when (lost is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            return invocation.Fail(lost.Message, ExitCode.CouldNotRun);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return invocation.Fail("Stopped.", ExitCode.CouldNotRun);
        }
        catch (Exception unexpected)
        {
            return invocation.Fail(
                invocation.IsVerbose
                    ? unexpected.ToString()
                    : $"Something went wrong that should not have: {unexpected.Message} ({unexpected.GetType().Name}; --verbose tells more)",
                ExitCode.CouldNotRun
            );
        }
    }

    /// <summary>Settings as they are for this call.</summary>
    /// <exception cref="StartupException">They can't be read.</exception>
    public ConfigurationManager ReadSettings(IReadOnlyDictionary<string, string?>? overrides = null) =>
        SettingsReader.Read(
            _context
                .Settings.Concat(
                    (_parsed.GetValue(CommonOptions.Set) ?? [])
                        .Select(pair => pair.Split('=', 2))
                        .Select(pair => KeyValuePair.Create(pair[0].Trim(), (string?)pair[1]))
                )
                .Concat(overrides ?? new Dictionary<string, string?>())
        );

    /// <summary>Opens the product; says so when nothing of it is real.</summary>
    /// <exception cref="StartupException">It can't be opened.</exception>
    public async Task<GroqBatchHost> OpenAsync(HostParts parts, CancellationToken cancellationToken)
    {
        using var settings = ReadSettings();
        var host = await GroqBatchHost.StartAsync(settings, parts, "cli", LogLevel, cancellationToken);
        if (host.IsSimulated)
        {
            Terminal.Note("Simulated: a simulator answers in Groq's place, and nothing is spent. Set GROQ_API_KEY to go live.");
        }

        return host;
    }

    /// <summary>The team with a slug that was typed.</summary>
    /// <exception cref="UsageException">There is none; names those that are.</exception>
    public static async Task<Team> FindTeamAsync(GroqBatchHost host, string slug, CancellationToken cancellationToken)
    {
        var teams = host.Services.GetRequiredService<ITeamStore>();
        if (await teams.FindAsync(slug, cancellationToken) is { } team)
        {
            return team;
        }

        var known = await teams.ListAsync(cancellationToken);
        throw new UsageException(
            known.Count == 0
                ? $"There is no team '{slug}', nor any other. Add it: groqbatch teams add {slug} --name NAME"
                : $"There is no team '{slug}'. There are: {string.Join(", ", known.Take(20).Select(other => other.Slug))}"
                    + (known.Count > 20 ? ", …" : "")
        );
    }

    private int Fail(string message, int code)
    {
        Terminal.Note(message);
        return code;
    }

    private static string UserName()
    {
        var name = Terminal.Safe(Environment.UserName).Trim();
        return name.Length is 0 ? "unknown" : name[..Math.Min(name.Length, 100)];
    }
}
