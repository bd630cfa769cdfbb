using System.Text.Json;
using GroqBatch.Core.Batches;
using GroqBatch.Groq.Settings;

namespace GroqBatch.Groq.Tests.Settings;

public sealed class SettingsTests
{
    [Fact]
    public async Task The_shipped_settings_have_no_mistake_and_lead_to_the_simulator()
    {
        await using var groq = TestGroq.With([]);

        Assert.Empty(groq.Mistakes());
        Assert.Equal("simulator", groq.Provider.Name);
        Assert.Equal(["openai/gpt-oss-20b", "llama-3.3-70b-versatile"], groq.Catalogue.ConfiguredLadder);
        Assert.Equal(0.5m, groq.Catalogue.BatchDiscount);
        Assert.Equal(10, groq.Catalogue.Models.Count);
        Assert.Null(groq.Provider.ConsoleUrlOf("batch_1"));
    }

    [Fact]
    public async Task The_shipped_catalogue_knows_prices_dates_and_successors()
    {
        await using var groq = TestGroq.With([]);

        var llama = groq.Catalogue.Find("llama-3.3-70b-versatile")!;

        Assert.Equal((0.59m, 0.79m), (llama.Prices[0].Prompt, llama.Prices[0].Completion));
        Assert.Equal(new DateOnly(2026, 8, 16), llama.RetiresOn);
        Assert.False(llama.IsRetiredOn(new DateOnly(2026, 8, 15)));
        Assert.True(llama.IsRetiredOn(new DateOnly(2026, 8, 16)));
        Assert.Equal("openai/gpt-oss-120b", llama.Successor);
        Assert.False(llama.HasStrictSchema);
        Assert.Null(groq.Catalogue.Find("no-such-model"));
        Assert.All(groq.Catalogue.Models, model => Assert.NotEmpty(model.Prices));
    }

    [Fact]
    public async Task Every_mistake_is_told_at_once_each_by_its_key()
    {
        await using var groq = TestGroq.With([
            ("Groq:Mode", "Sometimes"),
            ("Groq:BaseUrl", "ftp://api.example"),
            ("Groq:ConsoleUrl", "https://console.example/"),
            ("Groq:AuthHeader", "not a header"),
            ("Groq:MaxIdsPerStatusCall", "many"),
            ("Groq:CallTimeout", "00:00:00"),
            ("Groq:MaxRetries", "-1"),
            ("Groq:Endpoint", "v1"),
            ("Groq:UploadPurpose", " "),
            ("Groq:Headers:bad header", "x"),
            ("Groq:Headers:X-Bad", "line\nbreak"),
            ("Groq:ApiKye", "gsk_x"),
            ("Models:Discount", "1"),
            ("Models:Catalogue:m:ContextTokens", "0"),
            ("Models:Catalogue:m:Formats:0", "Yaml"),
            ("Models:Catalogue:m:Successor", "nobody"),
            ("Models:Catalogue:m:RetiresOn", "someday"),
            ("Models:Catalogue:m:Prices:0:Prompt", "-1"),
            ("Models:Catalogue:m:ReasoningEffort", "extreme"),
        ]);

        var mistakes = groq.Mistakes();

        string[] keys =
        [
            "Groq:Mode",
            "Groq:BaseUrl",
            "Groq:ConsoleUrl",
            "Groq:AuthHeader",
            "Groq:MaxIdsPerStatusCall",
            "Groq:CallTimeout",
            "Groq:MaxRetries",
            "Groq:Endpoint",
            "Groq:UploadPurpose",
            "Groq:Headers:bad header",
            "Groq:Headers:X-Bad",
            "Groq:ApiKye",
            "Models:Discount",
            "Models:Catalogue:m:ContextTokens",
            "Models:Catalogue:m:MaxCompletionTokens",
            "Models:Catalogue:m:Formats:0",
            "Models:Catalogue:m:Formats",
            "Models:Catalogue:m:Successor",
            "Models:Catalogue:m:RetiresOn",
            "Models:Catalogue:m:ReasoningEffort",
            "Models:Catalogue:m:Prices:0:ValidFrom",
            "Models:Catalogue:m:Prices:0:ReadOn",
            "Models:Catalogue:m:Prices:0:Prompt",
            "Models:Catalogue:m:Prices:0:Completion",
        ];
        Assert.Equal(keys.Order(StringComparer.Ordinal), mistakes.Select(KeyOf).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_mistake_of_the_ladder_is_told_by_its_key()
    {
        await using var groq = TestGroq.With([
            ("Ladder:Rungs:0:Model", "no-such-model"),
            ("Ladder:Rungs:0:MaxCompletionTokens", "0"),
            ("Ladder:Rungs:1:Format", "JsonSchema"),
            ("Ladder:Rungs:1:ReasoningEffort", "low"),
            ("Ladder:Rungs:2:Format", "JsonObject"),
            ("Ladder:Rungs:3:Model", "openai/gpt-oss-120b"),
            ("Ladder:Rungs:3:ReasoningEffort", "none"),
        ]);

        Assert.Equal(
            [
                "Ladder:Rungs:0:MaxCompletionTokens: 0 isn't a number of tokens.",
                "Ladder:Rungs:0:Model: 'no-such-model' is not in Models:Catalogue.",
                "Ladder:Rungs:1:Format: llama-3.3-70b-versatile takes JsonObject, not JsonSchema.",
                "Ladder:Rungs:1:ReasoningEffort: llama-3.3-70b-versatile takes none.",
                "Ladder:Rungs:2:Model: the rung names no model (set it to nothing to leave the rung out).",
                "Ladder:Rungs:3:ReasoningEffort: openai/gpt-oss-120b takes low, medium, high, not 'none'.",
            ],
            groq.Mistakes()
        );
    }

    [Fact]
    public async Task An_empty_ladder_is_a_mistake()
    {
        await using var groq = TestGroq.With([], withShippedSettings: false);

        Assert.Equal(["Ladder:Rungs: name at least one model."], groq.Mistakes());
    }

    [Theory]
    [InlineData("Auto", null, null, "simulator")]
    [InlineData("Auto", "gsk_key", null, "groq")]
    [InlineData("auto", null, "gsk_key", "groq")]
    [InlineData("Auto", "", "gsk_key", "groq")]
    [InlineData("Auto", " ", " ", "simulator")]
    [InlineData("Simulator", "gsk_key", null, "simulator")]
    [InlineData("Live", null, "gsk_key", "groq")]
    public async Task Automatic_is_live_with_a_key(string mode, string? key, string? variable, string expected)
    {
        (string, string?)[] settings = [("Groq:Mode", mode), ("Groq:ApiKey", key), ("GROQ_API_KEY", variable)];
        await using var groq = TestGroq.With(settings);

        Assert.Empty(groq.Mistakes());
        Assert.Equal(expected, groq.Provider.Name);
        Assert.Equal(expected == "simulator", GroqEndpoint.NeedsSimulator(TestGroq.Configuration(settings)));
    }

    [Fact]
    public async Task Live_without_a_key_does_not_start()
    {
        await using var groq = TestGroq.With([("Groq:Mode", "Live")]);

        Assert.Equal(["Groq:ApiKey: live mode needs a key (or the environment variable GROQ_API_KEY)."], groq.Mistakes());
    }

    [Fact]
    public async Task A_key_is_never_sent_unencrypted_to_another_machine_unless_allowed()
    {
        (string, string?)[] settings = [("Groq:ApiKey", TestGroq.Key), ("Groq:BaseUrl", "http://proxy.example/v1")];
        await using var refused = TestGroq.With(settings);
        await using var allowed = TestGroq.With([.. settings, ("Groq:AllowHttp", "true")]);
        await using var local = TestGroq.With([("Groq:ApiKey", TestGroq.Key), ("Groq:BaseUrl", "http://127.0.0.1:1/v1")]);
        await using var simulated = TestGroq.With([.. settings, ("Groq:Mode", "Simulator")]);
        await using var keyless = TestGroq.With([("Groq:BaseUrl", "http://simulator.example/v1"), ("Groq:Mode", "Simulator")]);

        Assert.StartsWith("Groq:BaseUrl: the key would travel unencrypted", Assert.Single(refused.Mistakes()), StringComparison.Ordinal);
        Assert.StartsWith("Groq:BaseUrl: the key would travel unencrypted", Assert.Single(simulated.Mistakes()), StringComparison.Ordinal);
        Assert.Empty(allowed.Mistakes());
        Assert.Empty(local.Mistakes());
        Assert.Empty(keyless.Mistakes());
    }

    [Fact]
    public async Task No_mistake_shows_the_key_or_a_password()
    {
        await using var groq = TestGroq.With([
            ("Groq:ApiKey", $"{TestGroq.Key} {TestGroq.Key}"),
            ("Groq:BaseUrl", "https://user:hunter2@api.example/v1"),
            ("Groq:Headers:Authorization", TestGroq.Key),
        ]);

        var mistakes = groq.Mistakes();

        Assert.Equal(["Groq:ApiKey", "Groq:BaseUrl", "Groq:Headers:Authorization"], mistakes.Select(KeyOf).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(
            mistakes,
            mistake => mistake.Contains("MARKER", StringComparison.Ordinal) || mistake.Contains("hunter2", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_secret_shows_itself_nowhere()
    {
        var secret = new SecretText($" {TestGroq.Key}\n");

        Assert.Equal(TestGroq.Key, secret.Reveal());
        Assert.Equal("***", secret.ToString());
        Assert.Equal("***", $"{secret}");
        Assert.Equal("", default(SecretText).ToString());
        Assert.DoesNotContain("MARKER", JsonSerializer.Serialize(new GroqOptions { ApiKey = secret }), StringComparison.Ordinal);
        Assert.Equal(secret, new SecretText(TestGroq.Key));
    }

    [Fact]
    public async Task The_simulator_is_where_the_host_says_unless_an_address_is_set()
    {
        await using var own = TestGroq.With([]);
        await using var elsewhere = TestGroq.With([("Groq:Mode", "Simulator"), ("Groq:BaseUrl", "http://127.0.0.1:9/openai/v1/")]);

        Assert.Equal("simulator (not started)", own.Provider.Host);
        Assert.Throws<ProviderException>(() => own.Endpoint.BaseUrl);
        own.Endpoint.UseSimulator(new Uri("http://127.0.0.1:4123/openai/v1/"));

        Assert.Equal("http://127.0.0.1:4123/openai/v1", own.Endpoint.BaseUrl.AbsoluteUri);
        Assert.Equal("127.0.0.1:4123", own.Provider.Host);
        Assert.Equal("http://127.0.0.1:9/openai/v1", elsewhere.Endpoint.BaseUrl.AbsoluteUri);
        Assert.Equal("simulator", elsewhere.Provider.Name);
    }

    [Fact]
    public async Task Groq_is_asked_where_groq_is_and_a_batch_can_be_seen_in_its_console()
    {
        await using var groq = TestGroq.With([("Groq:ApiKey", TestGroq.Key)]);

        Assert.Equal("https://api.groq.com/openai/v1", groq.Endpoint.BaseUrl.AbsoluteUri);
        Assert.Equal("api.groq.com", groq.Provider.Host);
        Assert.Equal("https://console.groq.com/batch/batch_1%2F2", groq.Provider.ConsoleUrlOf("batch_1/2")!.AbsoluteUri);
    }

    private static string KeyOf(string mistake) => mistake[..mistake.IndexOf(": ", StringComparison.Ordinal)];
}
