using System.Text;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>Writes pull requests of given sizes: prose, lists, code and paths out of a vocabulary of its own. The same seed, the same texts.</summary>
internal sealed class PullRequestGenerator(SizeProfile profile, int seed)
{
    private static readonly string[] Kinds = ["fix", "feat", "docs", "refactor", "test", "chore", "ci"];
    private static readonly string[] Folders = ["src", "app", "packages", "lib", "server", "client", "tests", "docs", "apps", "internal"];
    private static readonly string[] Extensions = ["ts", "tsx", "py", "rb", "go", "cs", "md", "yml", "sql", "css", "json", "kt"];
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Words =
    [
        .. (
            "account adapter after again agent allow already also always amount answer apply archive argument array assert async attach "
            + "availability avoid await backfill balance banner batch because before behaviour billing binding booking boolean border branch "
            + "browser buffer build button cache calendar callback cancel capture card change channel check choose class clean client clock "
            + "close column command commit compare component config confirm connect context control convert cookie copy counter coverage create "
            + "currency current customer dashboard database date debounce decode default delay delete deploy describe dialog directory disable "
            + "display document domain download draft duplicate duration editor email embed empty enable encode endpoint engine ensure entry "
            + "environment error escape event example exception expect expire export expose extension extract factory failure fallback feature "
            + "fetch field filter final finish flag flow folder follow format forward frame frontend function gateway generate global group "
            + "guard handle handler header health helper hidden history host hover icon identify idle ignore image import improve index input "
            + "insert install instance integration interface interval invite invoice issue item iterator join journal keep keyboard label "
            + "language later layout leave length level library limit link listen load locale lock login logger loop lookup mailer manage "
            + "mapping marker match maximum measure member memory merge message method metric middleware migration minimum missing mobile mock "
            + "model module monitor mount navigation nested network notify nullable number object offset older only option order organisation "
            + "origin output override owner package page parameter parent parser partial patch path pattern payment payload pending permission "
            + "pipeline placeholder platform plugin policy poll popup preview previous process profile project promise prompt property provider "
            + "proxy publish query queue quick range rate reader recover redirect reduce reference refresh refund region register release reload "
            + "remove rename render repeat replace report request require reset resize resolve resource response restore result retry return "
            + "review revert role rollback route runner runtime safe sample scale schedule schema scope script scroll search section secret "
            + "select sender sequence serialise server service session setting shared should shorten show sidebar signal simple since single "
            + "size skip slot slow snapshot socket sort source split stable stage start state static status step storage store stream string "
            + "style submit subscribe summary support switch symbol sync table target task team template tenant test theme thread throttle "
            + "ticket timeout timezone title toggle token tooltip trace track transaction transform translate trigger truncate type unique "
            + "unless update upgrade upload usage user validate value variable verify version view visible wait warning watch webhook when "
            + "widget window without worker workflow wrapper write zone"
        ).Split(' '),
    ];

    /// <summary>The pull request at a place, from 0; a later one is newer. Any may be asked for in any order.</summary>
    public PullRequest At(int index)
    {
        var random = new Random(unchecked((seed * 1_000_003) + index));
        var size = profile.Sizes[random.Next(profile.Sizes.Count)];
        var kind = Kinds[random.Next(Kinds.Length)];
        var title = Text(random, $"{kind}: ", size.Title, isProse: false);
        var body = Text(random, "", size.Body, isProse: true);
        var opened = Start.AddMinutes(index);
        return new PullRequest
        {
            Repository = "bench/app",
            Number = index + 1,
            Title = title,
            Body = body,
            Author = new PullRequestAuthor($"dev{random.Next(60)}", Name: null, IsBot: random.Next(25) == 0),
            IsMerged = true,
            Additions = random.Next(1, 900),
            Deletions = random.Next(400),
            ChangedFiles = size.Files,
            CreatedAt = opened,
            MergedAt = opened.AddHours(random.Next(1, 90)),
            ClosedAt = opened.AddHours(90),
            Url = $"https://example.com/bench/app/pull/{index + 1}",
            Files = [.. Enumerable.Range(0, size.Files).Select(_ => File(random))],
            Commits = [new Commit(Sha(random), Text(random, title + "\n\n", size.Message, isProse: true))],
        };
    }

    private static ChangedFile File(Random random)
    {
        var path = new StringBuilder(Folders[random.Next(Folders.Length)]);
        for (var depth = random.Next(1, 4); depth > 0; depth--)
        {
            path.Append('/').Append(Word(random));
        }

        path.Append('/')
            .Append(Word(random))
            .Append('-')
            .Append(Word(random))
            .Append('.')
            .Append(Extensions[random.Next(Extensions.Length)]);
        return new ChangedFile(path.ToString(), random.Next(5) == 0 ? "added" : "modified", random.Next(200), random.Next(80));
    }

    private static string Text(Random random, string beginning, int length, bool isProse)
    {
        var text = new StringBuilder(beginning, length + 40);
        while (text.Length < length)
        {
            switch (isProse ? random.Next(60) : 59)
            {
                case 0:
                    text.Append("\n\n## ");
                    break;
                case 1 or 2 or 3:
                    text.Append("\n- ");
                    break;
                case 4 or 5:
                    text.Append('`').Append(Word(random)).Append('.').Append(Word(random)).Append("()` ");
                    break;
                case 6 or 7 or 8 or 9:
                    text.Append(". ");
                    break;
                case 10:
                    text.Append("\n\n");
                    break;
                case 11:
                    text.Append('#').Append(random.Next(1, 9_999)).Append(' ');
                    break;
                default:
                    text.Append(Word(random)).Append(' ');
                    break;
            }
        }

        text.Length = Math.Max(length, 1);
        return text[0] is ' ' or '\n' ? "A" + text.ToString(1, text.Length - 1) : text.ToString();
    }

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static string Sha(Random random)
    {
        Span<byte> bytes = stackalloc byte[20];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
