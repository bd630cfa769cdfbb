using GroqBatch.Core.Storage;

namespace GroqBatch.Core.Tests.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public void Has_a_data_folder_that_the_servers_account_can_reach_and_keeps_raw_files_in_it()
    {
        var options = new StorageOptions();

        Assert.Equal("groqbatch", Path.GetFileName(options.DataFolder));
        Assert.True(Path.IsPathRooted(options.DataFolder));
        Assert.Equal(Path.Combine(options.DataFolder, "raw"), options.RawFolder);
        Assert.Equal(TimeSpan.FromDays(90), options.RawRetention);
        Assert.Empty(options.Mistakes());
        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            Assert.Equal("/var/lib/groqbatch", options.DataFolder);
        }
    }

    [Fact]
    public void An_empty_setting_is_no_setting()
    {
        var options = new StorageOptions { DataFolder = "", RawFolder = "  " };

        Assert.Equal(new StorageOptions().DataFolder, options.DataFolder);
        Assert.Equal(new StorageOptions().RawFolder, options.RawFolder);
    }

    [Fact]
    public void The_raw_folder_follows_the_data_folder_unless_it_is_set_apart()
    {
        Assert.Equal(Path.GetFullPath("/data/raw"), new StorageOptions { DataFolder = "/data" }.RawFolder);
        Assert.Equal(Path.GetFullPath("/shared"), new StorageOptions { DataFolder = "/data", RawFolder = "/shared" }.RawFolder);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.9)]
    public void A_retention_below_a_day_is_a_mistake_named_by_its_key(double days)
    {
        var options = new StorageOptions { RawRetention = TimeSpan.FromDays(days) };

        Assert.StartsWith("Storage:RawRetention", Assert.Single(options.Mistakes()), StringComparison.Ordinal);
    }
}
