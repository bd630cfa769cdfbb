using GroqBatch.Core.Summaries;

namespace GroqBatch.Sources.Samples;

/// <summary>A part of a product that sample pull requests are about.</summary>
/// <param name="Name">As titles name it.</param>
/// <param name="Folder">Where its files lie.</param>
/// <param name="Extension">Of its source files.</param>
/// <param name="Language">What that extension shows.</param>
/// <param name="Frameworks">What its files show besides.</param>
/// <param name="Category">Of engineering.</param>
/// <param name="Risk">Of a change to it.</param>
/// <param name="Things">What is changed in it: nouns that follow "the".</param>
internal sealed record SampleArea(
    string Name,
    string Folder,
    string Extension,
    string Language,
    string[] Frameworks,
    TechnologyCategory Category,
    Level Risk,
    string[] Things
);

/// <summary>What the pull requests of one sample team are made of.</summary>
/// <param name="Slug">Of the team.</param>
/// <param name="Name">Of the team.</param>
/// <param name="Seed">Of its generator.</param>
/// <param name="Eligible">Pull requests with a body.</param>
/// <param name="Pending">Those of them without a summary.</param>
/// <param name="Repositories">With the share of pull requests each has.</param>
/// <param name="Areas">More of the first than of the last.</param>
internal sealed record SampleVocabulary(
    string Slug,
    string Name,
    int Seed,
    int Eligible,
    int Pending,
    (string Name, double Share)[] Repositories,
    SampleArea[] Areas
)
{
    // In all teams together, 6,669 of 60,545 pull requests had an empty body when the figures of the sample teams were taken.
    private const int AllPullRequests = 60_545;
    private const int AllExcluded = 6_669;

    /// <summary>Pull requests with an empty body: as many of a hundred as over all teams.</summary>
    public int Excluded => (int)Math.Round((double)Eligible * AllExcluded / (AllPullRequests - AllExcluded));

    public static string[] People { get; } =
    [
        "amara-okoye",
        "bjorn-lund",
        "chiara-m",
        "devraj",
        "elif-kaya",
        "farid-h",
        "greta-w",
        "hiro-tan",
        "ines-duarte",
        "jonas-b",
        "kavya-n",
        "leo-martin",
        "mila-p",
        "noor-s",
        "oskar-j",
        "priya-r",
    ];

    public static string[] Bots { get; } = ["dependency-keeper[bot]", "release-train[bot]"];

    /// <summary>Tools as they sign commits, with the trailer that does.</summary>
    public static (string Tool, string Trailer)[] Tools { get; } =
    [
        ("Claude Code", "Co-authored-by: Claude <claude@assistants.example>"),
        ("Cursor", "Co-authored-by: Cursor Agent <cursor@assistants.example>"),
        ("GitHub Copilot", "Co-authored-by: Copilot <copilot@assistants.example>"),
        ("Devin", "Co-authored-by: Devin <devin@assistants.example>"),
    ];

    public static SampleVocabulary[] Teams { get; } =
    [
        new(
            "sample-calcom",
            "Cal.com (sample)",
            41,
            5_515,
            4_147,
            [("sample-calcom/planner", 0.8), ("sample-calcom/pocket", 0.14), ("sample-calcom/connectors", 0.06)],
            [
                new(
                    "booking page",
                    "apps/web/booking",
                    ".tsx",
                    "TypeScript",
                    ["React", "Next.js"],
                    TechnologyCategory.Frontend,
                    Level.Medium,
                    ["slot picker", "time zone menu", "confirmation step", "guest form", "reschedule link", "price line"]
                ),
                new(
                    "availability",
                    "packages/availability",
                    ".ts",
                    "TypeScript",
                    ["Prisma"],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["buffer rule", "date override", "round-robin order", "busy-time cache", "travel schedule", "slot limit"]
                ),
                new(
                    "calendar sync",
                    "packages/sync",
                    ".ts",
                    "TypeScript",
                    [],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["refresh token", "event mapping", "webhook subscription", "retry queue", "conflict check", "free-busy request"]
                ),
                new(
                    "event types",
                    "apps/web/event-types",
                    ".tsx",
                    "TypeScript",
                    ["React"],
                    TechnologyCategory.Frontend,
                    Level.Low,
                    ["duplicate button", "location field", "duration list", "recurring tab", "hidden flag", "sort order"]
                ),
                new(
                    "payments",
                    "packages/payments",
                    ".ts",
                    "TypeScript",
                    ["Prisma"],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["refund path", "currency table", "deposit amount", "no-show fee", "receipt mail", "checkout session"]
                ),
                new(
                    "mobile app",
                    "apps/pocket/src",
                    ".dart",
                    "Dart",
                    ["Flutter"],
                    TechnologyCategory.Mobile,
                    Level.Medium,
                    ["agenda view", "push notice", "offline banner", "login screen", "share sheet", "swipe action"]
                ),
                new(
                    "pipelines",
                    ".github/workflows",
                    ".yml",
                    "YAML",
                    [],
                    TechnologyCategory.Devops,
                    Level.Low,
                    ["build cache", "preview deploy", "flaky-test report", "release job", "lint step", "nightly run"]
                ),
            ]
        ),
        new(
            "sample-antiwork",
            "Antiwork (sample)",
            42,
            3_935,
            3_083,
            [("sample-antiwork/storefront", 0.66), ("sample-antiwork/ledgerbook", 0.2), ("sample-antiwork/inbox", 0.14)],
            [
                new(
                    "checkout",
                    "app/services/checkout",
                    ".rb",
                    "Ruby",
                    ["Ruby on Rails"],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["tax lookup", "discount code", "payment retry", "gift option", "order summary", "fraud check"]
                ),
                new(
                    "creator dashboard",
                    "app/javascript/dashboard",
                    ".tsx",
                    "TypeScript",
                    ["React"],
                    TechnologyCategory.Frontend,
                    Level.Low,
                    ["sales chart", "audience table", "product editor", "empty state", "filter bar", "export button"]
                ),
                new(
                    "payouts",
                    "app/models/payouts",
                    ".rb",
                    "Ruby",
                    ["Ruby on Rails"],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["minimum amount", "bank check", "schedule", "reversal", "statement", "hold reason"]
                ),
                new(
                    "mailing",
                    "app/mailers",
                    ".rb",
                    "Ruby",
                    ["Ruby on Rails"],
                    TechnologyCategory.Backend,
                    Level.Medium,
                    ["broadcast queue", "unsubscribe link", "bounce handler", "preview", "sender name", "digest"]
                ),
                new(
                    "invoices",
                    "apps/ledgerbook/invoices",
                    ".ts",
                    "TypeScript",
                    ["Next.js"],
                    TechnologyCategory.Backend,
                    Level.Medium,
                    ["approval step", "line items", "equity split", "PDF layout", "due date", "rejection note"]
                ),
                new(
                    "support inbox",
                    "apps/inbox/src",
                    ".tsx",
                    "TypeScript",
                    ["React", "Next.js"],
                    TechnologyCategory.Frontend,
                    Level.Medium,
                    ["reply draft", "thread list", "saved answer", "assignment rule", "search field", "priority badge"]
                ),
                new(
                    "pipelines",
                    ".github/workflows",
                    ".yml",
                    "YAML",
                    [],
                    TechnologyCategory.Devops,
                    Level.Low,
                    ["test split", "image build", "staging deploy", "cache key", "coverage upload", "rollback job"]
                ),
            ]
        ),
        new(
            "sample-posthog",
            "PostHog (sample)",
            43,
            6_159,
            3_045,
            [("sample-posthog/observatory", 0.62), ("sample-posthog/tracker-js", 0.25), ("sample-posthog/ingest", 0.13)],
            [
                new(
                    "insights",
                    "frontend/src/insights",
                    ".tsx",
                    "TypeScript",
                    ["React"],
                    TechnologyCategory.Frontend,
                    Level.Low,
                    ["funnel view", "breakdown menu", "date filter", "retention table", "legend", "share dialog"]
                ),
                new(
                    "query engine",
                    "engine/query",
                    ".py",
                    "Python",
                    ["Django"],
                    TechnologyCategory.Data,
                    Level.High,
                    ["property filter", "join planner", "cohort lookup", "time-out", "result cache", "sampling clause"]
                ),
                new(
                    "event ingestion",
                    "ingest/src",
                    ".rs",
                    "Rust",
                    ["Tokio"],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["batch writer", "deduplication window", "back-pressure limit", "dead-letter queue", "schema check", "offset commit"]
                ),
                new(
                    "tracking library",
                    "packages/tracker/src",
                    ".ts",
                    "TypeScript",
                    [],
                    TechnologyCategory.Frontend,
                    Level.Medium,
                    ["session id", "autocapture rule", "retry buffer", "consent switch", "page-leave event", "cookie name"]
                ),
                new(
                    "feature flags",
                    "engine/flags",
                    ".py",
                    "Python",
                    ["Django"],
                    TechnologyCategory.Backend,
                    Level.High,
                    ["rollout rule", "payload editor", "local evaluation", "override list", "stale-flag notice", "variant split"]
                ),
                new(
                    "warehouse",
                    "engine/warehouse",
                    ".py",
                    "Python",
                    [],
                    TechnologyCategory.Data,
                    Level.Medium,
                    ["sync schedule", "type mapping", "row limit", "source form", "incremental key", "schema refresh"]
                ),
                new(
                    "pipelines",
                    ".github/workflows",
                    ".yml",
                    "YAML",
                    [],
                    TechnologyCategory.Devops,
                    Level.Low,
                    ["container scan", "test matrix", "snapshot check", "deploy gate", "release note job", "cache step"]
                ),
            ]
        ),
    ];
}
