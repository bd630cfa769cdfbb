using System.Text.Json;
using System.Text.Json.Serialization;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;

namespace GroqBatch.Cli.Runs;

/// <summary>What a start would do, as JSON.</summary>
internal sealed record PreviewJson
{
    /// <summary>Always true: so that nobody takes it for a run.</summary>
    public bool DryRun { get; } = true;

    public required string Team { get; init; }
    public required string Scope { get; init; }
    public required bool WithFallback { get; init; }
    public required int Selected { get; init; }
    public required int ClaimedElsewhere { get; init; }
    public required IReadOnlyList<RungJson> Ladder { get; init; }

    /// <summary>Whether the ladder is the team's own; otherwise the installation's.</summary>
    public required bool IsOwnLadder { get; init; }

    public required Estimate Estimate { get; init; }
    public required IReadOnlyList<FirstJson> First { get; init; }

    /// <summary>For <c>--preview</c>: the start then names what has changed.</summary>
    public string? Token { get; init; }

    /// <summary>The form of a preview.</summary>
    public static PreviewJson Of(Team team, StartRun request, RunPreview preview) =>
        new()
        {
            Team = team.Slug,
            Scope = RunJson.ScopeOf(request.Limit),
            WithFallback = request.WithFallback,
            Selected = preview.Selected,
            ClaimedElsewhere = preview.ClaimedElsewhere,
            Ladder =
            [
                .. preview.Ladder.Rungs.Select(rung => new RungJson(
                    rung.Ordinal,
                    rung.Model,
                    rung.Replaced,
                    rung.PromptPrice,
                    rung.CompletionPrice,
                    rung.PricesReadOn
                )),
            ],
            IsOwnLadder = preview.Ladder.Owner is not null,
            Estimate = preview.Estimate,
            Token = preview.Token,
            First = [.. preview.First.Select(first => new FirstJson(first.Repository, first.Number, first.Title, first.CreatedAt))],
        };

    /// <summary>Several as a list.</summary>
    public static string ToText(IReadOnlyList<PreviewJson> previews) =>
        JsonSerializer.Serialize([.. previews], PreviewJsonContext.Default.PreviewJsonArray);

    /// <summary>One line.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, PreviewJsonContext.Default.PreviewJson);
}

/// <summary>A rung in <see cref="PreviewJson"/>; prices in dollars per million tokens in a batch, null when unknown.</summary>
internal sealed record RungJson(
    int Ordinal,
    string Model,
    string? Replaced,
    decimal? PromptPrice,
    decimal? CompletionPrice,
    DateOnly? PricesReadOn
);

/// <summary>A pull request in <see cref="PreviewJson"/>.</summary>
internal sealed record FirstJson(string Repository, long Number, string Title, DateTimeOffset CreatedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PreviewJson))]
[JsonSerializable(typeof(PreviewJson[]))]
internal sealed partial class PreviewJsonContext : JsonSerializerContext;
