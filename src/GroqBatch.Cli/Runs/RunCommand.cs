using System.CommandLine;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary><c>groqbatch run-llm-batch</c>.</summary>
internal sealed class RunCommand : CliCommand
{
    private readonly Option<string> _team = CommonOptions.Team("The team to run for.", isRequired: false);
    private readonly Option<bool> _allTeams = new("--all-teams") { Description = "One run for each team that has something missing." };

    private readonly Option<int?> _limit = CommonOptions.Value<int>("--limit", "a number from 1", limit => limit >= 1);

    private readonly Option<bool> _full = new("--full") { Description = "Every pull request without a summary." };

    private readonly Option<bool> _withFallback = new("--with-fallback")
    {
        Description = "What fails on the first model is tried again on the next one of the ladder, as a batch too.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what would be sent and cost; start nothing." };
    private readonly Option<string> _preview = new("--preview")
    {
        Description = "The token of a dry run's JSON: names what has changed since it.",
        HelpName = "TOKEN",
    };

    private readonly Option<bool> _detach = new("--detach")
    {
        Description = "Record the run and return; whoever is working carries it out.",
    };
    private readonly Option<int?> _canary = CommonOptions.Value<int>("--canary", "a number from 1", canary => canary >= 1);

    private readonly Option<double?> _maxFailure = CommonOptions.Value<double>(
        "--max-failure",
        "a share from 0 to 1",
        share => share is >= 0 and <= 1
    );

    private readonly Option<bool> _wait = new("--wait") { Description = "With --canary: hold after it whatever it shows." };

    private readonly Option<int?> _holdAfterPass = CommonOptions.Value<int>("--hold-after-pass", "a number from 1", pass => pass >= 1);
    private readonly Option<bool> _json = CommonOptions.Json();

    public RunCommand()
        : base(
            "run-llm-batch",
            "Summarises what is missing, in batches at half price, and shows both passes until the run ends. Ctrl-C stops watching, not the run.",
            "groqbatch run-llm-batch --team cal-com --limit 10 --with-fallback --dry-run",
            "groqbatch run-llm-batch --team cal-com --full --with-fallback",
            "groqbatch run-llm-batch --all-teams --full --with-fallback --detach",
            "groqbatch run-llm-batch --team cal-com --full --with-fallback --json | jq .finalFailures"
        )
    {
        _limit.Description = "The newest N pull requests without a summary.";
        _limit.HelpName = "N";
        Add(_team);
        Add(_allTeams);
        Add(_limit);
        Add(_full);
        Add(_withFallback);
        _canary.Description = "Send N first; the rest goes by itself if few enough of them fail, and is held otherwise.";
        _canary.HelpName = "N";
        _maxFailure.Description = "With --canary: the share of it that may fail (0.10).";
        _maxFailure.HelpName = "SHARE";
        _holdAfterPass.Description = "Hold the run once this pass is done, before the next model is asked.";
        _holdAfterPass.HelpName = "PASS";
        Add(_canary);
        Add(_maxFailure);
        Add(_wait);
        Add(_holdAfterPass);
        Add(_dryRun);
        Add(_preview);
        Add(_detach);
        Add(_json);
        Validators.Add(result =>
        {
            if ((result.GetResult(_team) is not null) == result.GetValue(_allTeams))
            {
                result.AddError("Say whose pull requests: either --team SLUG or --all-teams.");
            }

            if ((result.GetResult(_limit) is not null) == result.GetValue(_full))
            {
                result.AddError("Say how many: either --limit N or --full.");
            }

            if (result.GetResult(_canary) is null && (result.GetResult(_maxFailure) is not null || result.GetValue(_wait)))
            {
                result.AddError("--max-failure and --wait say what a --canary is for.");
            }

            if (result.GetResult(_preview) is not null && result.GetValue(_allTeams))
            {
                result.AddError("--preview is of one team's dry run: it goes with --team.");
            }

            if (result.GetResult(_preview) is not null && result.GetValue(_dryRun))
            {
                result.AddError("--preview compares what is started with a dry run: it goes without --dry-run.");
            }

            if (result.GetValue(_dryRun) && result.GetValue(_detach))
            {
                result.AddError("--dry-run starts nothing that --detach could leave alone.");
            }
        });
        Does(RunAsync);
    }

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Get(_preview) is { } token && PreviewToken.TryParse(token) is null)
        {
            throw new UsageException("--preview takes the token of a dry run's JSON as this version gives it.");
        }

        if (invocation.Get(_canary) >= invocation.Get(_limit))
        {
            throw new UsageException("The canary would be all of it: --canary takes fewer than --limit.");
        }

        var parts = invocation.Get(_dryRun) || invocation.Get(_detach) ? HostParts.Provider : HostParts.Pipeline;
        await using var host = await invocation.OpenAsync(parts, cancellationToken);
        var teams = invocation.Get(_allTeams)
            ? await ListAsync(invocation, host, cancellationToken)
            : [await Invocation.FindTeamAsync(host, invocation.Get(_team)!, cancellationToken)];
        if (invocation.Get(_dryRun))
        {
            return await PreviewAsync(invocation, host, teams, cancellationToken);
        }

        var started = await StartAsync(invocation, host, teams, cancellationToken);
        if (started.Count == 0)
        {
            WriteJson(invocation, []);
            return ExitCode.Done;
        }

        return invocation.Get(_detach)
            ? await LeaveAsync(invocation, host, started, cancellationToken)
            : await WatchAsync(invocation, host, started, cancellationToken);
    }

    /// <summary>All teams; where it costs money, without those that were made up.</summary>
    private static async Task<IReadOnlyList<Team>> ListAsync(Invocation invocation, GroqBatchHost host, CancellationToken cancellationToken)
    {
        var teams = await host.Services.GetRequiredService<ITeamStore>().ListAsync(cancellationToken);
        if (host.IsSimulated || !teams.Any(team => team.IsSample))
        {
            return teams;
        }

        invocation.Terminal.Note(
            $"Sample teams are left out, since summaries of what is made up would be paid for: {string.Join(", ", teams.Where(team => team.IsSample).Select(team => team.Slug))}. --team SLUG takes one all the same."
        );
        return [.. teams.Where(team => !team.IsSample)];
    }

    private StartRun RequestOf(Invocation invocation, Team team) =>
        new()
        {
            TeamId = team.Id,
            Limit = invocation.Get(_limit),
            WithFallback = invocation.Get(_withFallback),
            Canary = invocation.Get(_canary),
            CanaryMaxFailure = invocation.Get(_maxFailure) ?? 0.10,
            CanaryWait = invocation.Get(_wait),
            HoldAfterPass = invocation.Get(_holdAfterPass),
            PreviewToken = invocation.Get(_preview),
        };

    private async Task<int> PreviewAsync(
        Invocation invocation,
        GroqBatchHost host,
        IReadOnlyList<Team> teams,
        CancellationToken cancellationToken
    )
    {
        var service = host.Services.GetRequiredService<IRunService>();
        var previews = new List<PreviewJson>();
        foreach (var team in teams)
        {
            var request = RequestOf(invocation, team);
            var preview = await service.PreviewAsync(request, invocation.Actor, cancellationToken);
            if (invocation.Get(_json))
            {
                previews.Add(PreviewJson.Of(team, request, preview));
            }
            else
            {
                PreviewText.Write(invocation.Terminal.Answer, team, request, preview);
            }
        }

        if (invocation.Get(_json))
        {
            invocation.Terminal.Out.WriteLine(invocation.Get(_allTeams) ? PreviewJson.ToText(previews) : previews[0].ToString());
        }

        return ExitCode.Done;
    }

    private async Task<IReadOnlyList<Guid>> StartAsync(
        Invocation invocation,
        GroqBatchHost host,
        IReadOnlyList<Team> teams,
        CancellationToken cancellationToken
    )
    {
        var service = host.Services.GetRequiredService<IRunService>();
        var started = new List<Guid>();
        foreach (var team in teams)
        {
            var run = await service.StartAsync(RequestOf(invocation, team), invocation.Actor, cancellationToken);
            foreach (var change in run.ChangedSincePreview)
            {
                invocation.Terminal.Note($"{team.Slug}: since the dry run, {change}");
            }

            if (run.RunId is not { } runId)
            {
                invocation.Terminal.Note(
                    $"{team.Slug}: nothing to do, no pull request is without a summary"
                        + (run.Preview?.ClaimedElsewhere is > 0 and var claimed ? $" except {claimed:N0} that another run has." : ".")
                );
                continue;
            }

            started.Add(runId);
            if (run.Preview is { } preview)
            {
                invocation.Terminal.Note(
                    $"{team.Slug}: run {runId}, {Figures.PullRequests(preview.Selected)}, about {Figures.Cost(preview.Estimate)}"
                        + string.Concat(
                            preview
                                .Ladder.Rungs.Where(rung => rung.Replaced is not null)
                                .Select(rung => $"; {rung.Model} replaces {rung.Replaced}, which this key does not have")
                        )
                );
            }
        }

        return started;
    }

    private async Task<int> LeaveAsync(
        Invocation invocation,
        GroqBatchHost host,
        IReadOnlyList<Guid> started,
        CancellationToken cancellationToken
    )
    {
        var others = await host.Services.GetRequiredService<IPipelinePresence>().CountOthersAsync(cancellationToken);
        var runs = await ReadAsync(host.Services.GetRequiredService<IRunReader>(), started, cancellationToken);
        WriteJson(invocation, runs);
        if (!invocation.Get(_json))
        {
            foreach (var run in runs)
            {
                invocation.Terminal.Out.WriteLine($"{run.Id}");
            }
        }

        invocation.Terminal.Note(
            others > 0
                ? $"Recorded. {Carriers(others)}. See: groqbatch status {Figures.Short(started[0])}"
                : "Recorded only: nobody is working now. groqbatch work, or the dashboard, carries it out."
        );
        return ExitCode.Done;
    }

    private async Task<int> WatchAsync(
        Invocation invocation,
        GroqBatchHost host,
        IReadOnlyList<Guid> started,
        CancellationToken cancellationToken
    )
    {
        var reader = host.Services.GetRequiredService<IRunReader>();
        await RunView.ShowAsync(
            host,
            invocation.Terminal,
            token => ReadAsync(reader, started, token),
            change => started.Any(change.Concerns),
            snapshot => snapshot.All(IsOver),
            cancellationToken
        );

        // Once more, without the token: after Ctrl-C too, one wants to know how far it came.
        var runs = await ReadAsync(reader, started, CancellationToken.None);
        if (cancellationToken.IsCancellationRequested)
        {
            var others = await host.Services.GetRequiredService<IPipelinePresence>().CountOthersAsync(CancellationToken.None);
            invocation.Terminal.Note(
                "Stopped watching, not the run. "
                    + (others > 0 ? $"{Carriers(others)}." : "Nobody else is working now: groqbatch work, or the dashboard, carries it on.")
                    + $" See: groqbatch status {Figures.Short(started[0])}"
            );
        }

        WriteJson(invocation, runs);
        if (!invocation.Get(_json))
        {
            foreach (var run in runs)
            {
                RunText.Write(invocation.Terminal.Answer, run);
            }
        }

        foreach (
            var run in runs.Where(run =>
                run.State is RunState.NeedsAttention or RunState.Held && !cancellationToken.IsCancellationRequested
            )
        )
        {
            invocation.Terminal.Note($"{run.Team} waits for a person: {run.Reason ?? run.State.ToString()} {Figures.WaysOn(run)}");
        }

        return cancellationToken.IsCancellationRequested ? ExitCode.Done : runs.Max(CodeOf);
    }

    private void WriteJson(Invocation invocation, IReadOnlyList<RunOverview> runs)
    {
        if (!invocation.Get(_json))
        {
            return;
        }

        // One team: the run itself, or null when there was nothing to do. All teams: a list, which may be empty.
        invocation.Terminal.Out.WriteLine(
            invocation.Get(_allTeams) ? RunJson.ToText(runs)
            : runs.Count == 0 ? "null"
            : RunJson.Of(runs[0]).ToString()
        );
    }

    private static string Carriers(int others) =>
        others == 1 ? "Another process is working and carries it on" : $"{others} other processes are working and carry it on";

    private static async Task<IReadOnlyList<RunOverview>> ReadAsync(
        IRunReader reader,
        IReadOnlyList<Guid> ids,
        CancellationToken cancellationToken
    )
    {
        var runs = new List<RunOverview>(ids.Count);
        foreach (var id in ids)
        {
            if (await reader.FindAsync(id, cancellationToken) is { } run)
            {
                runs.Add(run);
            }
        }

        return runs;
    }

    /// <summary>Whether there is nothing more to watch: it has ended, or waits for a person.</summary>
    private static bool IsOver(RunOverview run) => run.State.IsFinal() || run.State is RunState.Held or RunState.NeedsAttention;

    private static int CodeOf(RunOverview run) =>
        run.State switch
        {
            RunState.Completed => ExitCode.Done,
            RunState.NeedsAttention => ExitCode.CouldNotRun,
            _ => ExitCode.DoneWithFailures,
        };
}
