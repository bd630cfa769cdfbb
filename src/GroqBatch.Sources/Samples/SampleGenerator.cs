using System.Globalization;
using System.Text;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Summaries;

namespace GroqBatch.Sources.Samples;

/// <summary>A made-up pull request, with the summary that a careful reader would write of it.</summary>
internal sealed record GeneratedPullRequest(PullRequest PullRequest, SummaryDocument Summary);

/// <summary>
/// Makes pull requests that read like ones: types, sizes, people and the share of AI help vary as in a product's ordinary life. The same seed
/// and day always give the same ones.
/// </summary>
internal sealed class SampleGenerator
{
    private const int Days = 1_000;
    private readonly SampleVocabulary _vocabulary;
    private readonly DateTimeOffset _today;
    private readonly Random _random;

    /// <param name="vocabulary">Of the team.</param>
    /// <param name="today">The last of the days they were opened on; its time of day does not count.</param>
    public SampleGenerator(SampleVocabulary vocabulary, DateTimeOffset today)
    {
        _vocabulary = vocabulary;
        _today = new DateTimeOffset(today.UtcDateTime.Date, TimeSpan.Zero);
        _random = new Random(vocabulary.Seed);
    }

    /// <summary>All pull requests of the team, oldest first.</summary>
    public IReadOnlyList<GeneratedPullRequest> Generate()
    {
        var count = _vocabulary.Eligible + _vocabulary.Excluded;
        var excluded = PickExcluded(count);
        var numbers = _vocabulary.Repositories.ToDictionary(repository => repository.Name, _ => 1L);
        var generated = new List<GeneratedPullRequest>(count);
        for (var i = 0; i < count; i++)
        {
            // Teams grow: more of late than in the beginning.
            var created = _today - TimeSpan.FromDays(Days * (1 - Math.Sqrt((i + 0.5) / count)));
            var repository = PickRepository();
            numbers[repository] += _random.Next(1, 4); // issues have numbers too
            generated.Add(Generate(repository, numbers[repository], Second(created), excluded[i]));
        }

        return generated;
    }

    private bool[] PickExcluded(int count)
    {
        var places = Enumerable.Range(0, count).ToArray();
        _random.Shuffle(places);
        var excluded = new bool[count];
        foreach (var place in places.AsSpan(0, _vocabulary.Excluded))
        {
            excluded[place] = true;
        }

        return excluded;
    }

    private GeneratedPullRequest Generate(string repository, long number, DateTimeOffset created, bool isExcluded)
    {
        var area = _vocabulary.Areas[(int)(_vocabulary.Areas.Length * Math.Pow(_random.NextDouble(), 1.4))];
        var type = PickType(area);
        var thing = Pick(area.Things);
        var isBot = type is ChangeType.Chore && _random.NextDouble() < 0.5;
        var author = isBot ? Pick(SampleVocabulary.Bots) : Pick(SampleVocabulary.People);
        var tool = !isBot && _random.NextDouble() < 0.28 ? Pick(SampleVocabulary.Tools) : default((string Tool, string Trailer)?);
        var deed = Deed(type, area, thing);
        var files = Files(area, type, thing);
        var reviews = Reviews(author, isBot);
        var (additions, deletions) = (files.Sum(file => file.Additions), files.Sum(file => file.Deletions));
        var saysSo = tool is not null && _random.NextDouble() < 0.4;
        var pullRequest = new PullRequest
        {
            Repository = repository,
            Number = number,
            Title = $"{Prefix(type)}: {deed.Title}",
            Body =
                isExcluded ? (_random.Next(3) == 0 ? "\r\n" : "")
                : isBot ? BotBody(thing)
                : Body(type, area, thing, deed, saysSo ? tool!.Value.Tool : null),
            Author = new PullRequestAuthor(author, null, isBot),
            IsMerged = true,
            Labels = Labels(type, area),
            Additions = additions,
            Deletions = deletions,
            ChangedFiles = files.Count,
            CreatedAt = created,
            MergedAt = Second(created + TimeSpan.FromHours(0.2 + 60 * Math.Pow(_random.NextDouble(), 3))),
            Url = $"https://code.example/{repository}/pull/{number.ToString(CultureInfo.InvariantCulture)}",
            Files = files,
            Commits = Commits(type, deed, tool is { } used && !saysSo ? used.Trailer : null),
            Reviews = reviews,
            Comments = Comments(thing, isBot),
        };
        pullRequest = pullRequest with { ClosedAt = pullRequest.MergedAt };
        return new GeneratedPullRequest(pullRequest, Summarise(pullRequest, area, type, deed, tool?.Tool));
    }

    private SummaryDocument Summarise(
        PullRequest pullRequest,
        SampleArea area,
        ChangeType type,
        (string Title, string Sentence, string Why) deed,
        string? tool
    )
    {
        var lines = pullRequest.Additions + pullRequest.Deletions;
        var isTested = pullRequest.Files.Any(file => file.Path.Contains("test", StringComparison.Ordinal));
        var asked = pullRequest.Reviews.Count(review => review.State is "CHANGES_REQUESTED");
        var insights = new List<string>();
        if (type is ChangeType.Feature or ChangeType.Bugfix && !isTested)
        {
            insights.Add("No test was changed with it.");
        }

        if (asked > 0)
        {
            insights.Add(asked == 1 ? "A reviewer asked for changes before it was merged." : "Reviewers asked for changes more than once.");
        }

        return new SummaryDocument(
            new AiAssistance(
                tool is not null,
                tool is null ? [] : [tool],
                tool is null ? AiUsageType.None
                    : _random.Next(3) == 0 ? AiUsageType.Authored
                    : AiUsageType.Assisted,
                tool is null ? 0.9 : 0.95
            ),
            new Technology([area.Language], area.Frameworks, [area.Category]),
            new Synopsis(Sentence(deed.Title), $"{deed.Sentence} {deed.Why}", type),
            new Health(
                asked switch
                {
                    0 => Level.Low,
                    1 => Level.Medium,
                    _ => Level.High,
                },
                lines switch
                {
                    < 50 => ChangeScope.Small,
                    < 300 => ChangeScope.Medium,
                    < 1_000 => ChangeScope.Large,
                    _ => ChangeScope.Xlarge,
                },
                type is ChangeType.Docs or ChangeType.Test or ChangeType.Ci or ChangeType.Chore ? Level.Low : area.Risk,
                insights
            )
        );
    }

    private string PickRepository()
    {
        var at = _random.NextDouble();
        foreach (var (name, share) in _vocabulary.Repositories)
        {
            at -= share;
            if (at < 0)
            {
                return name;
            }
        }

        return _vocabulary.Repositories[0].Name;
    }

    private ChangeType PickType(SampleArea area) =>
        area.Category is TechnologyCategory.Devops
            ? ChangeType.Ci
            : _random.NextDouble() switch
            {
                < 0.32 => ChangeType.Feature,
                < 0.66 => ChangeType.Bugfix,
                < 0.78 => ChangeType.Refactor,
                < 0.84 => ChangeType.Test,
                < 0.9 => ChangeType.Docs,
                _ => ChangeType.Chore,
            };

    private static string Prefix(ChangeType type) =>
        type switch
        {
            ChangeType.Feature => "feat",
            ChangeType.Bugfix => "fix",
            ChangeType.Refactor => "refactor",
            ChangeType.Docs => "docs",
            ChangeType.Test => "test",
            ChangeType.Chore => "chore",
            _ => "ci",
        };

    /// <summary>What was done, as a title, as a sentence, and why.</summary>
    private (string Title, string Sentence, string Why) Deed(ChangeType type, SampleArea area, string thing) =>
        type switch
        {
            ChangeType.Feature => Pick([
                (
                    $"let people change the {thing} of the {area.Name}",
                    $"The {thing} of the {area.Name} can be changed by the people who use it.",
                    "Until now it took a request to support."
                ),
                (
                    $"remember the {thing} in the {area.Name}",
                    $"The {area.Name} keeps the {thing} between visits.",
                    "People had to set it again each time."
                ),
                (
                    $"show the {thing} where it is needed in the {area.Name}",
                    $"The {thing} is shown next to what it belongs to in the {area.Name}.",
                    "In interviews most people had not found it."
                ),
                (
                    $"add an API for the {thing} of the {area.Name}",
                    $"The {thing} of the {area.Name} can be read and set through the API.",
                    "Three integrations have asked for it."
                ),
            ]),
            ChangeType.Bugfix => Pick([
                (
                    $"keep the {thing} when the {area.Name} is reloaded",
                    $"The {thing} is no longer lost when the {area.Name} is reloaded.",
                    "It was only ever kept in memory."
                ),
                (
                    $"handle an empty {thing} in the {area.Name}",
                    $"An empty {thing} no longer breaks the {area.Name}.",
                    "The error tracker had seen it some forty times a day."
                ),
                (
                    $"stop the {area.Name} from using a stale {thing}",
                    $"The {area.Name} reads the {thing} again after it has changed.",
                    "A cache outlived the change that should have cleared it."
                ),
                (
                    $"count the {thing} once in the {area.Name}",
                    $"The {thing} is counted once where the {area.Name} counted it twice.",
                    "Two listeners were attached to the same event."
                ),
            ]),
            ChangeType.Refactor => Pick([
                (
                    $"move the {thing} out of the {area.Name} controller",
                    $"The code of the {thing} has a module of its own in the {area.Name}.",
                    "Nothing changes for those who use it."
                ),
                (
                    $"replace flags by a type for the {thing} in the {area.Name}",
                    $"The {thing} of the {area.Name} is described by one type instead of four flags.",
                    "Two of their sixteen combinations were possible at all."
                ),
            ]),
            ChangeType.Docs => (
                $"explain the {thing} of the {area.Name}",
                $"The guide explains how the {thing} of the {area.Name} works.",
                "It was the most frequent question of new colleagues."
            ),
            ChangeType.Test => (
                $"cover the {thing} of the {area.Name}",
                $"Tests cover the {thing} of the {area.Name}, with its edge cases.",
                "A regression in it had gone unnoticed for a week."
            ),
            ChangeType.Chore => (
                $"update what the {thing} of the {area.Name} depends on",
                $"The libraries that the {thing} of the {area.Name} depends on are at their newest minor versions.",
                "No code had to change."
            ),
            _ => ($"speed up the {thing}", $"The {thing} of the pipeline takes less time.", "It was the longest step of most builds."),
        };

    private string Body(ChangeType type, SampleArea area, string thing, (string Title, string Sentence, string Why) deed, string? tool)
    {
        var body = new StringBuilder();
        if (_random.Next(3) > 0)
        {
            body.Append("## What\n\n");
        }

        body.Append(deed.Sentence).Append(' ').Append(deed.Why).Append('\n');
        if (_random.Next(2) == 0)
        {
            body.Append(
                Pick([
                    $"\n## How\n\n- the {thing} is read in one place\n- callers get it passed in\n- the old path stays behind a switch for a release\n",
                    $"\nThe old behaviour is kept for those who rely on it: the setting of the {area.Name} decides.\n",
                    $"\nI first tried to solve it in `{area.Folder}` alone, but the {thing} is used in two more places than I knew.\n",
                ])
            );
        }

        if (type is ChangeType.Feature or ChangeType.Bugfix && _random.Next(3) > 0)
        {
            body.Append(
                Pick([
                    $"\n## How to test\n\n1. open the {area.Name}\n2. change the {thing}\n3. reload: it is still what you set\n",
                    $"\nTested by hand on a copy of last week's data and with the new unit tests.\n",
                    $"\nSteps to reproduce are in the ticket; with this branch the {thing} behaves.\n",
                ])
            );
        }

        if (_random.Next(5) == 0)
        {
            body.Append($"\nNot part of this: the {Pick(area.Things)}, which has the same problem and gets its own change.\n");
        }

        if (tool is not null)
        {
            body.Append($"\nMost of this was written with {tool}; I have read and tested every line.\n");
        }
        else if (_random.Next(25) == 0)
        {
            body.Append("\nNo AI was used for this change.\n");
        }

        if (_random.Next(3) == 0)
        {
            body.Append($"\nFixes #{_random.Next(10, 9_000).ToString(CultureInfo.InvariantCulture)}\n");
        }

        return body.ToString();
    }

    private string BotBody(string thing) =>
        $"| package | from | to |\n| --- | --- | --- |\n| {thing.Replace(' ', '-')} | 2.{_random.Next(0, 9)}.0 | 2.{_random.Next(9, 14)}.1 |\n\nThis change was opened automatically.\n";

    private List<ChangedFile> Files(SampleArea area, ChangeType type, string thing)
    {
        var slug = thing.Replace(' ', '-');
        var files = new List<ChangedFile>();
        if (type is ChangeType.Docs)
        {
            files.Add(File($"docs/{slug}.md", 60));
            return files;
        }

        if (type is not ChangeType.Test)
        {
            // Most changes are small, a few are very large.
            var count = 1 + (int)(14 * Math.Pow(_random.NextDouble(), 4));
            for (var i = 0; i < count; i++)
            {
                var name = i == 0 ? slug : Pick(area.Things).Replace(' ', '-') + (i < 3 ? "" : $"-{i}");
                if (files.TrueForAll(file => file.Path != $"{area.Folder}/{name}{area.Extension}"))
                {
                    files.Add(File($"{area.Folder}/{name}{area.Extension}", 90));
                }
            }
        }

        if (type is ChangeType.Test || (type is not ChangeType.Ci and not ChangeType.Chore && _random.Next(2) == 0))
        {
            files.Add(File($"{area.Folder}/tests/{slug}.test{area.Extension}", 120));
        }

        return files;
    }

    private ChangedFile File(string path, int size)
    {
        var isNew = _random.Next(5) == 0;
        var additions = 1 + (int)(size * 4 * Math.Pow(_random.NextDouble(), 3));
        return new ChangedFile(path, isNew ? "added" : "modified", additions, isNew ? 0 : _random.Next(0, additions));
    }

    private List<Commit> Commits(ChangeType type, (string Title, string Sentence, string Why) deed, string? trailer)
    {
        var count = 1 + (int)(5 * Math.Pow(_random.NextDouble(), 2));
        var commits = new List<Commit>(count);
        for (var i = 0; i < count; i++)
        {
            var message =
                i == 0
                    ? $"{Prefix(type)}: {deed.Title}\n\n{deed.Sentence}"
                    : Pick(["Address review", "Name it better", "Fix lint", "Add the missing test", "Merge main", "Say why in a comment"]);

            // One signature is enough, and it is rarely in the first commit.
            commits.Add(new Commit(Sha(), trailer is not null && i == count - 1 ? $"{message}\n\n{trailer}" : message));
        }

        return commits;
    }

    private List<Review> Reviews(string author, bool isBot)
    {
        var reviews = new List<Review>();
        if (isBot)
        {
            return reviews;
        }

        var rounds = _random.NextDouble() switch
        {
            < 0.72 => 0,
            < 0.93 => 1,
            _ => 2,
        };
        for (var i = 0; i < rounds; i++)
        {
            reviews.Add(
                new Review(
                    Reviewer(author),
                    "CHANGES_REQUESTED",
                    Pick([
                        "This needs a test.",
                        "Can we do without the second query?",
                        "I'd rather not change the default here.",
                        "What about time zones?",
                    ])
                )
            );
        }

        if (_random.Next(6) > 0)
        {
            reviews.Add(new Review(Reviewer(author), "APPROVED", Pick(["", "", "Nice.", "Good to go once it is green."])));
        }

        return reviews;
    }

    private List<Comment> Comments(string thing, bool isBot) =>
        isBot || _random.Next(3) > 0
            ? []
            :
            [
                new Comment(
                    Pick(SampleVocabulary.People),
                    Pick([
                        $"How does this look with a very long {thing}?",
                        "Works on my machine and on staging.",
                        "Please mention it in the release notes.",
                    ])
                ),
            ];

    private List<string> Labels(ChangeType type, SampleArea area) =>
        _random.Next(2) == 0 ? [] : [type.ToString().ToLowerInvariant(), area.Name];

    private string Reviewer(string author)
    {
        var reviewer = Pick(SampleVocabulary.People);
        return reviewer == author
            ? SampleVocabulary.People[0] == author
                ? SampleVocabulary.People[1]
                : SampleVocabulary.People[0]
            : reviewer;
    }

    private string Sha()
    {
        Span<byte> bytes = stackalloc byte[20];
        _random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private static string Sentence(string title) => char.ToUpperInvariant(title[0]) + title[1..];

    private static DateTimeOffset Second(DateTimeOffset time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
}
