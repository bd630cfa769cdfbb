using GroqBatch.Core.Audit;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.Settings;

/// <summary>The audit log with its filters, which are in the address.</summary>
public sealed partial class AuditPart
{
    private const int PageSize = 50;
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<RecordedAuditEvent>? _events;
    private AuditTerms? _terms;
    private bool _hasMore;
    private string? _failure;

    [Inject]
    public required IAuditReader Audit { get; init; }

    [Inject]
    public required ICurrentActor Me { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    /// <summary>Done by this name.</summary>
    [SupplyParameterFromQuery(Name = "actor")]
    private string? Actor { get; set; }

    /// <summary>This verb, or with a full stop at its end every verb of a kind.</summary>
    [SupplyParameterFromQuery(Name = "action")]
    private string? Action { get; set; }

    /// <summary>Done to this team or run.</summary>
    [SupplyParameterFromQuery(Name = "target")]
    private string? Target { get; set; }

    /// <summary>Older than this event: the next page.</summary>
    [SupplyParameterFromQuery(Name = "older")]
    private long? OlderThan { get; set; }

    private IEnumerable<IGrouping<string, string>> Kinds =>
        (_terms?.Actions ?? []).GroupBy(action => action.Split('.')[0], StringComparer.Ordinal);

    /// <inheritdoc />
    public void Dispose() => _leaving.Cancel(); // Not disposed: a read already under way may still look at it.

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => LoadAsync();

    private static string? AddressOf(AuditEvent audit) =>
        Guid.TryParse(audit.Target, out var run) && audit.Action.StartsWith("run.", StringComparison.Ordinal) ? PageLinks.Run(run)
        : audit.Action.StartsWith("team.", StringComparison.Ordinal) && audit.After is not null ? PageLinks.Team(audit.Target)
        : null;

    private async Task LoadAsync()
    {
        _failure = null;
        try
        {
            var me = await Me.GetAsync(_leaving.Token);
            _terms ??= await Audit.ListTermsAsync(me, _leaving.Token);
            var read = await Audit.ListAsync(
                new AuditFilter
                {
                    Actor = Actor,
                    Action = Action,
                    Target = Target,
                    OlderThan = OlderThan,
                    // One more tells whether there is another page.
                    Take = PageSize + 1,
                },
                me,
                _leaving.Token
            );
            _hasMore = read.Count > PageSize;
            _events = _hasMore ? [.. read.Take(PageSize)] : read;
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

    private void Go((string Name, object? Value) changed) => Navigation.NavigateTo(Address(changed), replace: true);

    private string Address((string Name, object? Value) changed)
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["actor"] = Actor,
            ["action"] = Action,
            ["target"] = Target,
            ["older"] = null,
        };
        parameters[changed.Name] = changed.Value is "" ? null : changed.Value;
        return Navigation.GetUriWithQueryParameters("settings?tab=audit", parameters);
    }
}
