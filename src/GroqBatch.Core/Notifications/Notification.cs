using System.Text.Json.Serialization;

namespace GroqBatch.Core.Notifications;

/// <summary>Something that happened while nobody may have been looking.</summary>
public sealed record Notification
{
    public required long Id { get; init; }
    public required NotificationKind Kind { get; init; }

    /// <summary>By the database's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Such as <c>groq</c> or <c>simulator</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The team's slug.</summary>
    public required string Team { get; init; }

    public required string TeamName { get; init; }

    /// <summary>The run it is about; null: it is about the team.</summary>
    public Guid? RunId { get; init; }

    /// <summary>Who made it happen: a person, or <c>pipeline</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The reason that the run's move was stored with; null where none was.</summary>
    public string? Reason { get; init; }

    /// <summary>What the sentence says in numbers, as they were then.</summary>
    public required NotificationFigures Figures { get; init; }

    /// <summary>Whether the person who asked has read it, or did it.</summary>
    public bool IsRead { get; init; }

    /// <summary>What happened, in one sentence without the team's name.</summary>
    public string Sentence => NotificationSentence.Of(this);
}

/// <summary>Figures at the time of a notification; each null where it does not belong to the kind.</summary>
public sealed record NotificationFigures
{
    /// <summary>Pull requests of the run.</summary>
    public int? Selected { get; init; }

    /// <summary>Of them, those that got a summary.</summary>
    public int? Succeeded { get; init; }

    /// <summary>Pull requests of the team with a summary, stale ones too.</summary>
    public int? Covered { get; init; }

    /// <summary>Eligible pull requests of the team.</summary>
    public int? Eligible { get; init; }

    /// <summary>The team's goal, from 0 to 1.</summary>
    public double? Goal { get; init; }

    /// <summary>The model of the pass.</summary>
    public string? Model { get; init; }

    /// <summary>The pass, from 1.</summary>
    public int? Pass { get; init; }

    /// <summary>Failed requests of the pass.</summary>
    public int? Failed { get; init; }

    /// <summary>Requests of the pass whose outcome is the model's or the provider's.</summary>
    public int? Requests { get; init; }

    /// <summary>Lower control limit of the failure rate, from 0 to 1.</summary>
    public double? Low { get; init; }

    /// <summary>Upper control limit of the failure rate, from 0 to 1.</summary>
    public double? High { get; init; }
}

/// <summary>How figures are stored and sent.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NotificationFigures))]
public sealed partial class NotificationJson : JsonSerializerContext;
