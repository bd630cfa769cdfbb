using System.Text.Json;
using GroqBatch.Core.Import;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Sources.Import;

/// <summary>
/// Reads a pull request from a line in the shape of GitHub's REST object plus files, commits, reviews and comments, such as
/// <c>{"number":7,"title":"Fix it","user":{"login":"ada"},"base":{"repo":{"full_name":"o/r"}},"files":[{"filename":"a.cs"}]}</c>.
/// What is required, defaulted and ignored is the table in <c>docs/import.md</c>.
/// </summary>
/// <remarks>By hand and not by attributes: a mistake is reported with its path, and most of the object's fields are never looked at.</remarks>
internal ref struct PullRequestLine
{
    private const string ArrayHint = " An array begins here: jq -c '.[]' FILE puts its objects on lines of their own.";
    private static readonly DateTimeOffset Earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset TooLate = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private Utf8JsonReader _json;

    // Where the reader is, for messages only: list[index].field.
    private string? _list;
    private int _index;

    private PullRequestLine(ReadOnlySpan<byte> line) => _json = new Utf8JsonReader(line, isFinalBlock: true, state: default);

    /// <summary>The pull request on a line.</summary>
    /// <param name="line">Valid UTF-8, its escapes storable.</param>
    /// <param name="repository">For a line that names none; null: such a line is refused.</param>
    /// <exception cref="LineException">The line can't be taken.</exception>
    public static PullRequest Parse(ReadOnlySpan<byte> line, string? repository)
    {
        var reader = new PullRequestLine(line);
        try
        {
            var pullRequest = reader.ReadPullRequest(repository);
            if (line[(int)reader._json.BytesConsumed..].ContainsAnyExcept(" \t\r"u8))
            {
                throw new LineException(null, "There is something after the object: expected one JSON object on a line.");
            }

            return pullRequest;
        }
        catch (JsonException invalid)
        {
            // Its own message quotes a character of the text.
            throw new LineException(
                null,
                $"Not valid JSON from byte {(invalid.BytePositionInLine ?? 0) + 1} on: expected one JSON object.{Hint(line)}"
            );
        }
    }

    private static string Hint(ReadOnlySpan<byte> line) => line.TrimStart(" \t"u8) is [(byte)'[', ..] ? ArrayHint : "";

    private PullRequest ReadPullRequest(string? fallbackRepository)
    {
        if (!_json.Read() || _json.TokenType is not JsonTokenType.StartObject)
        {
            throw new LineException(
                null,
                $"Expected one JSON object on a line.{(_json.TokenType is JsonTokenType.StartArray ? ArrayHint : "")}"
            );
        }

        long? number = null;
        string? repository = null;
        string? title = null;
        string? body = null;
        string? state = null;
        string? url = null;
        var author = new PullRequestAuthor("", null, IsBot: false);
        bool? isMerged = null;
        var isDraft = false;
        IReadOnlyList<string> labels = [];
        int? additions = null;
        int? deletions = null;
        int? changedFiles = null;
        DateTimeOffset? createdAt = null;
        DateTimeOffset? mergedAt = null;
        DateTimeOffset? closedAt = null;
        IReadOnlyList<ChangedFile> files = [];
        IReadOnlyList<Commit> commits = [];
        IReadOnlyList<Review> reviews = [];
        IReadOnlyList<Comment> comments = [];

        while (NextProperty())
        {
            if (Is("number"u8))
            {
                number = ReadNumber();
            }
            else if (Is("title"u8))
            {
                title = ReadText("title");
            }
            else if (Is("body"u8))
            {
                body = ReadText("body");
            }
            else if (Is("state"u8))
            {
                state = ReadState();
            }
            else if (Is("merged"u8))
            {
                isMerged = ReadBoolean("merged");
            }
            else if (Is("draft"u8))
            {
                isDraft = ReadBoolean("draft") ?? false;
            }
            else if (Is("html_url"u8))
            {
                url = ReadUrl();
            }
            else if (Is("user"u8))
            {
                author = ReadAuthor();
            }
            else if (Is("base"u8))
            {
                repository = ReadBase();
            }
            else if (Is("labels"u8))
            {
                labels = ReadLabels();
            }
            else if (Is("additions"u8))
            {
                additions = ReadCount("additions");
            }
            else if (Is("deletions"u8))
            {
                deletions = ReadCount("deletions");
            }
            else if (Is("changed_files"u8))
            {
                changedFiles = ReadCount("changed_files");
            }
            else if (Is("created_at"u8))
            {
                createdAt = ReadTime("created_at");
            }
            else if (Is("merged_at"u8))
            {
                mergedAt = ReadTime("merged_at");
            }
            else if (Is("closed_at"u8))
            {
                closedAt = ReadTime("closed_at");
            }
            else if (Is("files"u8))
            {
                files = ReadFiles();
            }
            else if (Is("commits"u8))
            {
                commits = ReadCommits();
            }
            else if (Is("reviews"u8))
            {
                reviews = ReadReviews();
            }
            else if (Is("comments"u8))
            {
                comments = ReadComments();
            }
            else
            {
                SkipValue();
            }
        }

        return new PullRequest
        {
            Number = number ?? throw Refused("number", "missing: expected a whole number from 1"),
            Repository =
                repository
                ?? fallbackRepository
                ?? throw Refused("base.repo.full_name", "missing: expected owner/name, here or for the whole import"),
            Title = title ?? "",
            Body = body ?? "",
            Author = author,
            State = state ?? "closed",
            IsMerged = isMerged ?? mergedAt is not null,
            IsDraft = isDraft,
            Labels = labels,
            Additions = additions ?? Sum(files, static file => file.Additions),
            Deletions = deletions ?? Sum(files, static file => file.Deletions),
            ChangedFiles = changedFiles ?? files.Count,
            CreatedAt = createdAt ?? mergedAt ?? closedAt ?? Earliest,
            MergedAt = mergedAt,
            ClosedAt = closedAt,
            Url = url ?? "",
            Files = files,
            Commits = commits,
            Reviews = reviews,
            Comments = comments,
        };
    }

    private static int Sum(IReadOnlyList<ChangedFile> files, Func<ChangedFile, int> lines) =>
        (int)Math.Min(int.MaxValue, files.Sum(file => (long)lines(file)));

    // Objects

    private PullRequestAuthor ReadAuthor()
    {
        string? login = null;
        string? name = null;
        string? type = null;
        if (EnterObject("user"))
        {
            while (NextProperty())
            {
                if (Is("login"u8))
                {
                    login = ReadText("user.login");
                }
                else if (Is("name"u8))
                {
                    name = ReadText("user.name");
                }
                else if (Is("type"u8))
                {
                    type = ReadText("user.type");
                }
                else
                {
                    SkipValue();
                }
            }
        }

        var isBot = type is "Bot" || (login?.EndsWith("[bot]", StringComparison.Ordinal) ?? false);
        return new PullRequestAuthor(login ?? "", name is "" ? null : name, isBot);
    }

    private string? ReadBase()
    {
        string? repository = null;
        if (EnterObject("base"))
        {
            while (NextProperty())
            {
                if (Is("repo"u8))
                {
                    repository = ReadRepo();
                }
                else
                {
                    SkipValue();
                }
            }
        }

        return repository;
    }

    private string? ReadRepo()
    {
        string? repository = null;
        if (EnterObject("base.repo"))
        {
            while (NextProperty())
            {
                if (!Is("full_name"u8))
                {
                    SkipValue();
                    continue;
                }

                repository = ReadText("base.repo.full_name");
                if (repository is not null && !ImportRequest.IsRepository(repository))
                {
                    throw Refused(
                        "base.repo.full_name",
                        $"expected owner/name without white space, at most {ImportRequest.LongestRepository} characters"
                    );
                }
            }
        }

        return repository;
    }

    /// <summary>The login of <c>{"login":"ada"}</c>; a deleted account is null.</summary>
    private string ReadLogin(string field)
    {
        string? login = null;
        if (EnterObject(field))
        {
            while (NextProperty())
            {
                if (Is("login"u8))
                {
                    login = ReadText(field + ".login");
                }
                else
                {
                    SkipValue();
                }
            }
        }

        return login ?? "";
    }

    // Lists

    private IReadOnlyList<string> ReadLabels()
    {
        if (!EnterList("labels", orNumber: false))
        {
            return [];
        }

        var labels = new List<string>();
        while (NextItem())
        {
            if (_json.TokenType is JsonTokenType.String)
            {
                labels.Add(_json.GetString()!);
                continue;
            }

            ExpectObject("text, or an object with a name");
            string? name = null;
            while (NextProperty())
            {
                if (Is("name"u8))
                {
                    name = ReadText("name");
                }
                else
                {
                    SkipValue();
                }
            }

            labels.Add(name ?? throw Refused("name", "missing: expected text"));
        }

        return labels;
    }

    private IReadOnlyList<ChangedFile> ReadFiles()
    {
        if (!EnterList("files", orNumber: false))
        {
            return [];
        }

        var files = new List<ChangedFile>();
        while (NextItem())
        {
            ExpectObject("an object");
            string? path = null;
            string? previous = null;
            string? status = null;
            int? additions = null;
            int? deletions = null;
            while (NextProperty())
            {
                if (Is("filename"u8))
                {
                    path = ReadText("filename");
                }
                else if (Is("previous_filename"u8))
                {
                    previous = ReadText("previous_filename");
                }
                else if (Is("status"u8))
                {
                    status = ReadText("status");
                }
                else if (Is("additions"u8))
                {
                    additions = ReadCount("additions");
                }
                else if (Is("deletions"u8))
                {
                    deletions = ReadCount("deletions");
                }
                else
                {
                    SkipValue();
                }
            }

            files.Add(
                new ChangedFile(
                    path is { Length: > 0 } ? path : throw Refused("filename", "missing: expected the file's path"),
                    status ?? "modified",
                    additions ?? 0,
                    deletions ?? 0,
                    previous
                )
            );
        }

        return files;
    }

    private IReadOnlyList<Commit> ReadCommits()
    {
        if (!EnterList("commits", orNumber: true))
        {
            return [];
        }

        var commits = new List<Commit>();
        while (NextItem())
        {
            ExpectObject("an object");
            string? sha = null;
            string? message = null;
            string? inner = null; // REST keeps the message in an object of its own
            while (NextProperty())
            {
                if (Is("sha"u8))
                {
                    sha = ReadText("sha");
                }
                else if (Is("message"u8))
                {
                    message = ReadText("message");
                }
                else if (Is("commit"u8))
                {
                    inner = ReadCommitMessage();
                }
                else
                {
                    SkipValue();
                }
            }

            commits.Add(new Commit(sha ?? "", message ?? inner ?? ""));
        }

        return commits;
    }

    private string? ReadCommitMessage()
    {
        string? message = null;
        if (EnterObject("commit"))
        {
            while (NextProperty())
            {
                if (Is("message"u8))
                {
                    message = ReadText("commit.message");
                }
                else
                {
                    SkipValue();
                }
            }
        }

        return message;
    }

    private IReadOnlyList<Review> ReadReviews()
    {
        if (!EnterList("reviews", orNumber: false))
        {
            return [];
        }

        var reviews = new List<Review>();
        while (NextItem())
        {
            ExpectObject("an object");
            var author = "";
            string? state = null;
            string? body = null;
            while (NextProperty())
            {
                if (Is("user"u8))
                {
                    author = ReadLogin("user");
                }
                else if (Is("state"u8))
                {
                    state = ReadText("state");
                }
                else if (Is("body"u8))
                {
                    body = ReadText("body");
                }
                else
                {
                    SkipValue();
                }
            }

            reviews.Add(new Review(author, state ?? "COMMENTED", body ?? ""));
        }

        return reviews;
    }

    private IReadOnlyList<Comment> ReadComments()
    {
        if (!EnterList("comments", orNumber: true))
        {
            return [];
        }

        var comments = new List<Comment>();
        while (NextItem())
        {
            ExpectObject("an object");
            var author = "";
            string? body = null;
            while (NextProperty())
            {
                if (Is("user"u8))
                {
                    author = ReadLogin("user");
                }
                else if (Is("body"u8))
                {
                    body = ReadText("body");
                }
                else
                {
                    SkipValue();
                }
            }

            comments.Add(new Comment(author, body ?? ""));
        }

        return comments;
    }

    // Values

    private long ReadNumber()
    {
        _json.Read();
        return _json.TokenType is JsonTokenType.Number && _json.TryGetInt64(out var number) && number > 0
            ? number
            : throw Refused("number", "expected a whole number from 1 to 9,223,372,036,854,775,807");
    }

    private int? ReadCount(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.Number when _json.TryGetInt32(out var count) && count >= 0 => count,
            _ => throw Refused(field, $"expected a whole number from 0 to {int.MaxValue}"),
        };
    }

    private string? ReadText(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => _json.GetString(),
            _ => throw Refused(field, "expected text"),
        };
    }

    private string? ReadState() =>
        ReadText("state") switch
        {
            null => null,
            "open" => "open",
            "closed" => "closed",
            _ => throw Refused("state", "expected open or closed"),
        };

    /// <summary>It becomes a link: nothing but the web's schemes.</summary>
    private string? ReadUrl() =>
        ReadText("html_url") switch
        {
            null or "" => null,
            { } text when Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" => text,
            _ => throw Refused("html_url", "expected an http or https address"),
        };

    private bool? ReadBoolean(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw Refused(field, "expected true or false"),
        };
    }

    /// <summary>In UTC (a time without offset is taken for UTC), to the microsecond: what the database keeps.</summary>
    private DateTimeOffset? ReadTime(string field)
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.Null)
        {
            return null;
        }

        if (_json.TokenType is not JsonTokenType.String || !TryGetTime(out var time))
        {
            throw Refused(field, "expected a time such as 2026-02-06T14:15:49Z");
        }

        if (time < Earliest || time >= TooLate)
        {
            throw Refused(field, $"expected a time from {Earliest.Year} to {TooLate.Year - 1}");
        }

        return new DateTimeOffset(time.Ticks - time.Ticks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }

    private readonly bool TryGetTime(out DateTimeOffset time)
    {
        // A DateTime of the reader knows whether there was an offset, a DateTimeOffset takes the machine's own where there was none.
        if (_json.TryGetDateTime(out var local) && local.Kind is DateTimeKind.Unspecified)
        {
            time = new DateTimeOffset(local, TimeSpan.Zero);
            return true;
        }

        if (_json.TryGetDateTimeOffset(out time))
        {
            time = time.ToUniversalTime();
            return true;
        }

        return false;
    }

    // Moving

    private readonly bool Is(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name);

    /// <summary>Goes to the next property's name, or past the end of the object.</summary>
    private bool NextProperty()
    {
        _json.Read();
        return _json.TokenType is JsonTokenType.PropertyName;
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    /// <summary>Whether the value is an object, now entered; false when it is null.</summary>
    private bool EnterObject(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.StartObject => true,
            JsonTokenType.Null => false,
            _ => throw Refused(field, "expected an object"),
        };
    }

    /// <summary>Whether the value is a list, now entered; false when it is null, or the number that GitHub's own object has there.</summary>
    private bool EnterList(string field, bool orNumber)
    {
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.StartArray:
                _list = field;
                _index = -1;
                return true;
            case JsonTokenType.Null:
            case JsonTokenType.Number when orNumber:
                return false;
            default:
                throw Refused(field, "expected a list");
        }
    }

    /// <summary>Goes to the next item, or past the end of the list.</summary>
    private bool NextItem()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.EndArray)
        {
            _list = null;
            return false;
        }

        _index++;
        return true;
    }

    private readonly void ExpectObject(string expected)
    {
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            throw Refused(null, $"expected {expected}");
        }
    }

    private readonly LineException Refused(string? field, string reason)
    {
        var path = _list is null ? field : $"{_list}[{_index}]{(field is null ? "" : $".{field}")}";
        return new LineException(path, char.ToUpperInvariant(reason[0]) + reason[1..] + ".");
    }
}
