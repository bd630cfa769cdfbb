using Bunit;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Core.Statistics;
using GroqBatch.Web.Features.Coverage;
using GroqBatch.Web.Features.SpotChecks;
using GroqBatch.Web.Tests.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace GroqBatch.Web.Tests.SpotChecks;

public sealed class SpotCheckPageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public void Says_what_to_do_where_there_is_no_summary()
    {
        _context.Coverage.Add("Cal.com", 0, 10);

        Assert.Contains("No summary to check yet", _context.Render<SpotCheckPage>().Markup);
    }

    [Fact]
    public void Draws_from_what_was_chosen_and_goes_there()
    {
        _context.Coverage.Add("Antiwork", 852, 0);
        _context.Coverage.Add("Cal.com", 5_515, 0);
        var page = _context.Render<SpotCheckPage>();
        Assert.Contains($"{new SampleTerms().PlannedReads(852)} reads without a wrong one show it of 852", page.Markup);

        page.Find("#sc-team").Change("cal-com");
        page.Find("#sc-target").Change("0.99");
        Assert.Contains($"{new SampleTerms(0.99).PlannedReads(5_515)} reads without a wrong one show it of 5,515", page.Markup);
        page.Find(".sc-rungs input").Change(true);
        page.Find(".sc-draw button").Click();

        var asked = Assert.Single(_context.Checks.Asked);
        Assert.Equal((SampleScope.Team, 2, 0.99, true), (asked.Scope, asked.TeamId, asked.Terms.Target, asked.ByRung));
        Assert.Contains("/spot-check/", _context.Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public void Begins_with_the_run_that_the_address_names()
    {
        _context.Coverage.Add("Cal.com", 10, 0);
        var run = FakeRuns.Running() with { Succeeded = 10 };
        _context.Runs.All.Add(run);
        _context.Services.GetRequiredService<NavigationManager>().NavigateTo($"spot-check?run={run.Id}");

        var page = _context.Render<SpotCheckPage>();
        page.Find(".sc-draw button").Click();

        Assert.Equal((SampleScope.Run, run.Id), (_context.Checks.Asked[0].Scope, _context.Checks.Asked[0].RunId));
    }

    [Fact]
    public void Says_when_there_is_nothing_to_draw_from()
    {
        _context.Coverage.Add("Cal.com", 10, 0);
        _context.Checks.NextPopulation = 0;
        var page = _context.Render<SpotCheckPage>();

        page.Find(".sc-draw button").Click();

        Assert.Equal("There is no current summary to draw from.", page.Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Lists_every_sample_with_what_it_shows()
    {
        _context.Coverage.Add("Cal.com", 10, 0);
        var sample = _context.Checks.Draw(population: 5_515);
        _context.Checks.Give(sample.Id, 1, Verdict.Good);

        var row = _context.Render<SpotCheckPage>().Find(".samples tbody tr");

        Assert.Equal($"spot-check/{sample.Id}", row.QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains(SampleWords.Band(Wilson.Of(1, 1)), row.TextContent);
        Assert.Contains("open", row.TextContent);
    }

    [Fact]
    public void Names_the_sample_in_its_title()
    {
        var sample = _context.Checks.Draw(population: 5_515);

        var page = _context.Render<SpotCheckPage>(with => with.Add(p => p.SampleId, sample.Id));

        Assert.Equal("Spot check, Cal.com", page.Find("h1").TextContent);
        Assert.Contains("with seed 40417; at least 95 % good, 95 % sure; minor counts as good enough", page.Find(".page-head").TextContent);
    }

    [Fact]
    public void Coverage_shows_the_band_of_what_was_read_and_leads_there()
    {
        _context.Coverage.Add("Cal.com", 10, 0);
        _context.Coverage.Add("Dub", 10, 0);
        var id = Guid.NewGuid();
        _context.Checks.Teams[1] = new Quality(34, 3, 0, id, Settlement.Open);

        var page = _context.Render<CoveragePage>();

        var link = page.Find($"a[href='spot-check/{id}']");
        Assert.Equal(SampleWords.Band(Wilson.Of(37, 37)), link.TextContent);
        Assert.StartsWith("37 read: 34 good, 3 minor, 0 wrong", link.GetAttribute("title"));
        Assert.Contains("not checked", page.Markup);
    }

    [Fact]
    public void The_picture_ends_where_the_figures_do()
    {
        var terms = new SampleTerms();
        var judged = SampleJudge.Judge(
            terms,
            [5_515],
            [.. Enumerable.Range(0, 472).Select(index => new JudgedItem(0, index < 37 ? Verdict.Good : null))]
        );

        var picture = BandPicture.Of(terms, judged);

        Assert.Equal((0.8, 67), (picture.Bottom, picture.SettlesAt));
        Assert.Equal(BandPicture.Top + (92 * ((1 - judged.AtLeast) / 0.2)), picture.NowY, 1e-9);
        Assert.Equal(BandPicture.Top + 23, picture.TargetY, 1e-9);
        Assert.EndsWith($"{BandPicture.At(picture.NowX)},{BandPicture.At(picture.NowY)}", picture.Line);
        Assert.StartsWith($"{BandPicture.At(picture.NowX)},{BandPicture.At(picture.NowY)}", picture.Ahead);
        Assert.Contains("After 37 reads the band is 90.5 to 100 %", picture.Words);
        Assert.True(picture.SettlesX > picture.NowX);
        Assert.Equal(
            "",
            BandPicture.Of(terms, SampleJudge.Judge(terms, [50], [.. new JudgedItem[50].Select(_ => new JudgedItem(0, null))])).Band
        );
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.9)]
    [InlineData(0.95)]
    [InlineData(0.98)]
    [InlineData(0.99)]
    public void No_word_of_the_picture_is_struck_through_by_the_targets_line_nor_set_over_another(double target)
    {
        // As large as words are on a phone: 18 units.
        const double Letters = 14;
        const double Tails = 5;
        var terms = new SampleTerms(target);
        for (var read = 1; read <= 200; read += 3)
        {
            var items = Enumerable
                .Range(0, 472)
                .Select(at => new JudgedItem(
                    0,
                    at >= read ? null
                        : at % 31 == 30 ? Verdict.Wrong
                        : Verdict.Good
                ));

            var picture = BandPicture.Of(terms, SampleJudge.Judge(terms, [5_515], [.. items]));

            Assert.False(picture.TargetY > picture.SureY - Letters && picture.TargetY < picture.SureY + Tails, $"{target} after {read}");
            Assert.InRange(picture.SureY, BandPicture.Top, BandPicture.Floor);
            Assert.True(!picture.HasRoomAbove || picture.TargetY - BandPicture.Top >= Letters);
        }
    }

    [Fact]
    public void Pace_is_the_middle_of_the_latest_reads()
    {
        var time = new FakeTimeProvider();
        var pace = new ReadingPace();
        foreach (var seconds in new[] { 20, 24, 600 })
        {
            Assert.Null(pace.Seconds);
            pace.Begin(time.GetTimestamp());
            time.Advance(TimeSpan.FromSeconds(seconds));
            pace.Note(time.GetTimestamp(), time);
        }

        Assert.Equal(24, pace.Seconds);
    }
}
