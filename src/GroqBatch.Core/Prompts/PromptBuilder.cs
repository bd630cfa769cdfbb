using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Prompts;

/// <summary>
/// Writes the user prompt of a pull request: repository, title, author, state, labels, size, files, commit messages, trailers, reviews,
/// comments, body, and lines about AI out of whatever had to be cut. Each part has its own budget; the same pull request always gives the same
/// text. Safe to call from several threads.
/// </summary>
/// <remarks>
/// Text of a pull request stands between <c>&lt;pr-…&gt;</c> delimiters that it can't contain. What a reader on GitHub doesn't see (controls,
/// direction overrides, HTML comments of templates) doesn't reach the model, except comments that name an AI tool: those are footers of it.
/// </remarks>
public sealed class PromptBuilder(ITokenCounter counter, PromptOptions? options = null)
{
    private const int LongestName = 100;
    private const int NameTokens = 40;

    /// <summary>Longer texts are only looked at from both ends; what lies between is searched for lines about AI, as it came.</summary>
    private const int LongestWhole = 96 * 1024;

    private readonly TokenBudget _budget = new(counter);

    /// <summary>The budgets.</summary>
    public PromptOptions Options { get; } = options ?? new();

    /// <summary>The prompt as text.</summary>
    public string Build(PullRequest pullRequest)
    {
        using var buffer = new PromptBuffer();
        Append(buffer, pullRequest);
        return buffer.ToString();
    }

    /// <summary>
    /// Bytes of the prompt in UTF-8: stored with a pull request, so that an estimate over thousands of them sums a column instead of reading
    /// their texts.
    /// </summary>
    public int Measure(PullRequest pullRequest)
    {
        using var buffer = new PromptBuffer();
        Append(buffer, pullRequest);
        return buffer.Utf8Length;
    }

    /// <summary>Appends the prompt to a buffer that the caller reuses.</summary>
    public void Append(PromptBuffer to, PullRequest pullRequest)
    {
        var draft = new Draft();
        try
        {
            to.Append("<pr-data>\nRepository: ");
            AppendBounded(to, pullRequest.Repository);
            to.Append("\nTitle: ");
            AppendCut(to, pullRequest.Title, Options.TitleTokens, headShare: 0.8, isLine: true, ref draft);
            AppendAuthor(to, pullRequest.Author);
            AppendState(to, pullRequest);
            AppendLabels(to, pullRequest.Labels);
            AppendReviewStates(to, pullRequest.Reviews);
            AppendFiles(to, pullRequest, ref draft);
            AppendCommits(to, pullRequest, ref draft);
            AppendReviews(to, pullRequest.Reviews, ref draft);
            AppendComments(to, pullRequest.Comments, ref draft);
            AppendBody(to, pullRequest.Body, ref draft);
            AppendSignals(to, ref draft);
            to.Append("\n</pr-data>\nAnswer with the JSON document about this pull request.");
        }
        finally
        {
            draft.Dispose();
        }
    }

    /// <summary>A name inside a section, which has a budget of its own.</summary>
    private static void AppendName(PromptBuffer to, ReadOnlySpan<char> name) =>
        PromptText.Append(to, name[..PromptText.Floor(name, Math.Min(name.Length, LongestName))], isLine: true);

    /// <summary>A name in the frame.</summary>
    private void AppendBounded(PromptBuffer to, ReadOnlySpan<char> name)
    {
        var start = to.Length;
        AppendName(to, name);
        if (!_budget.Fits(to.Text[start..], NameTokens))
        {
            _budget.CutEnd(to, start, NameTokens);
        }
    }

    private void AppendAuthor(PromptBuffer to, PullRequestAuthor author)
    {
        to.Append("\nAuthor: ");
        AppendBounded(to, author.Login.Length > 0 ? author.Login : author.Name ?? "unknown");
        if (
            author.Name is { Length: > 0 } name
            && author.Login.Length > 0
            && !name.Equals(author.Login, StringComparison.OrdinalIgnoreCase)
        )
        {
            to.Append(", ");
            AppendBounded(to, name);
        }

        to.Append(author.IsBot ? " (bot account)" : "");
    }

    private static void AppendState(PromptBuffer to, PullRequest pullRequest)
    {
        to.Append("\nState: ")
            .Append(
                pullRequest.IsMerged ? "merged"
                : pullRequest.State is "open" ? "open"
                : "closed"
            );
        to.Append(pullRequest.IsDraft ? ", draft" : "");
        to.Append("\nSize: +").AppendNumber(pullRequest.Additions).Append(" -").AppendNumber(pullRequest.Deletions).Append(" lines, ");
        to.AppendCount(Math.Max(pullRequest.ChangedFiles, pullRequest.Files.Count)).Append(" files, ");
        to.AppendCount(pullRequest.Commits.Count).Append(" commits, ").AppendCount(pullRequest.Comments.Count).Append(" comments");
    }

    /// <summary>How often each state was given, whatever is cut below: friction shows there.</summary>
    private static void AppendReviewStates(PromptBuffer to, IReadOnlyList<Review> reviews)
    {
        to.Append("\nReviews:");
        if (reviews.Count == 0)
        {
            to.Append(" none");
        }

        ReadOnlySpan<string> states = ["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"];
        foreach (var state in states)
        {
            var count = 0;
            for (var i = 0; i < reviews.Count; i++)
            {
                count += reviews[i].State.Equals(state, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            }

            if (count > 0)
            {
                to.Append(" ").AppendNumber(count).Append(" ").Append(state);
            }
        }
    }

    private void AppendLabels(PromptBuffer to, IReadOnlyList<string> labels)
    {
        if (labels.Count == 0)
        {
            return;
        }

        const int MarkTokens = 8;
        to.Append("\nLabels: ");
        var start = to.Length;
        var written = 0;
        // One that speaks of AI goes first: a cut takes from the end.
        foreach (
            var label in labels.OrderBy(static label => AiSignals.IsIn(label) ? 0 : 1).ThenBy(static label => label, StringComparer.Ordinal)
        )
        {
            var before = to.Length;
            to.Append(written == 0 ? "" : ", ");
            AppendName(to, label);
            if (!_budget.Fits(to.Text[start..], Options.LabelTokens - MarkTokens))
            {
                to.Truncate(before);
                to.Append(written == 0 ? "" : " ");
                PromptText.AppendMark(to, labels.Count - written, "labels");
                return;
            }

            written++;
        }
    }

    private void AppendFiles(PromptBuffer to, PullRequest pullRequest, ref Draft draft)
    {
        if (pullRequest.Files.Count == 0)
        {
            draft.Unused += Options.FileTokens;
            return;
        }

        var section = Open(to, "files");
        if (pullRequest.ChangedFiles > pullRequest.Files.Count)
        {
            to.Append("The first ")
                .AppendCount(pullRequest.Files.Count)
                .Append(" of ")
                .AppendCount(pullRequest.ChangedFiles)
                .Append(" files\n");
        }

        var start = to.Length;
        FileList.Append(to, pullRequest.Files, Options.FileTokens, _budget);
        draft.Unused += TokenBudget.SurelyLeft(to.Text[start..], Options.FileTokens);
        Close(to, section, "files");
    }

    private void AppendCommits(PromptBuffer to, PullRequest pullRequest, ref Draft draft)
    {
        if (pullRequest.Commits.Count == 0)
        {
            draft.Unused += Options.CommitTokens + Options.TrailerTokens;
            return;
        }

        var section = Open(to, "commits");
        var start = to.Length;
        var trailers = default(TrailerList);
        var hasCutWords = false;
        var isOver = false;
        foreach (var commit in pullRequest.Commits)
        {
            hasCutWords |= AppendCommit(to, commit.Message, pullRequest, withBody: !isOver, ref trailers);
            // A token has at least one byte and at most some ten characters: this is over, whatever the count says.
            isOver |= to.Length - start > Options.CommitTokens * 10L;
        }

        if (isOver || !_budget.Fits(to.Text[start..], Options.CommitTokens))
        {
            // The subjects alone say what was done; the bodies are searched for evidence.
            to.Truncate(start);
            foreach (var commit in pullRequest.Commits)
            {
                AppendCommit(to, commit.Message, pullRequest, withBody: false, ref trailers);
                AiSignals.Collect(commit.Message, draft.Signals);
            }

            if (!_budget.Fits(to.Text[start..], Options.CommitTokens))
            {
                _budget.CutMiddle(to, start, Options.CommitTokens, headShare: 0.6, draft.Signals);
            }
        }
        else if (hasCutWords)
        {
            foreach (var commit in pullRequest.Commits)
            {
                AiSignals.Collect(commit.Message, draft.Signals);
            }
        }

        draft.Unused += TokenBudget.SurelyLeft(to.Text[start..], Options.CommitTokens);
        Close(to, section, "commits");
        AppendTrailers(to, trailers.Lines, ref draft);
    }

    /// <summary>One commit, without its trailers and without what title and body say already, as squash commits do.</summary>
    private static bool AppendCommit(
        PromptBuffer to,
        ReadOnlySpan<char> message,
        PullRequest pullRequest,
        bool withBody,
        ref TrailerList trailers
    )
    {
        message = message.Trim();
        var subjectEnd = message.IndexOf('\n');
        var subject = (subjectEnd < 0 ? message : message[..subjectEnd]).TrimEnd();
        var rest = subjectEnd < 0 ? default : message[subjectEnd..];
        trailers.Collect(rest);

        var start = to.Length;
        to.Append("- ");
        var hasCutWords = false;
        var isNew = !IsSaidBy(pullRequest, subject);
        if (isNew)
        {
            if (Trailers.IsTrailer(subject))
            {
                trailers.Collect(subject);
            }

            hasCutWords = PromptText.Append(to, subject, isLine: true);
        }

        if (withBody)
        {
            var body = pullRequest.Body.AsSpan().Trim();
            var said = body.Length > 0 ? rest.IndexOf(body) : -1;
            if (said > 0 && rest[said - 1] == '\n' && (said + body.Length == rest.Length || rest[said + body.Length] is '\n' or '\r'))
            {
                hasCutWords |= AppendWithoutTrailers(to, rest[..said], ref isNew);
                rest = rest[(said + body.Length)..];
            }

            if (!rest.IsWhiteSpace() && !(body.Length > 0 && body.Contains(rest.Trim(), StringComparison.Ordinal)))
            {
                hasCutWords |= AppendWithoutTrailers(to, rest, ref isNew);
            }
        }

        if (isNew)
        {
            to.Append('\n');
        }
        else
        {
            to.Truncate(start);
        }

        return hasCutWords;
    }

    private static bool IsSaidBy(PullRequest pullRequest, ReadOnlySpan<char> subject)
    {
        if (subject.IsEmpty)
        {
            return true;
        }

        // GitHub puts the number behind the title of a squash commit.
        var title = pullRequest.Title.AsSpan().Trim();
        return subject.StartsWith(title, StringComparison.Ordinal)
            && (
                subject.Length == title.Length || (subject[title.Length..].TrimStart() is ['(', '#', .., ')'] number && number.Length < 14)
            );
    }

    private static bool AppendWithoutTrailers(PromptBuffer to, ReadOnlySpan<char> text, ref bool isNew)
    {
        var hasCutWords = false;
        foreach (var line in text.EnumerateLines())
        {
            var trimmed = line.Trim();
            // GitHub separates the trailers of a squash commit by a line of dashes.
            if (trimmed.IsEmpty || Trailers.IsTrailer(trimmed) || trimmed.IndexOfAnyExcept('-') < 0)
            {
                continue;
            }

            to.Append("\n  ");
            hasCutWords |= PromptText.Append(to, trimmed, isLine: true);
            isNew = true;
        }

        return hasCutWords;
    }

    private void AppendTrailers(PromptBuffer to, List<string>? lines, ref Draft draft)
    {
        if (lines is null)
        {
            draft.Unused += Options.TrailerTokens;
            return;
        }

        var section = Open(to, "trailers");
        var start = to.Length;
        foreach (var line in lines)
        {
            PromptText.Append(to, line, isLine: true);
            to.Append('\n');
        }

        if (!_budget.Fits(to.Text[start..], Options.TrailerTokens))
        {
            // Those of tools first: they decide, names of people do not.
            to.Truncate(start);
            AppendLines(
                to,
                lines.OrderBy(static line =>
                    AiSignals.NamesTool(line) ? 0
                    : AiSignals.IsIn(line) ? 1
                    : 2
                ),
                lines.Count,
                Options.TrailerTokens
            );
        }

        draft.Unused += TokenBudget.SurelyLeft(to.Text[start..], Options.TrailerTokens);
        Close(to, section, "trailers");
    }

    private void AppendReviews(PromptBuffer to, IReadOnlyList<Review> reviews, ref Draft draft)
    {
        if (reviews.Count == 0)
        {
            draft.Unused += Options.ReviewTokens;
            return;
        }

        var section = Open(to, "reviews");
        AppendRemarks(
            to,
            reviews.Count,
            reviews,
            static (list, i) => (list[i].Author, list[i].State, list[i].Body),
            Options.ReviewTokens,
            ref draft
        );
        draft.Unused += TokenBudget.SurelyLeft(to.Text[section.Start..], Options.ReviewTokens);
        Close(to, section, "reviews");
    }

    private void AppendComments(PromptBuffer to, IReadOnlyList<Comment> comments, ref Draft draft)
    {
        if (comments.Count == 0)
        {
            draft.Unused += Options.CommentTokens;
            return;
        }

        var section = Open(to, "comments");
        AppendRemarks(
            to,
            comments.Count,
            comments,
            static (list, i) => (list[i].Author, "", list[i].Body),
            Options.CommentTokens,
            ref draft
        );
        draft.Unused += TokenBudget.SurelyLeft(to.Text[section.Start..], Options.CommentTokens);
        Close(to, section, "comments");
    }

    /// <summary>What people said, whole if it fits; else the beginning of each, and of many the first and the last.</summary>
    private void AppendRemarks<TList>(
        PromptBuffer to,
        int count,
        TList list,
        Func<TList, int, (string Author, string State, string Body)> read,
        int budget,
        ref Draft draft
    )
    {
        var start = to.Length;
        var hasCutWords = false;
        var isOver = false;
        for (var i = 0; i < count && !isOver; i++)
        {
            var (author, state, body) = read(list, i);
            isOver = body.Length > budget * 20L;
            if (!isOver)
            {
                hasCutWords |= AppendRemark(to, author, state, body, cut: 0);
                isOver = to.Length - start > budget * 10L;
            }
        }

        if (!isOver && _budget.Fits(to.Text[start..], budget))
        {
            if (hasCutWords)
            {
                CollectAll(ref draft);
            }

            return;
        }

        const int ShortestRemark = 80;
        const int CharactersPerToken = 3;
        to.Truncate(start);
        CollectAll(ref draft);
        var room = Math.Max(ShortestRemark, budget * CharactersPerToken / count);
        for (var i = 0; i < count; i++)
        {
            var (author, state, body) = read(list, i);
            var kept = body.Length <= room + ShortestRemark ? body.Length : PromptText.Floor(body, room);
            AppendRemark(to, author, state, body.AsSpan(0, kept), body.Length - kept);
        }

        if (!_budget.Fits(to.Text[start..], budget))
        {
            _budget.CutMiddle(to, start, budget, headShare: 0.6, draft.Signals);
        }

        void CollectAll(ref Draft draft)
        {
            for (var i = 0; i < count; i++)
            {
                AiSignals.Collect(read(list, i).Body, draft.Signals);
            }
        }
    }

    private static bool AppendRemark(PromptBuffer to, string author, string state, ReadOnlySpan<char> body, int cut)
    {
        if (body.IsWhiteSpace())
        {
            return false;
        }

        to.Append('@');
        AppendName(to, author.Length > 0 ? author : "unknown");
        if (state.Length > 0)
        {
            to.Append(' ');
            AppendName(to, state);
        }

        to.Append(": ");
        var hasCutWords = PromptText.Append(to, body);
        if (cut > 0)
        {
            to.Append(' ');
            PromptText.AppendMark(to, cut, "characters");
        }

        to.Append('\n');
        return hasCutWords;
    }

    private void AppendBody(PromptBuffer to, string body, ref Draft draft)
    {
        if (string.IsNullOrWhiteSpace(body))
        {
            return;
        }

        var section = Open(to, "body");
        AppendCut(to, body, Options.BodyTokens + draft.Unused, headShare: 0.65, isLine: false, ref draft);
        Close(to, section, "body");
    }

    /// <summary>A text, cut to its budget, with the evidence of what was cut collected.</summary>
    private void AppendCut(PromptBuffer to, string text, int budget, double headShare, bool isLine, ref Draft draft)
    {
        var start = to.Length;
        if (text.Length <= LongestWhole)
        {
            var hasCutWords = PromptText.Append(to, text, isLine);
            if (hasCutWords)
            {
                AiSignals.Collect(text, draft.Signals);
            }

            if (!_budget.Fits(to.Text[start..], budget))
            {
                _budget.CutMiddle(to, start, budget, headShare, draft.Signals);
            }

            return;
        }

        var headEnd = PromptText.Floor(text, LongestWhole / 2);
        var tailStart = PromptText.Floor(text, text.Length - (LongestWhole / 2));
        AiSignals.Collect(text, draft.Signals);
        PromptText.Append(to, text.AsSpan(0, headEnd), isLine);
        to.Append(isLine ? ' ' : '\n');
        var seam = new CutSeam(to.Length - start, tailStart - headEnd);
        PromptText.AppendMark(to, seam.Cut, "characters");
        to.Append(isLine ? ' ' : '\n');
        PromptText.Append(to, text.AsSpan(tailStart), isLine);
        if (!_budget.Fits(to.Text[start..], budget))
        {
            _budget.CutMiddle(to, start, budget, headShare, draft.Signals, seam);
        }
    }

    private void AppendSignals(PromptBuffer to, ref Draft draft)
    {
        if (!draft.HasSignals)
        {
            return;
        }

        var lines = new List<string>();
        foreach (var line in draft.Signals.MostTellingFirst())
        {
            if (!to.Text.Contains(line, StringComparison.OrdinalIgnoreCase))
            {
                lines.Add(line);
            }
        }

        if (lines.Count == 0)
        {
            return;
        }

        var section = Open(to, "cut-ai-lines");
        AppendLines(to, lines, lines.Count, Options.SignalTokens);
        Close(to, section, "cut-ai-lines");
    }

    /// <summary>As many lines as fit, and a mark for those that don't.</summary>
    private void AppendLines(PromptBuffer to, IEnumerable<string> lines, int count, int budget)
    {
        const int MarkTokens = 12;
        var start = to.Length;
        var written = 0;
        foreach (var line in lines)
        {
            var before = to.Length;
            PromptText.Append(to, line, isLine: true);
            to.Append('\n');
            if (!_budget.Fits(to.Text[start..], budget - MarkTokens))
            {
                to.Truncate(before);
                PromptText.AppendMark(to, count - written, "lines");
                return;
            }

            written++;
        }
    }

    /// <summary>Begins a section; the result goes to <see cref="Close"/>.</summary>
    private static (int Before, int Start) Open(PromptBuffer to, ReadOnlySpan<char> name)
    {
        var before = to.Length;
        to.Append("\n<pr-").Append(name).Append(">\n");
        return (before, to.Length);
    }

    /// <summary>Ends a section without a blank line before its delimiter; one that stayed empty leaves nothing behind.</summary>
    private static void Close(PromptBuffer to, (int Before, int Start) section, ReadOnlySpan<char> name)
    {
        var content = to.Text[section.Start..].TrimEnd('\n').Length;
        if (content == 0)
        {
            to.Truncate(section.Before);
            return;
        }

        to.Truncate(section.Start + content);
        to.Append("\n</pr-").Append(name).Append(">");
    }

    /// <summary>Trailers as they come, each once however it is capitalised.</summary>
    private ref struct TrailerList
    {
        private HashSet<string>? _seen;

        public List<string>? Lines { get; private set; }

        public void Collect(ReadOnlySpan<char> text)
        {
            if (!text.Contains('-'))
            {
                return;
            }

            foreach (var line in text.EnumerateLines())
            {
                var trimmed = line.Trim();
                if (!Trailers.IsTrailer(trimmed))
                {
                    continue;
                }

                Lines ??= [];
                _seen ??= new(StringComparer.OrdinalIgnoreCase);
                if (_seen.GetAlternateLookup<ReadOnlySpan<char>>().Add(trimmed))
                {
                    Lines.Add(trimmed.ToString());
                }
            }
        }
    }

    /// <summary>What is known while one prompt is written.</summary>
    private ref struct Draft
    {
        private SignalLines? _signals;

        public readonly bool HasSignals => _signals is not null;

        /// <summary>Made when the first text is cut: most pull requests need none.</summary>
        public SignalLines Signals => _signals ??= new();

        /// <summary>Tokens that the parts so far have surely left of their budgets.</summary>
        public int Unused { get; set; }

        public readonly void Dispose() => _signals?.Dispose();
    }
}
