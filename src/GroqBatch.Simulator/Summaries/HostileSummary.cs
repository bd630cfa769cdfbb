using System.Text.Json;

namespace GroqBatch.Simulator.Summaries;

/// <summary>
/// What a model might say that was told to by a pull request: valid documents and plausible errors whose texts are traps for whoever shows them as
/// anything but text. A trap that runs calls <c>trap(…)</c>; one that loads asks a host under <c>.invalid</c>.
/// </summary>
public static class HostileSummary
{
    /// <summary>Traps on one line, short enough for a description.</summary>
    public const string Traps =
        "<script>trap('script')</script><img src=x onerror=\"trap('image')\"><svg onload=trap('svg')></svg>"
        + "<a href=\"javascript:trap('link')\">a</a> [m](javascript:trap('markdown')) ![p](https://picture.invalid/x.png) "
        + "<iframe src=https://frame.invalid></iframe><style>body{display:none}</style>"
        + "\u202e\u2066right to left \u001b[31mred\u001b[0m \U0001F469‍\U0001F469‍\U0001F467‍\U0001F466\U0001F3F3️‍\U0001F308 "
        + "=HYPERLINK(\"https://cell.invalid\") {{7*7}} @(1+1)";

    /// <summary>Longer than any line, without a place to break it.</summary>
    public static string Endless { get; } = new('x', 12_000);

    internal static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("ai"u8);
        json.WriteBoolean("is_assisted"u8, true);
        json.WriteStartArray("tools"u8);
        json.WriteStringValue("<img src=x onerror=trap('tool')>");
        json.WriteStringValue(new string('T', 400));
        json.WriteEndArray();
        json.WriteString("usage_type"u8, "authored"u8);
        json.WriteNumber("confidence"u8, 1);
        json.WriteEndObject();
        json.WriteStartObject("tech"u8);
        json.WriteStartArray("languages"u8);
        json.WriteStringValue("<b onclick=trap('language')>C</b>");
        json.WriteStringValue(new string('L', 400));
        json.WriteEndArray();
        json.WriteStartArray("frameworks"u8);
        json.WriteStringValue("\u202eReact");
        json.WriteEndArray();
        json.WriteStartArray("categories"u8);
        json.WriteStringValue("backend"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("summary"u8);
        json.WriteString("title"u8, "<script>trap('title')</script>" + new string('W', 60));
        json.WriteString("description"u8, Traps);
        json.WriteString("type"u8, "feature"u8);
        json.WriteEndObject();
        json.WriteStartObject("health"u8);
        json.WriteString("review_friction"u8, "low"u8);
        json.WriteString("scope"u8, "small"u8);
        json.WriteString("risk_level"u8, "low"u8);
        json.WriteStartArray("insights"u8);
        json.WriteStringValue(Traps);
        json.WriteStringValue(Endless);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
