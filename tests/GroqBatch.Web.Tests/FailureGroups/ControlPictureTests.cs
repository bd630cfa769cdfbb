using GroqBatch.Core.Models;
using GroqBatch.Core.Statistics;
using GroqBatch.Web.Features.FailureGroups;

namespace GroqBatch.Web.Tests.FailureGroups;

public sealed class ControlPictureTests
{
    [Fact]
    public void Without_runs_there_is_no_picture() => Assert.Null(ControlPicture.Of([]));

    [Theory]
    [InlineData(3, 0.05)]
    [InlineData(57.8, 0.60)]
    [InlineData(0, 0.02)]
    [InlineData(100, 1)]
    public void Has_room_for_the_highest_rate(double percent, double top) =>
        Assert.Equal(top, ControlPicture.Of([ARun(percent, null)])!.Top);

    [Fact]
    public void Stands_each_run_in_the_middle_of_its_part_and_as_high_as_its_rate()
    {
        var picture = ControlPicture.Of([ARun(2, null), ARun(10, null)])!;

        Assert.Equal((25, 75), (picture.X(0), picture.X(1)));
        Assert.Equal(0.20, picture.Top);
        Assert.Equal(50, picture.Y(0.10), 6);
        Assert.Equal(0, picture.Y(0.99));
    }

    [Fact]
    public void Draws_a_band_only_where_there_are_limits()
    {
        var limits = new ControlLimits(0.05, 0.02, 0.08, 1, 5);
        var picture = ControlPicture.Of([ARun(5, null), ARun(9, limits)])!;

        Assert.Equal("M50 20h50V80h-50Z", picture.Band());
        Assert.Equal("M50 50h50", picture.Centre());
        Assert.Equal("", ControlPicture.Of([ARun(5, null)])!.Band());
    }

    private static ModelRun ARun(double percent, ControlLimits? limits) =>
        new(Guid.NewGuid(), "acme", DateTimeOffset.UnixEpoch, 1_000, (int)Math.Round(percent * 10), limits, IsOutside: false);
}
