using System.Buffers;
using System.Collections.Frozen;

namespace GroqBatch.Simulator.Summaries;

/// <summary>What the names of changed files say about technology; never the name of an organisation or a sentence.</summary>
internal sealed class FileEvidence
{
    private static readonly SearchValues<char> TokenEnds = SearchValues.Create(" \t\r\n,;|`\"'()<>");

    private static readonly SearchValues<string> TestSigns = SearchValues.Create(
        ["test/", "tests/", "__tests__", ".test.", "_test.", "test_", "spec/", ".spec.", "_spec.", "e2e", "cypress", "playwright"],
        StringComparison.Ordinal
    );

    private const int LongestPath = 512;

    private static readonly string[] LanguageNames =
    [
        "TypeScript",
        "JavaScript",
        "Python",
        "Ruby",
        "Go",
        "Rust",
        "Java",
        "Kotlin",
        "Swift",
        "C#",
        "PHP",
        "C++",
        "Dart",
        "SQL",
        "CSS",
        "HTML",
        "Shell",
        "Vue",
        "Svelte",
        "YAML",
        "Markdown",
        "JSON",
        "HCL",
        "Objective-C",
        "Elixir",
    ];

    private static readonly FrozenDictionary<string, string> LanguageByExtension = new Dictionary<string, string>(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["ts"] = "TypeScript",
        ["tsx"] = "TypeScript",
        ["mts"] = "TypeScript",
        ["js"] = "JavaScript",
        ["jsx"] = "JavaScript",
        ["mjs"] = "JavaScript",
        ["cjs"] = "JavaScript",
        ["py"] = "Python",
        ["rb"] = "Ruby",
        ["rake"] = "Ruby",
        ["erb"] = "Ruby",
        ["go"] = "Go",
        ["rs"] = "Rust",
        ["java"] = "Java",
        ["kt"] = "Kotlin",
        ["kts"] = "Kotlin",
        ["swift"] = "Swift",
        ["cs"] = "C#",
        ["php"] = "PHP",
        ["cpp"] = "C++",
        ["cc"] = "C++",
        ["hpp"] = "C++",
        ["dart"] = "Dart",
        ["sql"] = "SQL",
        ["css"] = "CSS",
        ["scss"] = "CSS",
        ["less"] = "CSS",
        ["html"] = "HTML",
        ["sh"] = "Shell",
        ["bash"] = "Shell",
        ["vue"] = "Vue",
        ["svelte"] = "Svelte",
        ["yml"] = "YAML",
        ["yaml"] = "YAML",
        ["md"] = "Markdown",
        ["mdx"] = "Markdown",
        ["json"] = "JSON",
        ["tf"] = "HCL",
        ["m"] = "Objective-C",
        ["ex"] = "Elixir",
        ["exs"] = "Elixir",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Languages =
        LanguageByExtension.GetAlternateLookup<ReadOnlySpan<char>>();

    // Part of a path, and what it is evidence of.
    private static readonly (string Part, string Framework)[] FrameworkSigns =
    [
        ("next.config", "Next.js"),
        (".tsx", "React"),
        (".jsx", "React"),
        (".vue", "Vue"),
        (".svelte", "Svelte"),
        ("angular.json", "Angular"),
        ("app/controllers/", "Ruby on Rails"),
        ("app/models/", "Ruby on Rails"),
        ("manage.py", "Django"),
        ("prisma/", "Prisma"),
        ("tailwind.config", "Tailwind CSS"),
        ("playwright", "Playwright"),
        ("jest.config", "Jest"),
        ("vitest.config", "Vitest"),
        (".cy.ts", "Cypress"),
        ("_spec.rb", "RSpec"),
        ("pubspec.yaml", "Flutter"),
        ("eas.json", "Expo"),
        ("build.gradle", "Gradle"),
        ("dockerfile", "Docker"),
        (".github/workflows/", "GitHub Actions"),
        (".csproj", ".NET"),
        (".razor", "Blazor"),
    ];

    private readonly int[] _languages = new int[LanguageNames.Length];
    private readonly bool[] _frameworks = new bool[FrameworkSigns.Length];

    public int Count { get; private set; }
    public int Tests { get; private set; }
    public int Docs { get; private set; }
    public int Workflows { get; private set; }
    public bool Backend { get; private set; }
    public bool Frontend { get; private set; }
    public bool Devops { get; private set; }
    public bool Mobile { get; private set; }
    public bool Data { get; private set; }

    /// <summary>Paths under which a mistake is dear: money, access, data.</summary>
    public bool Sensitive { get; private set; }

    /// <summary>First path segment of the first file, such as <c>apps</c>; empty when there is none.</summary>
    public string Area { get; private set; } = "";

    /// <summary>Reads a list of files in any layout: every word that is a path with a known ending counts once.</summary>
    public void Read(ReadOnlySpan<char> files)
    {
        Array.Clear(_languages);
        Array.Clear(_frameworks);
        Count = Tests = Docs = Workflows = 0;
        Backend = Frontend = Devops = Mobile = Data = Sensitive = false;
        Area = "";
        var folder = ReadOnlySpan<char>.Empty;
        while (!files.IsEmpty)
        {
            var lineEnd = files.IndexOf('\n');
            var line = lineEnd < 0 ? files : files[..lineEnd];
            files = lineEnd < 0 ? default : files[(lineEnd + 1)..];
            // Files of one folder may be listed, indented, below its name.
            var isIndented = line.Length > 0 && line[0] == ' ';
            folder = isIndented ? folder : default;
            if (!isIndented && line.TrimEnd().EndsWith('/'))
            {
                folder = line.TrimEnd();
            }

            ReadLine(line, folder);
        }
    }

    /// <summary>Languages by number of files, at most five; markup of data and prose only where there is nothing else.</summary>
    public List<string> TopLanguages()
    {
        var found = new List<(string Name, int Files)>();
        for (var i = 0; i < _languages.Length; i++)
        {
            if (_languages[i] > 0)
            {
                found.Add((LanguageNames[i], _languages[i]));
            }
        }

        var code = found.Where(pair => pair.Name is not ("JSON" or "YAML" or "Markdown")).ToList();
        return [.. (code.Count > 0 ? code : found).OrderByDescending(pair => pair.Files).Take(5).Select(pair => pair.Name)];
    }

    public List<string> Frameworks()
    {
        var found = new List<string>();
        for (var i = 0; i < _frameworks.Length && found.Count < 6; i++)
        {
            if (_frameworks[i] && !found.Contains(FrameworkSigns[i].Framework))
            {
                found.Add(FrameworkSigns[i].Framework);
            }
        }

        return found;
    }

    private void ReadLine(ReadOnlySpan<char> line, ReadOnlySpan<char> folder)
    {
        Span<char> joined = stackalloc char[512];
        while (!line.IsEmpty)
        {
            var end = line.IndexOfAny(TokenEnds);
            var token = end < 0 ? line : line[..end];
            line = end < 0 ? default : line[(end + 1)..];
            if (token.Length <= 2)
            {
                continue;
            }

            if (!folder.IsEmpty && folder.Length + token.Length <= joined.Length)
            {
                folder.CopyTo(joined);
                token.CopyTo(joined[folder.Length..]);
                ReadPath(joined[..(folder.Length + token.Length)]);
                continue;
            }

            ReadPath(token);
        }
    }

    private void ReadPath(ReadOnlySpan<char> path)
    {
        // A folder is no file; a number of lines, as in +12, is neither.
        if (path[^1] == '/' || path[^1] == '.')
        {
            return;
        }

        var slash = path.LastIndexOf('/');
        var name = path[(slash + 1)..];
        var dot = name.LastIndexOf('.');
        var isDockerfile = name.StartsWith("Dockerfile", StringComparison.Ordinal);
        string? language = null;
        if (!isDockerfile && (dot < 0 || !Languages.TryGetValue(name[(dot + 1)..], out language)))
        {
            if (slash < 0 || dot < 1 || name.Length - dot > 9)
            {
                return;
            }
        }

        // Without a folder a word such as "v1.ts" may be prose, but a known ending is evidence enough.
        Count++;
        if (Area.Length == 0)
        {
            var first = path.IndexOf('/');
            Area = first is > 0 and < 40 ? path[..first].ToString() : "";
        }

        if (language is not null)
        {
            _languages[Array.IndexOf(LanguageNames, language)]++;
        }

        // Some fifty looks at each path: once in lower case, each is a plain search.
        Span<char> buffer = stackalloc char[LongestPath];
        ReadOnlySpan<char> lower = buffer[..path[..Math.Min(path.Length, LongestPath)].ToLowerInvariant(buffer)];
        for (var i = 0; i < FrameworkSigns.Length; i++)
        {
            if (!_frameworks[i] && lower.Contains(FrameworkSigns[i].Part, StringComparison.Ordinal))
            {
                _frameworks[i] = true;
            }
        }

        var isTest = lower.IndexOfAny(TestSigns) >= 0;
        var isDoc = language == "Markdown" || lower.StartsWith("docs/", StringComparison.Ordinal);
        var isWorkflow = Has(lower, ".github/workflows") || Has(lower, ".circleci") || Has(lower, ".gitlab-ci");
        Tests += isTest ? 1 : 0;
        Docs += isDoc ? 1 : 0;
        Workflows += isWorkflow ? 1 : 0;
        Devops |=
            isWorkflow
            || isDockerfile
            || language is "HCL"
            || Has(lower, "docker-compose")
            || Has(lower, "helm")
            || Has(lower, "terraform");
        Mobile |= language is "Swift" or "Dart" or "Objective-C" || Has(lower, "android/") || Has(lower, "ios/") || language is "Kotlin";
        Data |= language is "SQL" || Has(lower, "migration") || Has(lower, "/etl") || Has(lower, ".ipynb") || Has(lower, "schema.prisma");
        var isFront =
            language is "CSS" or "HTML" or "Vue" or "Svelte"
            || (dot >= 0 && name[dot..] is ".tsx" or ".jsx")
            || Has(lower, "components/")
            || Has(lower, "frontend/");
        Frontend |= isFront;
        Backend |=
            !isFront
            && (
                language is "Python" or "Ruby" or "Go" or "Rust" or "Java" or "C#" or "PHP" or "C++" or "Elixir"
                || (
                    language is "TypeScript" or "JavaScript"
                    && (Has(lower, "api/") || Has(lower, "server") || Has(lower, "lib/") || Has(lower, "packages/"))
                )
            );
        Sensitive |=
            Has(lower, "migration") || Has(lower, "auth") || Has(lower, "billing") || Has(lower, "payment") || Has(lower, "security");
    }

    private static bool Has(ReadOnlySpan<char> path, string part) => path.Contains(part, StringComparison.Ordinal);
}
