using System.Globalization;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Models;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.Backfills;

/// <summary>Chooses a backfill, says what it would take, and starts it.</summary>
public sealed partial class BackfillDialog
{
    private static readonly TimeSpan Typing = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(60);
    private readonly CancellationTokenSource _leaving = new();
    private CancellationTokenSource? _estimating;
    private ElementReference _dialog;
    private BackfillChoices _choices = new();
    private BackfillOutlook? _outlook;
    private BackfillOffer? _offer;
    private (int? Limit, bool IncludesStale, bool WithFallback)? _shownFor;
    private TeamOffer? _listed;
    private IReadOnlyList<TeamOutcome>? _outcomes;
    private string? _failure;
    private string? _trouble;
    private bool _isStarting;

    /// <summary>At least one.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<Team> Teams { get; set; } = [];

    /// <summary>What is chosen at first.</summary>
    [Parameter, EditorRequired]
    public BackfillChoices Choices { get; set; } = new();

    /// <summary>It has been closed, by whatever means.</summary>
    [Parameter]
    public EventCallback OnClosed { get; set; }

    [Inject]
    public required IBackfillOutlooks Outlooks { get; init; }

    [Inject]
    public required IRunService Runs { get; init; }

    [Inject]
    public required IRunReader Reader { get; init; }

    [Inject]
    public required IModelCatalogue Catalogue { get; init; }

    [Inject]
    public required ICurrentActor Actor { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    private string Title => Teams.Count == 1 ? $"Backfill {Teams[0].Name}" : $"Backfill {Figures.Count(Teams.Count, "team", "teams")}";

    private int Missing => _outlook?.Teams.Sum(team => team.Missing) ?? 0;

    private bool HasFallback => _outlook?.Teams.Any(team => team.Ladder.Rungs.Count > 1) == true;

    private int Stale => _outlook?.Teams.Sum(team => team.Counts.Stale) ?? 0;

    private string Sentence
    {
        get
        {
            if (_outlook is null)
            {
                return "Looking at what is missing…";
            }

            var eligible = _outlook.Teams.Sum(team => team.Counts.Eligible);
            var toGoal = _outlook.Teams.Sum(team => team.Counts.MissingTo(team.Team.Goal));
            var goal =
                toGoal == 0 ? "the goal is reached."
                : _outlook.Teams.Count == 1
                    ? $"{Figures.Count(toGoal)} more {(toGoal == 1 ? "reaches" : "reach")} the goal of {Figures.Goal(_outlook.Teams[0].Team.Goal)}."
                : $"{Figures.Count(toGoal)} more reach the goals of all.";
            return $"{Figures.Count(Missing)} of {Figures.Count(eligible)} eligible pull requests {(Missing == 1 ? "has" : "have")} no summary; {goal}";
        }
    }

    private string Basis =>
        _outlook!.PastRuns switch
        {
            0 => "expected, from defaults: no past yet",
            1 => "expected, from the last run",
            var runs => $"expected, from the last {runs} runs",
        };

    /// <summary>Whether what is shown is what is chosen: for a moment after a change it is what was chosen before.</summary>
    private bool IsShown => _choices.Problem is not null || _shownFor == Wanted(_choices);

    private string Exactness => _offer is { Selected: > 0, IsExact: false } ? "about; counting exactly…" : "";

    private string CanaryHint
    {
        get
        {
            var selected = _offer?.Teams.Select(team => team.Selected).DefaultIfEmpty().Max() ?? 0;
            var canary = _choices.Canary ?? 0;
            return !_choices.HasCanary ? "All of it is sent at once."
                : selected > 0 && !_choices.CanaryCounts(selected) ? "Not more are selected than that, so all of it goes at once."
                : _offer is { Runs.Count: 1 }
                    ? $"The other {Figures.Count(selected - canary)} wait until the {Figures.Count(canary)} are read. Nothing more is spent while held."
                : $"The others of each team wait until its {Figures.Count(canary)} are read. Nothing more is spent while held.";
        }
    }

    private bool CanStart => !_isStarting && _choices.Problem is null && _offer is { Selected: > 0 };

    private string StartWords
    {
        get
        {
            if (_isStarting)
            {
                return "Starting…";
            }

            if (_choices.Problem is not null || _offer is null or { Selected: 0 })
            {
                return "Nothing to start";
            }

            var cost = _offer.Estimate?.Cost is { } range ? $", about {EstimateFigures.Dollars(range.Expected)}" : "";
            var requests = Figures.Count(_offer.Selected, "request", "requests");
            return _offer.Runs.Count > 1 ? $"Start {_offer.Runs.Count} runs, {requests}{cost}" : $"Start {requests}{cost}";
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Not disposed: what is under way may still read the token.
        _leaving.Cancel();
        _estimating?.Cancel();
    }

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        _choices = Choices;
        await OpenAsync();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await Browser.InvokeVoidAsync("gbDialog.show", _dialog);
        }
    }

    private async Task OpenAsync()
    {
        try
        {
            _failure = null;
            var actor = await Actor.GetAsync(_leaving.Token);
            _outlook = await Outlooks.ReadAsync([.. Teams.Select(team => team.Id)], actor, _leaving.Token);
            await EstimateAsync(TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The dialog says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Say(failed);
        }
    }

    private Task ChooseAsync(BackfillChoices choices)
    {
        _choices = choices;
        return EstimateAsync(TimeSpan.Zero);
    }

    private Task TypeAsync(ChangeEventArgs typed, Func<BackfillChoices, int?, BackfillChoices> change)
    {
        var text = typed.Value?.ToString();
        int? number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        _choices = change(_choices, number);
        return EstimateAsync(Typing);
    }

    /// <summary>
    /// Shows what the choices come to. The query that sends them answers within moments for most teams; where it takes longer, the counters answer
    /// first, and it replaces their figures once it has.
    /// </summary>
    private async Task EstimateAsync(TimeSpan wait)
    {
        if (_estimating is not null)
        {
            await _estimating.CancelAsync();
        }

        var choices = _choices;
        if (_outlook is not { } outlook || choices.Problem is not null)
        {
            _offer = null;
            return;
        }

        // Canary and hold change nothing of what is selected, nor what it takes.
        var wanted = Wanted(choices);
        if (_shownFor == wanted && _offer is { IsExact: true })
        {
            return;
        }

        _estimating = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        var token = _estimating.Token;
        try
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, Time, token);
            }

            var exact = ReadExactAsync(outlook, choices, token);
            if (await Task.WhenAny(exact, Task.Delay(Patience, Time, token)) != exact)
            {
                var quick = await Task.Run(() => BackfillOffer.Of(outlook, choices), token);
                Show(quick, wanted, token);
            }

            Show(await exact, wanted, token);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Something else has been chosen, or the dialog is closed.
        }
#pragma warning disable CA1031 // What the counters say stands; the dialog says what is missing.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _offer = BackfillOffer.Of(outlook, choices);
            _shownFor = wanted;
            _trouble = Say(failed);
        }
    }

    private void Show(BackfillOffer offer, (int?, bool, bool) wanted, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        _offer = offer;
        _shownFor = wanted;
        _trouble = null;
        StateHasChanged();
    }

    private async Task<BackfillOffer> ReadExactAsync(BackfillOutlook outlook, BackfillChoices choices, CancellationToken token)
    {
        var actor = await Actor.GetAsync(token);
        var teams = new List<TeamOffer>(outlook.Teams.Count);
        foreach (var team in outlook.Teams)
        {
            // Not on the thread of the page: a forecast is thousands of draws.
            var preview = await Task.Run(
                () => Runs.PreviewAsync(choices.ToStart(team.Team.Id, selected: int.MaxValue), actor, token),
                token
            );
            teams.Add(new TeamOffer(team, preview.Selected, preview.ClaimedElsewhere, preview.Estimate, preview.First, preview.Token));
        }

        return BackfillOffer.Of(teams, isExact: true);
    }

    private StartRun RequestOf(TeamOffer team)
    {
        var request = _choices.ToStart(team.Outlook.Team.Id, team.Selected);
        return request with
        {
            RequestKey = BackfillKey.Of(_outlook!.Provider, request, team.Outlook.Sizes.BeginsAfter),
            PreviewToken = team.Token,
        };
    }

    private async Task StartAsync()
    {
        // The second click of a double click; and should one slip through, its key is the same. Nor is anything started that the button did not
        // say: for a moment after a change it still says what was chosen before.
        if (!CanStart || !IsShown)
        {
            return;
        }

        _isStarting = true;
        var offer = _offer!;
        if (_estimating is not null)
        {
            await _estimating.CancelAsync();
        }

        var outcomes = new List<TeamOutcome>();
        foreach (var team in offer.Runs)
        {
            outcomes.Add(await StartAsync(team));
        }

        _isStarting = false;
        var address =
            outcomes.Count == 1 && outcomes[0].RunId is { } only ? PageLinks.Run(only)
            : outcomes.TrueForAll(outcome => outcome.RunId is not null) ? PageLinks.Runs
            : null;
        if (address is not null && outcomes.TrueForAll(outcome => outcome.IsPlain))
        {
            await CloseAsync();
            Navigation.NavigateTo(address);
        }
        else
        {
            _outcomes = outcomes;
        }
    }

    private async Task<TeamOutcome> StartAsync(TeamOffer team)
    {
        var name = team.Outlook.Team.Name;
        try
        {
            var actor = await Actor.GetAsync(CancellationToken.None);
            // Not given up when the page is left: what was asked for is started, and the key makes it the same run when it is asked for again.
            var started = await Task.Run(() => Runs.StartAsync(RequestOf(team), actor, CancellationToken.None));
            if (started.RunId is not { } runId)
            {
                return new TeamOutcome(name, null, IsNew: false, 0)
                {
                    Said = ["Nothing was started: by now there is nothing left to send."],
                };
            }

            if (!started.IsNew)
            {
                var run = await Reader.FindAsync(runId, CancellationToken.None);
                return new TeamOutcome(name, runId, IsNew: false, run?.Selected ?? team.Selected)
                {
                    Said = [$"{run?.StartedBy ?? "Somebody"} had started this already. There is one run of it."],
                };
            }

            var selected = started.Preview!.Selected;
            var changed =
                team.Token is null && selected != team.Selected
                    ? [$"{Figures.Count(selected, "pull request was", "pull requests were")} selected, not {Figures.Count(team.Selected)}."]
                    : started.ChangedSincePreview;
            return new TeamOutcome(name, runId, IsNew: true, selected) { Said = changed };
        }
#pragma warning disable CA1031 // One team's trouble is said beside the others' runs.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            return new TeamOutcome(name, null, IsNew: false, 0) { Said = [Say(failed)], HasFailed = true };
        }
    }

    /// <summary>Back to the choices, with figures of now; what has been started stays the one run that it is.</summary>
    private async Task AgainAsync()
    {
        _outcomes = null;
        _offer = null;
        _shownFor = null;
        await EstimateAsync(TimeSpan.Zero);
    }

    private static (int? Limit, bool IncludesStale, bool WithFallback) Wanted(BackfillChoices choices) =>
        (choices.Limit, choices.IncludesStale, choices.WithFallback);

    private void List(TeamOffer team) => _listed = team;

    private void Back() => _listed = null;

    private async Task CloseAsync() => await Browser.InvokeVoidAsync("gbDialog.close", _dialog);

    private static string Say(Exception failure) => failure is LadderUnavailableException ? failure.Message : Failures.Say(failure);
}
