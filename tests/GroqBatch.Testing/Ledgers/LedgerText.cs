using System.Globalization;
using System.Text;

namespace GroqBatch.Testing.Ledgers;

/// <summary>Titles, bodies, files and documents of generated pull requests, cut out of text that is made once.</summary>
internal sealed class LedgerText
{
    private const int PoolLength = 400_000;
    private const int Variants = 400;

    private static readonly string[] Words = (
        "account adapter after agent allow also amount answer archive array async availability backfill balance banner batch billing booking branch "
        + "browser button cache calendar cancel card channel check client clock column commit component config context convert cookie counter "
        + "coverage currency dashboard database date default delay deploy dialog directory display domain draft editor email embed endpoint "
        + "engine entry error event expire export failure fallback feature fetch field filter flag folder format frame frontend gateway global "
        + "group guard handler header health hidden history hover icon import index input insert instance interface invite invoice issue item "
        + "keyboard label layout level library limit link list loader locale login loop mapping marker measure member memory merge message "
        + "metric migration mobile model module monitor navigation network notify number offset option order origin output owner package page "
        + "parser patch path payment pending pipeline policy poll popup preview process profile prompt provider proxy query queue range reader "
        + "redirect refund region release reload rename render replace report request reset resolve response restore result retry revert role"
    ).Split(' ');

    private static readonly string[] Kinds = ["fix", "feat", "docs", "refactor", "test", "chore", "ci"];
    private readonly string _pool;
    private readonly string[] _files = new string[Variants];
    private readonly int[] _fileCounts = new int[Variants];
    private readonly string[] _commits = new string[Variants];
    private readonly string[] _documents = new string[Variants];

    public LedgerText(int seed)
    {
        var random = new Random(seed);
        var pool = new StringBuilder(PoolLength + 64);
        while (pool.Length < PoolLength)
        {
            pool.Append(Word(random))
                .Append(
                    random.Next(40) switch
                    {
                        0 => "\n\n## ",
                        1 or 2 => "\n- ",
                        3 => ". ",
                        4 => " `config.json` ",
                        _ => " ",
                    }
                );
        }

        _pool = pool.ToString();
        for (var at = 0; at < Variants; at++)
        {
            _fileCounts[at] = 1 + (int)(Math.Pow(random.NextDouble(), 3) * 40);
            var files = Enumerable
                .Range(0, _fileCounts[at])
                .Select(_ =>
                    Invariant(
                        $$"""{"path":"src/{{Word(random)}}/{{Word(random)}}-{{Word(random)}}.ts","status":"modified","additions":{{random.Next(200)}},"deletions":{{random.Next(80)}}}"""
                    )
                );
            _files[at] = $"[{string.Join(',', files)}]";
            _commits[at] =
                $$"""[{"sha":"{{random.NextInt64():x16}}","message":"{{Word(random)}} the {{Word(random)}} of a {{Word(random)}}"}]""";
            _documents[at] =
                $$$"""{"ai":{"is_assisted":false,"tools":[],"usage_type":"none","confidence":0.9},"tech":{"languages":["TypeScript"],"frameworks":["React"],"categories":["frontend"]},"summary":{"title":"Change the {{{Word(random)}}} of the {{{Word(random)}}}","description":"{{{Sentence(random, 24)}}}","type":"feature"},"health":{"review_friction":"low","scope":"medium","risk_level":"low","insights":["{{{Sentence(random, 9)}}}"]}}""";
        }
    }

    /// <summary>A title of some 50 characters.</summary>
    public static string Title(Random random) =>
        $"{Kinds[random.Next(Kinds.Length)]}: {Word(random)} {Word(random)} of the {Word(random)} {Word(random)}, not its {Word(random)}";

    /// <summary>A body; most are short and some are long, as real ones are.</summary>
    public string Body(Random random, int mean)
    {
        var length = Math.Clamp((int)(-Math.Log(1 - random.NextDouble()) * mean), 12, 60_000);
        return _pool.Substring(random.Next(PoolLength - length), length);
    }

    /// <summary>Changed files as they are stored, and how many they are.</summary>
    public (string Json, int Count) Files(Random random)
    {
        var at = random.Next(Variants);
        return (_files[at], _fileCounts[at]);
    }

    /// <summary>Commits as they are stored.</summary>
    public string Commits(Random random) => _commits[random.Next(Variants)];

    /// <summary>A summary.</summary>
    public string Document(Random random) => _documents[random.Next(Variants)];

    private static string Sentence(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(random))) + ".";

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
