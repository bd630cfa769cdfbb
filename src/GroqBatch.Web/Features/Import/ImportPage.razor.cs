using GroqBatch.Core.Coverage;
using GroqBatch.Core.Import;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shared;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;

namespace GroqBatch.Web.Features.Import;

/// <summary>Brings pull requests in from files: the browser sends them beside the page's own connection, and the page shows how far they are.</summary>
public sealed partial class ImportPage
{
    private const string NewTeam = "+";
    private const int Shown = 200;
    private const int MostFiles = 200;
    private readonly CancellationTokenSource _leaving = new();
    private readonly List<Upload> _uploads = [];
    private readonly List<IDisposable> _following = [];
    private DotNetObjectReference<ImportPage>? _self;
    private PageScript? _sender;
    private ElementReference _zone;
    private ElementReference _input;
    private IReadOnlyList<Team>? _teams;
    private string _slug = NewTeam;
    private string _newName = "";
    private string _newSlug = "";
    private string _repository = "";
    private string? _failure;
    private string? _said;
    private bool _isSending;
    private bool _isListening;

    [Inject]
    public required ITeamStore Teams { get; init; }

    [Inject]
    public required ICurrentActor Actor { get; init; }

    [Inject]
    public required IServiceProvider Services { get; init; }

    [Inject]
    public required IOptions<CoverageOptions> Coverage { get; init; }

    [Inject]
    public required IJSRuntime Browser { get; init; }

    /// <summary>The slug of the team that is chosen at first.</summary>
    [SupplyParameterFromQuery(Name = "team")]
    private string? TeamSlug { get; set; }

    private int Ready => _uploads.Count(upload => upload.State is UploadState.Waiting or UploadState.Failed or UploadState.Cancelled);

    private IReadOnlyList<RejectedLine> Rejected => [.. _uploads.SelectMany(upload => upload.Report?.RejectedLines ?? [])];

    private long RejectedInAll => _uploads.Sum(upload => upload.Report?.Total.Rejected ?? 0);

    /// <summary>Files have been chosen or dropped.</summary>
    [JSInvokable]
    public void Choose(ChosenFile[] files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (!_isSending)
        {
            _uploads.RemoveAll(upload => upload.State == UploadState.Read);
            _uploads.AddRange(
                files.Take(MostFiles - _uploads.Count).Select(file => new Upload(file.Id, UploadName.Of(file.Name), Math.Max(0, file.Size)))
            );
            _said = files.Length > MostFiles ? $"At most {MostFiles} files at once." : null;
            StateHasChanged();
        }
    }

    /// <summary>So much of a file has been sent.</summary>
    [JSInvokable]
    public void Sending(Guid id, long sent) =>
        Change(id, upload => upload with { State = UploadState.Sending, Sent = Math.Min(sent, upload.Bytes) });

    /// <summary>The server has answered, or the connection is gone.</summary>
    [JSInvokable]
    public void Answer(Guid id, int status, string text) => Change(id, upload => upload.Answered(status, text ?? ""));

    /// <summary>Somebody stopped it.</summary>
    [JSInvokable]
    public void Stopped(Guid id) => Change(id, upload => upload with { State = UploadState.Cancelled });

    /// <summary>Every file has had its turn.</summary>
    [JSInvokable]
    public void Finished()
    {
        _isSending = false;
        Forget();
        _said =
            _uploads.Exists(upload => upload.State is UploadState.Failed or UploadState.Cancelled) ? "Not everything is in."
            : RejectedInAll > 0 ? "Done; some lines were rejected."
            : "Done.";
        StateHasChanged();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        Forget();
        if (_sender is not null)
        {
            await _sender.DisposeAsync();
        }

        _self?.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => LoadAsync();

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_teams is not null && !_isListening)
        {
            _isListening = true;
            (_sender, _self) = (new PageScript(Browser, "import", "leave"), DotNetObjectReference.Create(this));
            if (await _sender.TryLoadAsync())
            {
                await _sender.InvokeVoidAsync("listen", _zone, _input, _self);
            }
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            _failure = null;
            _teams = await Teams.ListAsync(_leaving.Token);
            _slug = (_teams.FirstOrDefault(team => team.Slug == TeamSlug) ?? (_teams.Count > 0 ? _teams[0] : null))?.Slug ?? NewTeam;
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
    }

    private async Task StartAsync()
    {
        if (_isSending || Ready == 0)
        {
            return;
        }

        _isSending = true;
        _said = null;
        try
        {
            if (await FindOrAddTeamAsync() is not { } slug)
            {
                _isSending = false;
                return;
            }

            var waiting = _uploads.Where(upload => upload.State != UploadState.Read).Select(upload => upload.Id).ToList();
            var uploads = Services.GetRequiredService<ImportUploads>();
            foreach (var id in waiting)
            {
                Change(id, upload => upload with { State = UploadState.Waiting, Sent = 0, Lines = 0, Rejected = 0, Fault = null });
                _following.Add(uploads.Follow(id, progress => _ = InvokeAsync(() => Hear(id, progress))));
            }

            if (_sender is not null)
            {
                await _sender.InvokeVoidAsync("send", ImportEndpoints.Address, slug, _repository.Trim(), waiting);
            }
        }
#pragma warning disable CA1031 // The page says what happened; the files are still chosen.
        catch (Exception failed) when (failed is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _isSending = false;
            Forget();
            _said = failed is InvalidTeamException ? failed.Message : Failures.Say(failed);
        }
    }

    private async Task<string?> FindOrAddTeamAsync()
    {
        if (_slug != NewTeam)
        {
            return _slug;
        }

        var (name, slug) = (_newName.Trim(), _newSlug.Trim());
        var mistakes = TeamRules.Check(slug, name, goal: null);
        if (mistakes.Count > 0)
        {
            _said = string.Join(' ', mistakes);
            return null;
        }

        var actor = await Actor.GetAsync(_leaving.Token);
        var added = await Teams.AddAsync(new NewTeam(slug, name, Coverage.Value.Goal), actor, _leaving.Token);
        _teams = [.. _teams!, added];
        return _slug = added.Slug;
    }

    private async Task CancelAsync()
    {
        if (_sender is not null)
        {
            await _sender.InvokeVoidAsync("cancel");
        }
    }

    private void Hear(Guid id, ImportProgress progress) =>
        Change(
            id,
            upload =>
                upload.State is UploadState.Waiting or UploadState.Sending
                    ? upload with
                    {
                        State = UploadState.Sending,
                        Lines = progress.Lines,
                        Rejected = progress.Rejected,
                    }
                    : upload
        );

    private void Change(Guid id, Func<Upload, Upload> change)
    {
        var index = _uploads.FindIndex(upload => upload.Id == id);
        if (index >= 0)
        {
            _uploads[index] = change(_uploads[index]);
            StateHasChanged();
        }
    }

    private void Forget()
    {
        foreach (var following in _following)
        {
            following.Dispose();
        }

        _following.Clear();
    }

    private static string Typed(ChangeEventArgs typed) => typed.Value?.ToString() ?? "";
}

/// <summary>A file as the browser names it.</summary>
/// <param name="Id">Made up by the browser for it.</param>
/// <param name="Name">Its name; hostile.</param>
/// <param name="Size">Bytes.</param>
public sealed record ChosenFile(Guid Id, string Name, long Size);
