using System.Net;
using System.Text;
using GroqBatch.Pipeline.Webhooks;

namespace GroqBatch.Pipeline.Tests.Webhooks;

/// <summary>What is refused at the start, which addresses are public, and a signature that the specification's own example gives.</summary>
public sealed class WebhookOptionsTests
{
    private static readonly string Good = $"whsec_{Convert.ToBase64String(new byte[32])}";

    [Fact]
    public void Nothing_is_no_mistake() => Assert.Empty(new WebhookOptions().Mistakes());

    [Fact]
    public void Says_every_mistake_by_its_key_and_neither_secret_nor_address()
    {
        var options = new WebhookOptions
        {
            Url = "http://user:hidden@hooks.example/path-that-is-secret",
            Secret = "whsec_tooShortToBeASecret",
            Kinds = ["run.completed", "run.exploded"],
            Timeout = TimeSpan.Zero,
        };

        var mistakes = options.Mistakes().ToList();

        Assert.Equal(5, mistakes.Count);
        Assert.All(mistakes, mistake => Assert.StartsWith("Webhook:", mistake, StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.Contains("run.exploded", StringComparison.Ordinal));
        Assert.All(
            mistakes,
            mistake =>
            {
                Assert.DoesNotContain("hidden", mistake, StringComparison.Ordinal);
                Assert.DoesNotContain("path-that-is-secret", mistake, StringComparison.Ordinal);
                Assert.DoesNotContain("tooShort", mistake, StringComparison.Ordinal);
            }
        );
    }

    [Theory]
    [InlineData("https://hooks.example/in", false, 0)]
    [InlineData("http://hooks.example/in", false, 1)]
    [InlineData("http://hooks.example/in", true, 0)]
    [InlineData("https://10.1.2.3/in", false, 1)]
    [InlineData("https://10.1.2.3/in", true, 0)]
    [InlineData("https://[::1]/in", false, 1)]
    [InlineData("https://2130706433/in", false, 1)]
    [InlineData("https://0x7f.1/in", false, 1)]
    [InlineData("ftp://hooks.example/in", true, 1)]
    [InlineData("hooks.example/in", true, 1)]
    public void Takes_https_to_the_outside_unless_told_otherwise(string url, bool allowsPrivate, int mistakes) =>
        Assert.Equal(
            mistakes,
            new WebhookOptions
            {
                Url = url,
                Secret = Good,
                AllowPrivateAddresses = allowsPrivate,
            }
                .Mistakes()
                .Count()
        );

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Takes_secrets_of_24_to_64_bytes(int bytes, bool isGood) =>
        Assert.Equal(
            isGood,
            !new WebhookOptions { Url = "https://hooks.example/", Secret = $"whsec_{Convert.ToBase64String(new byte[bytes])}" }
                .Mistakes()
                .Any()
        );

    [Fact]
    public void A_secret_without_an_address_is_a_mistake() => Assert.Single(new WebhookOptions { Secret = Good }.Mistakes());

    [Fact]
    public void Signs_as_the_specifications_example_and_with_each_secret()
    {
        var keys = WebhookSigner.KeysOf($"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw {Good}")!;

        var signatures = WebhookSigner
            .Sign(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, Encoding.UTF8.GetBytes("""{"test": 2432232314}"""))
            .Split(' ');

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signatures[0]);
        Assert.Equal(2, signatures.Length);
        Assert.NotEqual(signatures[0], signatures[1]);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.8")]
    [InlineData("192.0.2.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::7f00:1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("3fff::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Is_not_public(string address) => Assert.False(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    public void Is_public(string address) => Assert.True(PublicAddress.IsPublic(IPAddress.Parse(address)));
}
