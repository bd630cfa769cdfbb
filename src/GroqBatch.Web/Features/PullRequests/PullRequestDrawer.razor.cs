using GroqBatch.Core.Access;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Estimates;
using GroqBatch.Core.Models;
using GroqBatch.Core.Parking;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Runs;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.PullRequests;

/// <summary>Shows a pull request over the page that is open; the frame has it once, for every page.</summary>
public sealed partial class PullRequestDrawer
{
    private readonly CancellationTokenSource _leaving = new();
    private ElementReference _dialog;
    private PageScript? _script;
    private IDisposable? _subscription;
    private long? _loadedId;
    private PullRequestDetails? _details;
    private SummaryPrice? _price;
    private Core.Teams.Team? _pricedFor;
    private Question? _asking;
    private Guid? _startedRun;
    private string _reason = "";
    private string _key = "";
    private string? _told;
    private string? _mistake;
    private string? _failure;
    private bool _isMissing;
    private bool _mayOperate;
    private bool _isBusy;

    private enum Question
    {
        Again,
        Park,
    }

    /// <summary>The pull request's key; null: the drawer is closed.</summary>
    [Parameter, EditorRequired]
    public long? Id { get; set; }

    [Inject]
    public required IPullRequestReader Reader { get; init; }

    [Inject]
    public required IRunService Runs { get; init; }

    [Inject]
    public required IParking Parking { get; init; }

    [Inject]
    public required ISummaryPrice Prices { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    private IReadOnlyList<PullRequestSummary> Earlier => [.. _details!.Summaries.Where(summary => !summary.IsCurrent)];

    private string? SafeUrl =>
        Uri.TryCreate(_details!.PullRequest.Url, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url.ToString() : null;

    private string WhyNone =>
        _details!.State switch
        {
            CoverageState.Pending => "It has never been tried.",
            CoverageState.InFlight => "A live run has it.",
            CoverageState.Failed => $"It was tried and failed{(_details.FailureCode is { } code ? $": {code}" : "")}.",
            CoverageState.Parked => $"It failed{(_details.FailureCode is { } code ? $" ({code})" : "")} and was set aside.",
            CoverageState.Excluded => "Its body is empty: there is nothing to summarise.",
            _ => "Its summary belongs to a run that is gone.",
        };

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        await _leaving.CancelAsync(); // not disposed: a load already under way may still read the token
        if (_script is not null)
        {
            await _script.DisposeAsync();
        }
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Id == _loadedId)
        {
            return;
        }

        _loadedId = Id;
        (_details, _isMissing, _asking, _told, _mistake, _startedRun) = (null, false, null, null, null, null);
        if (Id is null)
        {
            _subscription?.Dispose();
            _subscription = null;
            return;
        }

        _subscription ??= Feed.SubscribeRunChanges(() => InvokeAsync(ReadAsync));
        await LoadAsync();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Id is not { } id)
        {
            return;
        }

        _script ??= new PageScript(Browser, "drawer", "forget");
        if (await _script.TryLoadAsync() && Id == id)
        {
            await _script.InvokeVoidAsync("show", _dialog);
        }
    }

    private async Task LoadAsync()
    {
        await ReadAsync();
        StateHasChanged();
        if (_details is { Team: var team } && (_price is null || _pricedFor != team))
        {
            await TryAsync(async _ =>
            {
                _price = await Prices.ReadAsync(Provider.Name, team.OwnLadder, _leaving.Token);
                _pricedFor = team;
            });
        }
    }

    private async Task ReadAsync()
    {
        if (Id is not { } id)
        {
            return;
        }

        try
        {
            var actor = await Current.GetAsync(_leaving.Token);
            var details = await Reader.FindAsync(Provider.Name, id, actor, _leaving.Token);
            if (Id != id)
            {
                return; // the reader has gone on to another
            }

            _failure = null;
            _mayOperate = actor.Rights.HasFlag(Right.Operate);
            _isMissing = details is null;
            // The same source stays the same object, so that what was unfolded in it stays so.
            _details =
                details is not null && _details is not null && IsSame(_details.PullRequest, details.PullRequest)
                    ? details with
                    {
                        PullRequest = _details.PullRequest,
                    }
                    : details;
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The drawer says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
        }
    }

    private static bool IsSame(PullRequest one, PullRequest other) =>
        (one.Title, one.Body, one.State, one.MergedAt, one.Files.Count, one.Commits.Count, one.Reviews.Count, one.Comments.Count)
        == (
            other.Title,
            other.Body,
            other.State,
            other.MergedAt,
            other.Files.Count,
            other.Commits.Count,
            other.Reviews.Count,
            other.Comments.Count
        );

    private void Ask(Question? question)
    {
        _asking = _asking == question ? null : question;
        (_told, _mistake, _startedRun) = (null, null, null);
        // A second click on the same question's button is the same run.
        _key = $"again-{Guid.NewGuid():N}";
    }

    private Task AgainAsync() =>
        DoAsync(async actor =>
        {
            var again = await Runs.SummariseAgainAsync(Id!.Value, _key, actor, CancellationToken.None);
            (_told, _startedRun) = (again.Explanation, again.RunId);
        });

    private Task ParkAsync() =>
        DoAsync(async actor =>
        {
            var result = await Parking.ParkAsync(Provider.Name, [Id!.Value], _reason, actor, CancellationToken.None);
            _told = result.Changed == 1 ? "Parked." : "It has moved on meanwhile, and stays as it is.";
            _reason = "";
        });

    private Task UnparkAsync() =>
        DoAsync(async actor =>
        {
            var result = await Parking.UnparkAsync(Provider.Name, [Id!.Value], actor, CancellationToken.None);
            _told = result.Changed == 1 ? "Brought back: the next full run takes it." : "It has moved on meanwhile, and stays as it is.";
        });

    private async Task DoAsync(Func<Actor, Task> deed)
    {
        if (_isBusy || Id is null)
        {
            return;
        }

        _isBusy = true;
        await TryAsync(async actor =>
        {
            await deed(actor);
            _asking = null;
            await ReadAsync();
        });
        _isBusy = false;
    }

    private async Task TryAsync(Func<Actor, Task> deed)
    {
        try
        {
            _mistake = null;
            await deed(await Current.GetAsync(_leaving.Token));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The drawer says what happened.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _mistake = failed is LadderUnavailableException or ArgumentException ? failed.Message : Failures.Say(failed);
        }
    }
}
