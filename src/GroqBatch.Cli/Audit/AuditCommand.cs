using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Audit;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Audit;

/// <summary><c>groqbatch audit</c>.</summary>
internal sealed class AuditCommand : CliCommand
{
    private const int Default = 50;

    private readonly Option<string?> _target = new("--target")
    {
        Description = "Only what was done to this: a team's slug, a run's id.",
        HelpName = "TEXT",
    };

    private readonly Option<int?> _limit = CommonOptions.Value<int>(
        "--limit",
        "a number from 1 to 100000",
        number => number is >= 1 and <= 100_000
    );
    private readonly Option<bool> _json = CommonOptions.Json();

    public AuditCommand()
        : base(
            "audit",
            "Lists who did what, when, from where, with the state before and after; newest first. Nothing of it can be changed or deleted.",
            "groqbatch audit",
            "groqbatch audit --target cal-com --json"
        )
    {
        _limit.Description = $"At most this many. Default: {Default}.";
        _limit.HelpName = "N";
        Add(_target);
        Add(_limit);
        Add(_json);
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Ledger, cancellationToken);
        var events = await host
            .Services.GetRequiredService<IAuditReader>()
            .ListAsync(
                new AuditFilter { Target = invocation.Get(_target), Take = invocation.Get(_limit) ?? Default },
                invocation.Actor,
                cancellationToken
            );
        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(new JsonArray([.. events.Select(ToJson)]).ToJsonString());
            return ExitCode.Done;
        }

        var table = new FittedTable(
            new("when"),
            new("who"),
            new("what"),
            new("to what", Fit.Text),
            new("from where", Rank: 3),
            new("before", Fit.Text, Rank: 2),
            new("after", Fit.Text, Rank: 1)
        );
        foreach (var recorded in events)
        {
            var audit = recorded.Event;
            table.AddRow(
                $"{recorded.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}",
                audit.Actor,
                audit.Action,
                audit.Target,
                audit.Origin ?? "-",
                audit.Before ?? "-",
                audit.After ?? "-"
            );
        }

        table.Write(invocation.Terminal.Answer);
        return ExitCode.Done;
    }

    private static JsonNode ToJson(RecordedAuditEvent recorded) =>
        new JsonObject
        {
            ["id"] = recorded.Id,
            ["at"] = JsonSerializer.SerializeToNode(recorded.At),
            ["actor"] = recorded.Event.Actor,
            ["action"] = recorded.Event.Action,
            ["target"] = recorded.Event.Target,
            ["origin"] = recorded.Event.Origin,
            ["before"] = recorded.Event.Before is { } before ? JsonNode.Parse(before) : null,
            ["after"] = recorded.Event.After is { } after ? JsonNode.Parse(after) : null,
        };
}
