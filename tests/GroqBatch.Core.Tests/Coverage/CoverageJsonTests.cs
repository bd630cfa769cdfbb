using System.Text.Json;
using CsCheck;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Teams;

namespace GroqBatch.Core.Tests.Coverage;

public sealed class CoverageJsonTests
{
    [Fact]
    public void Has_the_documented_properties_for_each_team_and_in_all()
    {
        var overview = new CoverageOverview([
            new TeamCoverage(
                new Team(1, "a", "A", 0.95, IsSample: false),
                new CoverageCounts
                {
                    Excluded = 5,
                    SummarisedFirst = 70,
                    Recovered = 3,
                    Stale = 2,
                    InFlight = 4,
                    Failed = 6,
                    Parked = 1,
                    Pending = 14,
                }
            ),
            new TeamCoverage(new Team(2, "b", "B", 0.5, IsSample: false), new CoverageCounts { SummarisedFirst = 300 }),
        ]);

        using var json = JsonDocument.Parse(CoverageJson.ToText(overview));

        Assert.Equal(
            """{"team":"a","total":105,"excluded":5,"eligible":100,"summarised":73,"stale":2,"inFlight":4,"failed":6,"parked":1,"pending":14,"coverage":0.75,"coverageOfAll":0.714285,"goal":0.95,"missingToGoal":20}""",
            JsonSerializer.Serialize(json.RootElement.GetProperty("teams")[0])
        );
        Assert.Equal(
            // What b has above its goal does not help a; together the goals ask for (95 + 150) of 400.
            """{"team":null,"total":405,"excluded":5,"eligible":400,"summarised":373,"stale":2,"inFlight":4,"failed":6,"parked":1,"pending":14,"coverage":0.9375,"coverageOfAll":0.925925,"goal":0.6125,"missingToGoal":20}""",
            JsonSerializer.Serialize(json.RootElement.GetProperty("total"))
        );
    }

    [Fact]
    public void Without_teams_nothing_is_missing()
    {
        var overview = new CoverageOverview([]);

        Assert.Equal((1d, 0), (overview.Goal, overview.MissingToGoal));
        Assert.Contains("\"teams\": []", CoverageJson.ToText(overview));
    }

    [Theory]
    [InlineData(0, 0, "100 %")]
    [InlineData(0, 7, "0.0 %")]
    [InlineData(7, 7, "100 %")]
    [InlineData(999_999, 1_000_000, "99.9 %")]
    [InlineData(95, 100, "95.0 %")]
    [InlineData(2, 3, "66.6 %")]
    public void A_percentage_is_never_rounded_up(int part, int whole, string text) => Assert.Equal(text, Share.ToPercent(part, whole));

    [Fact]
    public void Only_all_of_it_is_written_as_1() =>
        Gen.Int[1, 2_000_000_000]
            .SelectMany(whole => Gen.Int[0, whole].Select(part => (part, whole)))
            .Sample(share =>
            {
                var written = Share.RoundedDown(share.part, share.whole);
                Assert.Equal(share.part == share.whole, written == 1m);
                Assert.InRange((decimal)share.part / share.whole - written, 0m, 0.000001m);
            });
}
