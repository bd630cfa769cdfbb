using System.Globalization;
using GroqBatch.Core.SpotChecks;

namespace GroqBatch.Web.Features.SpotChecks;

/// <summary>
/// What is known after each read, as a drawing of 480 × 120: the band (Wilson's interval of what was read), the line that is sure however often one
/// looks, where that goes if it goes on like this, and the target. It is settled as good where the line reaches the target.
/// </summary>
internal sealed record BandPicture
{
    public const int Left = 34;
    public const int Right = 472;
    public const int Top = 8;
    public const int Floor = 100;

    // On a phone the drawing is smaller and its words are set larger: 18 of its units, of which so many are above the line and below it.
    private const int LargestLetters = 16;
    private const int LargestTails = 6;

    private BandPicture() { }

    /// <summary>The lowest share that is drawn.</summary>
    public required double Bottom { get; init; }

    /// <summary>Points of a polygon; empty with fewer than two reads.</summary>
    public required string Band { get; init; }

    /// <summary>Points of a line.</summary>
    public required string Line { get; init; }

    /// <summary>Points of a line.</summary>
    public required string Ahead { get; init; }

    /// <summary>Where the reads so far end.</summary>
    public required double NowX { get; init; }

    /// <summary>The line's end.</summary>
    public required double NowY { get; init; }

    /// <summary>The band's upper end.</summary>
    public required double NowTop { get; init; }

    public required double TargetY { get; init; }

    /// <summary>Where the words beside the line's end stand: below it, but not on the target's line, which would strike them through.</summary>
    public double SureY
    {
        get
        {
            var below = Math.Min(Floor - 4, NowY + LargestLetters - 3);
            return TargetY <= below - LargestLetters || TargetY >= below + LargestTails ? below
                : TargetY + LargestLetters + 1 <= Floor - 2 ? TargetY + LargestLetters + 1
                : TargetY - LargestTails - 1;
        }
    }

    /// <summary>Whether 100 can stand above the target's own figure.</summary>
    public bool HasRoomAbove => TargetY - Top >= LargestLetters;

    /// <summary>Where it is likely to be settled; null: nowhere in this picture.</summary>
    public required double? SettlesX { get; init; }

    /// <summary>Reads by then.</summary>
    public required int SettlesAt { get; init; }

    /// <summary>For who does not see it.</summary>
    public required string Words { get; init; }

    public static BandPicture Of(SampleTerms terms, SampleJudgement judgement)
    {
        var bottom = terms.Target >= 0.9 ? 0.8 : Math.Max(0, Math.Floor((terms.Target - 0.2) * 10) / 10);
        var settlesAt = judgement.MoreReads is { } more ? judgement.Read + more : 0;
        var end = Math.Max(10, Math.Max(judgement.Read * 1.1, settlesAt == 0 ? judgement.Read * 1.5 : settlesAt * 1.35));
        double X(double read) => Left + ((Right - Left) * Math.Min(1, read / end));
        double Y(double share) => Top + ((Floor - Top) * (1 - ((Math.Clamp(share, bottom, 1) - bottom) / (1 - bottom))));
        var steps = judgement.Steps;
        var sure = steps.Select(step => (step.Read, step.AtLeast)).ToList();
        var ahead = judgement.Projection.Select((share, index) => (judgement.Read + index + 1, share)).TakeWhile(step => step.Item1 <= end);
        return new BandPicture
        {
            Bottom = bottom,
            Band =
                steps.Count == 0
                    ? ""
                    : Points([
                        (Left, Top),
                        .. steps.Select(step => (X(step.Read), Y(step.Band.High))),
                        .. steps.Reverse().Select(step => (X(step.Read), Y(step.Band.Low))),
                        (Left, Floor),
                    ]),
            Line = Points(Risen(sure, bottom).Select(step => (X(step.Read), Y(step.Share)))),
            Ahead = judgement.Settlement is not Settlement.Open
                ? ""
                : Points(Risen([(judgement.Read, judgement.AtLeast), .. ahead], bottom).Select(step => (X(step.Read), Y(step.Share)))),
            NowX = X(judgement.Read),
            NowY = Y(judgement.AtLeast),
            NowTop = Y(judgement.Band.High),
            TargetY = Y(terms.Target),
            SettlesX = settlesAt == 0 ? null : X(settlesAt),
            SettlesAt = settlesAt,
            Words =
                $"After {judgement.Read} reads the band is {SampleWords.Band(judgement.Band)}, and at least {SampleSentence.Percent(judgement.AtLeast)} is sure; the target is {SampleSentence.Percent(terms.Target)}"
                + (settlesAt == 0 ? "" : $", likely to be settled after {settlesAt}"),
        };
    }

    /// <summary>A coordinate as an attribute has it.</summary>
    public static string At(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    // A line that lies on the floor is none: it begins where it leaves it.
    private static IEnumerable<(int Read, double Share)> Risen(IReadOnlyList<(int Read, double Share)> steps, double bottom)
    {
        var first = 0;
        while (first < steps.Count && steps[first].Share <= bottom)
        {
            first++;
        }

        return first == steps.Count ? [] : steps.Skip(Math.Max(0, first - 1));
    }

    private static string Points(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(point => $"{At(point.X)},{At(point.Y)}"));
}
