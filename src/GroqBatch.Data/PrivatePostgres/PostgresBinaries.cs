using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using MysticMind.PostgresEmbed;

namespace GroqBatch.Data.PrivatePostgres;

/// <summary>The programs of one PostgreSQL installation.</summary>
/// <param name="Folder">The folder with <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</param>
/// <param name="Major">Their major version.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The SQL of GroqBatch is written for this version and later ones.</summary>
    public const int OldestMajor = 15;

    /// <summary>Path of <c>initdb</c>.</summary>
    public string Initdb => ProgramIn(Folder, "initdb");

    /// <summary>Path of <c>pg_ctl</c>.</summary>
    public string PgCtl => ProgramIn(Folder, "pg_ctl");

    /// <summary>
    /// The setting, else PATH, else the folders that packages install into (highest version first), else what has been downloaded, else a
    /// download. An existing cluster takes only programs of its own major version.
    /// </summary>
    /// <exception cref="PrivatePostgresUnavailableException">Nothing fits; the message lists what was looked at and what to do.</exception>
    public static async Task<PostgresBinaries> FindAsync(
        int? clusterMajor,
        string clusterFolder,
        PrivatePostgresOptions options,
        string downloadFolder,
        CancellationToken cancellationToken
    )
    {
        var lookedAt = new List<string>();

        if (!string.IsNullOrWhiteSpace(options.Binaries))
        {
            var given = Path.GetFullPath(options.Binaries);
            return await TryAsync(given) ?? await TryAsync(Path.Combine(given, "bin")) ?? throw Unavailable("Storage:PostgresBinaries");
        }

        var folders = options.SearchMachine ? PathFolders().Concat(InstalledFolders()) : [];
        if (!options.SearchMachine)
        {
            lookedAt.Add("the machine was not searched");
        }

        foreach (var folder in folders.Concat(DownloadedFolders(downloadFolder)).Distinct(StringComparer.Ordinal))
        {
            if (await TryAsync(folder) is { } found)
            {
                return found;
            }
        }

        return await DownloadAsync() ?? throw Unavailable("PATH, the usual folders and the download");

        async Task<PostgresBinaries?> TryAsync(string folder)
        {
            if (!File.Exists(ProgramIn(folder, "initdb")) || !File.Exists(ProgramIn(folder, "pg_ctl")))
            {
                // Not worth a word for each entry of PATH, but for a folder that somebody named.
                if (options.Binaries is not null)
                {
                    lookedAt.Add($"{folder}: no initdb and pg_ctl there");
                }

                return null;
            }

            var major = await MajorOfAsync(folder, cancellationToken);
            var verdict = (major, clusterMajor) switch
            {
                (null, _) => "does not say its version",
                (< OldestMajor, _) => $"version {major} is older than {OldestMajor}",
                (_, { } wanted) when major != wanted => $"version {major}, but the cluster in {clusterFolder} needs {wanted}",
                _ => null,
            };
            if (verdict is null)
            {
                return new PostgresBinaries(folder, major!.Value);
            }

            lookedAt.Add($"{folder}: {verdict}");
            return null;
        }

        async Task<PostgresBinaries?> DownloadAsync()
        {
            var wanted = (clusterMajor ?? options.DownloadMajor).ToString(CultureInfo.InvariantCulture);
            try
            {
                Log.Downloading(options.Logger, wanted, options.DownloadRepository, downloadFolder);
                Directory.CreateDirectory(downloadFolder);
                // A machine that silently drops what goes out should say so soon.
                using var connections = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) };
                using var client = new HttpClient(connections) { Timeout = TimeSpan.FromMinutes(10) };
                await using var package = new PgServer(
                    new PgServerOptions
                    {
                        PgVersion = wanted,
                        DbDir = downloadFolder,
                        BinariesDir = downloadFolder,
                        MavenRepo = options.DownloadRepository,
                        DownloadRetryCount = 2,
                        HttpClient = client,
                    }
                );
                await package.InstallAsync(cancellationToken);
                return await TryAsync(Path.Combine(package.InstallDir, "bin"));
            }
            catch (Exception cause) when (cause is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // Whatever stands in the way of a download (network, proxy, platform, disk) has one consequence.
                lookedAt.Add($"download of version {wanted} from {options.DownloadRepository}: {FirstLine(cause.Message)}");
                return null;
            }
        }

        PrivatePostgresUnavailableException Unavailable(string where)
        {
            var nothing = lookedAt.Count == 0 ? "" : "\n  " + string.Join("\n  ", lookedAt);
            var remedy = clusterMajor is { } major
                ? $"install PostgreSQL {major} (the cluster in {clusterFolder} was made by it; move the folder away to begin anew)"
                : "install the PostgreSQL server package (apt-get install postgresql, brew install postgresql)";
            return new PrivatePostgresUnavailableException(
                $"There is no ConnectionStrings:GroqBatch, and no PostgreSQL server programs were found in {where}.{nothing}\n"
                    + $"Do one of these: set ConnectionStrings:GroqBatch; {remedy}; name a folder with initdb and pg_ctl in Storage:PostgresBinaries."
            );
        }
    }

    private static async Task<int?> MajorOfAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            var run = await ProgramRun.StartAsync(account: null, ProgramIn(folder, "pg_ctl"), ["--version"], folder, cancellationToken);
            var match = VersionPattern().Match(run.Output); // "pg_ctl (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
            return match.Success ? int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // for another processor, or not executable
        }
    }

    private static IEnumerable<string> PathFolders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => new FileInfo(ProgramIn(folder, "initdb")))
            .Where(initdb => initdb.Exists)
            // A link in /usr/local/bin stands alone there: what it needs lies beside its target.
            .Select(initdb => initdb.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? initdb.FullName)
            .Select(initdb => Path.GetDirectoryName(initdb)!);

    private static IEnumerable<string> InstalledFolders()
    {
        var parents = OperatingSystem.IsWindows()
            ? new[] { (Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*") }
            : [("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql*"), ("/usr/local/opt", "postgresql*")];
        return parents
            .Where(parent => Directory.Exists(parent.Item1))
            .SelectMany(parent => Directory.EnumerateDirectories(parent.Item1, parent.Item2))
            .OrderByDescending(NumberIn) // as numbers: 9 is before 16 in any alphabet
            .Select(folder => Path.Combine(folder, "bin"));
    }

    private static IEnumerable<string> DownloadedFolders(string downloadFolder) =>
        Directory.Exists(downloadFolder)
            ? Directory
                .EnumerateDirectories(downloadFolder, "postgres-*")
                .OrderByDescending(NumberIn)
                .Select(folder => Path.Combine(folder, "bin"))
            : [];

    private static int NumberIn(string folder)
    {
        var digits = Path.GetFileName(folder).SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit).ToArray();
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static string ProgramIn(string folder, string name) => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "This machine has no PostgreSQL; downloading version {Major} from {Repository} into {Folder}")]
        public static partial void Downloading(ILogger logger, string major, string repository, string folder);
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.NonBacktracking)]
    private static partial Regex VersionPattern();
}
