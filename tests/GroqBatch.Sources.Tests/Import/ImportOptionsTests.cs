using GroqBatch.Core.Import;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Sources.Tests.Import;

public sealed class ImportOptionsTests
{
    [Theory]
    [InlineData("100")]
    [InlineData("-1")]
    [InlineData("2000000000")]
    public void A_line_limit_out_of_range_is_refused_by_its_key(string value)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(value));

        Assert.Contains("Import:MaxLineBytes", Assert.Single(refused.Failures));
    }

    [Fact]
    public void The_limit_is_16_MiB_unless_set()
    {
        Assert.Equal(16 * 1024 * 1024, Read(null).MaxLineBytes);
        Assert.Equal(65_536, Read("65536").MaxLineBytes);
    }

    private static ImportOptions Read(string? value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(value is null ? [] : new Dictionary<string, string?> { ["Import:MaxLineBytes"] = value })
            .Build();
        using var services = new ServiceCollection().AddSources(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<ImportOptions>>().Value;
    }
}
