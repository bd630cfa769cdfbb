namespace GroqBatch.Web.Shared;

/// <summary>A bar in words: every figure that is drawn.</summary>
public static class BarWords
{
    /// <summary>Such as <c>Cal.com: 1,337 first rung, 4,106 not yet, of 5,443 eligible; goal 95 %; 12 excluded, empty body</c>.</summary>
    public static string Of(IReadOnlyList<Segment> segments, string? subject, string wholeWord, double? goal, long excluded)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var whole = segments.Sum(segment => segment.Count);
        var parts = segments
            .Where(segment => segment.Count > 0)
            .Select(segment => $"{Figures.Count(segment.Count)} {segment.Word}")
            .ToList();
        var said = parts.Count == 0 ? $"nothing {wholeWord}" : $"{string.Join(", ", parts)}, of {Figures.Count(whole)} {wholeWord}";
        return (subject is null ? "" : $"{subject}: ")
            + said
            + (goal is { } at ? $"; goal {Figures.Goal(at)}" : "")
            + (excluded > 0 ? $"; {Figures.Count(excluded)} excluded, empty body" : "");
    }
}
