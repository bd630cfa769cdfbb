using GroqBatch.Core.Access;
using GroqBatch.Core.SpotChecks;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.SpotChecks;

/// <summary>Reads a sample, one item after the other.</summary>
public sealed partial class SampleReview
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly ReadingPace _pace = new();
    private DotNetObjectReference<SampleReview>? _self;
    private PageScript? _keys;
    private int _shownPosition;
    private IDisposable? _subscription;
    private Guid _loadedId;
    private Actor? _actor;
    private SampleReport? _report;
    private SampleItem? _item;
    private VerdictReceipt? _last;
    private string? _note;
    private string? _failure;
    private bool _isMissing;
    private bool _isAskingWhy;
    private bool _isHelpOpen;
    private bool _isBusy;
    private bool _isGoingOn;

    /// <summary>The sample.</summary>
    [Parameter, EditorRequired]
    public Guid SampleId { get; set; }

    /// <summary>Told whenever what it shows has changed.</summary>
    [Parameter]
    public EventCallback<SampleReport> OnReport { get; set; }

    [Inject]
    public required ISpotChecks Checks { get; init; }

    [Inject]
    public required ICurrentActor Current { get; init; }

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Time { get; init; }

    private bool MayJudge => _item is not null && (_item.ReadBy is null || _item.ReadBy == _actor?.Name);

    private int? Expected => _report!.Judgement.MoreReads is { } more ? Math.Max(_item!.Position, _report.Judgement.Read + more) : null;

    private string? SafeUrl =>
        Uri.TryCreate(_item!.PullRequest.Url, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url.ToString() : null;

    private string? Standing =>
        _item switch
        {
            { Verdict: { } verdict, ReadBy: { } reader } =>
                $"{(reader == _actor?.Name ? "You" : reader)} said {verdict.ToWire()}{(_item.Reason is { } reason ? $", {reason.Say()}" : "")}.",
            { ReservedBy: { } other } when other != _actor?.Name => $"{other} is reading this one.",
            _ => null,
        };

    private string Last =>
        _note ?? (_last is null ? "" : $"last: #{_last.Number} {(_last.Verdict is { } verdict ? verdict.ToWire() : "taken back")}");

    private string EndTitle =>
        _report!.Judgement.Settlement switch
        {
            Settlement.Good => "Settled: good enough",
            Settlement.NotGood => "Settled: not good enough",
            Settlement.Open when _report.Sample.Read >= _report.Sample.Drawn => "All of the sample is read",
            _ => "Others are reading what is left",
        };

    private string EndText =>
        _report!.Judgement.Settlement is not Settlement.Open ? "Nothing more is asked. The sample and every verdict are kept."
        : _report.Sample.Read >= _report.Sample.Drawn ? "It is not settled. Draw another sample, or another target."
        : "Each is kept for its reader for ten minutes. It moves on by itself when they are done.";

    /// <summary>A key was pressed before an item, or before none (0). Keys for an item that is not there any more do nothing: nobody judges unseen.</summary>
    [JSInvokable]
    public async Task PressAsync(string key, int position)
    {
        if (_report is null || _isBusy || position != (_item?.Position ?? 0))
        {
            return;
        }

        var task = key switch
        {
            "u" => UndoAsync(),
            "j" => NextAsync(),
            "k" => PreviousAsync(),
            "?" => Do(ToggleHelp),
            "Escape" => Do(DropQuestion),
            _ when _item is null => Task.CompletedTask,
            "1" or "2" or "3" or "4" or "5" when _isAskingWhy => JudgeAsync(Verdict.Wrong, Enum.GetValues<WrongReason>()[key[0] - '1']),
            "1" => JudgeAsync(Verdict.Good, null),
            "2" => JudgeAsync(Verdict.Minor, null),
            "3" => Do(AskWhy),
            _ => Task.CompletedTask,
        };
        await task;
        StateHasChanged();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        Navigation.LocationChanged -= NoteLeaving;
        await _leaving.CancelAsync(); // not disposed: a load already under way may still read the token
        try
        {
            // Only by who goes on to another page. A lost connection comes back to the same item, which a late release would give away.
            if (_isGoingOn && _actor is not null && _report is not null)
            {
                await Checks.ReleaseAsync(_loadedId, _actor, CancellationToken.None);
            }
        }
#pragma warning disable CA1031 // It expires by itself.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nothing depends on it.
        }

        if (_keys is not null)
        {
            await _keys.DisposeAsync();
        }

        _self?.Dispose();
    }

    /// <inheritdoc />
    protected override void OnInitialized() => Navigation.LocationChanged += NoteLeaving;

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (SampleId == _loadedId)
        {
            return;
        }

        _loadedId = SampleId;
        (_item, _last, _note, _isAskingWhy) = (null, null, null, false);
        _subscription?.Dispose();
        _subscription = Feed.SubscribeSample(SampleId, report => InvokeAsync(() => HearAsync(report)));
        await LoadAsync();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            (_keys, _self) = (new PageScript(Browser, "spot-check", "stop"), DotNetObjectReference.Create(this));
            if (await _keys.TryLoadAsync())
            {
                await _keys.InvokeVoidAsync("listen", _self);
            }
        }

        if (_keys is { IsThere: true } && _item is not null && _item.Position != _shownPosition)
        {
            _shownPosition = _item.Position;
            await _keys.InvokeVoidAsync("top");
        }
    }

    private static Task Do(Action deed)
    {
        deed();
        return Task.CompletedTask;
    }

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private void NoteLeaving(object? sender, LocationChangedEventArgs place) => _isGoingOn = true;

    private void ToggleHelp() => _isHelpOpen = !_isHelpOpen;

    private void AskWhy() => _isAskingWhy = MayJudge;

    private void DropQuestion() => _isAskingWhy = false;

    private Task LoadAsync() =>
        WhileBusyAsync(async () =>
        {
            _actor = await Current.GetAsync(_leaving.Token);
            await ShowAsync(await Checks.FindAsync(SampleId, _actor, _leaving.Token));
            _isMissing = _report is null;
            if (_report is not null)
            {
                await GoOnAsync(after: 0);
            }
        });

    /// <summary>Somebody, perhaps this reader, has read.</summary>
    private async Task HearAsync(SampleReport? report)
    {
        if (report is null || report.Sample.Id != _loadedId || _isBusy)
        {
            return; // busy: what is under way brings news of its own
        }

        await ShowAsync(report);
        if (_item is null && report.Judgement.Settlement is Settlement.Open)
        {
            await WhileBusyAsync(() => GoOnAsync(after: 0));
        }

        StateHasChanged();
    }

    private async Task ShowAsync(SampleReport? report)
    {
        _report = report;
        if (report is not null)
        {
            await OnReport.InvokeAsync(report);
        }
    }

    private Task JudgeAsync(Verdict verdict, WrongReason? reason) =>
        MayJudge
            ? WhileBusyAsync(async () =>
            {
                var receipt = await Checks.GiveAsync(SampleId, _item!.Position, verdict, reason, _actor!, _leaving.Token);
                _pace.Note(Time.GetTimestamp(), Time);
                _last = receipt.IsTaken ? receipt : _last;
                _note = receipt.IsTaken ? null : $"#{receipt.Number} was read by somebody else meanwhile; their verdict stands";
                _isAskingWhy = false;
                await ShowAsync(receipt.Report);
                await GoOnAsync(after: 0);
            })
            : Task.CompletedTask;

    private Task UndoAsync()
    {
        if (_isAskingWhy)
        {
            DropQuestion();
            return Task.CompletedTask;
        }

        return WhileBusyAsync(async () =>
        {
            var receipt = await Checks.UndoAsync(SampleId, _actor!, _leaving.Token);
            if (receipt is null)
            {
                _note = "nothing of yours to take back";
                return;
            }

            (_last, _note) = (receipt, null);
            await ShowAsync(receipt.Report);
            _item = await Checks.LookAsync(SampleId, receipt.Position, _actor!, _leaving.Token);
        });
    }

    private Task NextAsync() =>
        WhileBusyAsync(async () =>
        {
            _isAskingWhy = false;
            if (_item is null)
            {
                await GoOnAsync(after: 0);
                return;
            }

            var next = await Checks.LookAsync(SampleId, _item.Position + 1, _actor!, _leaving.Token);
            if (next?.Verdict is null)
            {
                next = await Checks.TakeAsync(SampleId, _item.Position, _actor!, _leaving.Token);
            }

            (_item, _note) = next is null ? (_item, "nothing after this one") : (next, null);
        });

    private Task PreviousAsync() =>
        WhileBusyAsync(async () =>
        {
            _isAskingWhy = false;
            var position = (_item?.Position ?? _report!.Sample.Read + 1) - 1;
            var previous = position < 1 ? null : await Checks.LookAsync(SampleId, position, _actor!, _leaving.Token);
            (_item, _note) = previous is null ? (_item, "nothing before this one") : (previous, null);
        });

    /// <summary>Shows the first that is unread.</summary>
    private async Task GoOnAsync(int after)
    {
        _item = await Checks.TakeAsync(SampleId, after, _actor!, _leaving.Token);
        _pace.Begin(Time.GetTimestamp());
    }

    private async Task WhileBusyAsync(Func<Task> deed)
    {
        if (_isBusy)
        {
            return;
        }

        _isBusy = true;
        try
        {
            _failure = null;
            await deed();
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The reader has gone on.
        }
#pragma warning disable CA1031 // The page says what happened and offers to try again.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _failure = Failures.Say(failed);
        }
        finally
        {
            _isBusy = false;
        }
    }
}
