using GroqBatch.Core.Batches;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Runs;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Overview;

/// <summary>Coverage of all teams and the latest runs, as they are when the page is asked for.</summary>
public sealed partial class OverviewPage
{
    private const int RunsShown = 20;
    private CoverageOverview _coverage = new([]);
    private IReadOnlyList<RunOverview> _runs = [];

    [Inject]
    public required ICoverageReader Coverage { get; init; }

    [Inject]
    public required IRunReader Runs { get; init; }

    [Inject]
    public required IBatchProvider Provider { get; init; }

    [CascadingParameter]
    public HttpContext? Http { get; set; }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        var cancellationToken = Http?.RequestAborted ?? CancellationToken.None;
        _coverage = await Coverage.ReadAsync(Provider.Name, cancellationToken);
        _runs = await Runs.ListAsync(new RunFilter { Provider = Provider.Name, Take = RunsShown }, cancellationToken);
    }

    private static string ClassOf(RunState state) =>
        state switch
        {
            RunState.Completed => "good",
            RunState.CompletedWithFailures or RunState.Held or RunState.Cancelled or RunState.Cancelling => "warn",
            RunState.NeedsAttention => "bad",
            RunState.Queued or RunState.Running => "moving",
            _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown run state."),
        };

    private static string CostOf(RunOverview run) =>
        (run.UnknownRequests > 0 ? "≥ " : "") + (run.Booked is > 0 and < 0.1m ? $"${run.Booked:0.0000}" : $"${run.Booked:N2}");
}
