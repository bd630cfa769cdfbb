using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Models;

namespace GroqBatch.Core.Runs;

/// <summary>
/// What a preview showed, small enough to travel with a link or a form: a start that brings it back is told what is different now. It holds the figures
/// themselves, since nothing could be named from a digest; it is no secret, and one that was tampered with changes what is said and nothing else.
/// </summary>
public sealed record PreviewToken
{
    /// <summary>Pull requests that would have been sent.</summary>
    public required int Selected { get; init; }

    /// <summary>The first of them; null when there was none.</summary>
    public long? NewestId { get; init; }

    /// <summary>Bytes of their prompts: differs when the texts or the set do, even at the same count.</summary>
    public long PromptBytes { get; init; }

    public required string PromptVersion { get; init; }

    /// <summary>By rung.</summary>
    public required IReadOnlyList<PreviewRung> Rungs { get; init; }

    /// <summary>Of a selection on a ladder.</summary>
    public static PreviewToken Of(SelectionCount count, Ladder ladder, string promptVersion)
    {
        ArgumentNullException.ThrowIfNull(count);
        ArgumentNullException.ThrowIfNull(ladder);
        return new()
        {
            Selected = count.Selected,
            NewestId = count.NewestId,
            PromptBytes = count.PromptBytes,
            PromptVersion = promptVersion,
            Rungs = [.. ladder.Rungs.Select(rung => new PreviewRung(rung.Model, rung.PromptPrice, rung.CompletionPrice, DigestOf(rung)))],
        };
    }

    /// <summary>Letters, digits, hyphens and underscores.</summary>
    public override string ToString() =>
        Convert
            .ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, PreviewTokenJson.Default.PreviewToken))
            .TrimEnd('=')
            .Replace('+', '-')
            .Replace('/', '_');

    /// <summary>The token that <see cref="ToString"/> wrote; null for any other text.</summary>
    public static PreviewToken? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var padded = text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '=');
        try
        {
            var token = JsonSerializer.Deserialize(Convert.FromBase64String(padded), PreviewTokenJson.Default.PreviewToken);
            return token is { Rungs: not null, PromptVersion: not null } && token.Rungs.All(rung => rung is { Model: not null })
                ? token
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>What is different now, each in a sentence fit to show; empty when nothing is.</summary>
    public IReadOnlyList<string> ChangedTo(PreviewToken now)
    {
        ArgumentNullException.ThrowIfNull(now);
        var changes = new List<string>();
        if (now.Selected != Selected)
        {
            changes.Add(
                string.Create(CultureInfo.InvariantCulture, $"{now.Selected:N0} pull requests are selected now, not {Selected:N0}.")
            );
        }
        else if (now.NewestId != NewestId || now.PromptBytes != PromptBytes)
        {
            changes.Add("Other pull requests are selected now, or their texts have changed; their number is the same.");
        }

        if (!string.Equals(now.PromptVersion, PromptVersion, StringComparison.Ordinal))
        {
            changes.Add($"The prompt is version {now.PromptVersion} now, not {PromptVersion}.");
        }

        for (var index = 0; index < Math.Max(Rungs.Count, now.Rungs.Count); index++)
        {
            changes.AddRange(Compare(index + 1, Rungs.ElementAtOrDefault(index), now.Rungs.ElementAtOrDefault(index)));
        }

        return changes;
    }

    private static IEnumerable<string> Compare(int ordinal, PreviewRung? before, PreviewRung? now)
    {
        if (before is null || now is null)
        {
            yield return now is null
                ? $"There is no rung {ordinal} ({before!.Model}) now."
                : $"Rung {ordinal} ({now.Model}) has been added.";
        }
        else if (!string.Equals(before.Model, now.Model, StringComparison.Ordinal))
        {
            yield return $"Rung {ordinal} is {now.Model} now, not {before.Model}.";
        }
        else
        {
            if (before.PromptPrice != now.PromptPrice || before.CompletionPrice != now.CompletionPrice)
            {
                yield return $"Rung {ordinal} ({now.Model}) costs {Price(now)} now, not {Price(before)}.";
            }

            if (!string.Equals(before.Profile, now.Profile, StringComparison.Ordinal))
            {
                yield return $"Rung {ordinal} ({now.Model}) is asked with other settings now (response format, token limit or reasoning effort).";
            }
        }
    }

    private static string Price(PreviewRung rung) =>
        rung is { PromptPrice: { } prompt, CompletionPrice: { } completion }
            ? string.Create(CultureInfo.InvariantCulture, $"${prompt:0.####} and ${completion:0.####} per million tokens")
            : "an unknown price";

    private static string DigestOf(Rung rung)
    {
        var profile = string.Create(
            CultureInfo.InvariantCulture,
            $"{rung.ResponseFormat} {rung.MaxCompletionTokens} {rung.ReasoningEffort} {rung.ContextTokens}"
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(profile)).AsSpan(0, 4));
    }
}

/// <summary>A rung in a <see cref="PreviewToken"/>.</summary>
/// <param name="Model">As the provider names it.</param>
/// <param name="PromptPrice">Dollars per million tokens in a batch; null when unknown.</param>
/// <param name="CompletionPrice">Likewise.</param>
/// <param name="Profile">A digest of how it is asked.</param>
public sealed record PreviewRung(string Model, decimal? PromptPrice, decimal? CompletionPrice, string Profile);

[JsonSerializable(typeof(PreviewToken))]
internal sealed partial class PreviewTokenJson : JsonSerializerContext;
