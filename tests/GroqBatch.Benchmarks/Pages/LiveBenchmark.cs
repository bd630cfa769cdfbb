using System.Globalization;
using GroqBatch.Testing.Browsers;
using GroqBatch.Testing.Circuits;
using Npgsql;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>
/// How soon a change in the database is shown on many open run pages: from just before the statement that changes it until the render with the new count
/// has arrived, or until a browser has it in its document. All live runs change at once each time, so that each open page has news.
/// </summary>
internal sealed class LiveBenchmark(PagesArguments arguments, TextWriter output)
{
    private const int FirstCount = 100_000;
    private const int QuietChanges = 40;
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Streaming = TimeSpan.FromSeconds(20);
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly List<(int Value, DateTimeOffset At)> _quiet = [];
    private readonly List<(int Value, DateTimeOffset At)> _stream = [];
    private int _count = FirstCount;

    /// <returns>0; 1 when the pages are later than they may be.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerInstallation.CreateAsync(arguments, output, cancellationToken);
        var runs = await PrepareRunsAsync(ledger.DataSource, cancellationToken);
        await using var dashboard = await MeasuredDashboard.StartAsync(ledger, cancellationToken);
        using var visitor = await dashboard.SignInAsync("benchmark", cancellationToken);

        // Code is compiled and the heap has its usual size before memory is looked at.
        await CloseAsync(await OpenAsync(visitor, runs, 20, cancellationToken));
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        var before = dashboard.ResidentBytes;
        var opened = await OpenAsync(visitor, runs, arguments.Open - arguments.Browsers, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        var after = dashboard.ResidentBytes;
        await SayAsync(
            $"{opened.Count} pages on {runs.Count} live runs: {after / 1e6:0} MB resident, {before / 1e6:0} MB before them, {(after - before) / 1e3 / opened.Count:0} KB each"
        );
        await using var browsers =
            arguments.Browsers == 0
                ? null
                : await BrowserPages.OpenAsync(
                    await dashboard.TakeLinkAsync(cancellationToken),
                    Enumerable.Range(0, arguments.Browsers).Select(at => new Uri(dashboard.Address, $"/runs/{runs[at % runs.Count]}"))
                );
        if (browsers is null && arguments.Browsers > 0)
        {
            await SayAsync(
                $"No Chromium here ({ChromiumFile.Variable} names one): the {arguments.Browsers} pages of a browser are left out"
            );
        }

        var pages = opened.ConvertAll(page => page.Page);
        await SayAsync($"Load average {PagesBenchmark.ReadLoad()}");

        var cpu = dashboard.CpuSeconds;
        await ChangeAfterQuietAsync(ledger.DataSource, pages, cancellationToken);
        await SayAsync($"{QuietChanges} changes after quiet took {dashboard.CpuSeconds - cpu:0.0} CPU seconds of the dashboard");
        cpu = dashboard.CpuSeconds;
        await StreamAsync(ledger.DataSource, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        await SayAsync(
            $"{Streaming.TotalSeconds:0} s of changes each {Between.TotalMilliseconds:0} ms took {dashboard.CpuSeconds - cpu:0.0} CPU seconds"
        );

        await output.WriteLineAsync(
            "| | pages | median ms | p95 ms | slowest ms | never shown | renders in a second, most |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
        );
        var isLate = false;
        isLate |= await ReportAsync("after quiet", pages, _quiet, 250);
        isLate |= await ReportAsync("steady stream", pages, _stream, 500);
        if (browsers is not null)
        {
            var shown = await browsers.ReadAsync();
            isLate |= await ReportAsync("browser, after quiet", shown, _quiet, 250);
            isLate |= await ReportAsync("browser, steady stream", shown, _stream, 500);
        }

        await SayAsync($"Load average at the end {PagesBenchmark.ReadLoad()}");
        await CloseAsync(opened);
        return isLate ? 1 : 0;
    }

    /// <summary>Live runs whose counts have room: what is written is a number that stands nowhere else on the page.</summary>
    private static async Task<List<Guid>> PrepareRunsAsync(NpgsqlDataSource ledger, CancellationToken cancellationToken)
    {
        await using var command = ledger.CreateCommand(
            $"""
            update groqbatch.runs set selected = 900000 where state in ('Running', 'Held');
            update groqbatch.passes pass set requests = 900000 from groqbatch.runs run where run.id = pass.run_id and run.ended_at is null;
            update groqbatch.batches set requests = 900000, provider_total = 900000, provider_completed = {FirstCount}, provider_failed = 0,
                                         expires_at = now() + interval '30 days', next_poll_at = now() + interval '20 days'
            where state = 'Submitted';
            select run_id from groqbatch.batches where state = 'Submitted' and pass_ordinal = 1 order by run_id;
            """
        );
        var runs = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(reader.GetGuid(0));
        }

        return runs;
    }

    private async Task<List<(Circuit Circuit, OpenPage Page)>> OpenAsync(
        Visitor visitor,
        List<Guid> runs,
        int count,
        CancellationToken cancellationToken
    )
    {
        var opened = new List<(Circuit Circuit, OpenPage Page)>(count);
        for (var at = 0; at < count; at++)
        {
            var circuit = await Circuit.OpenAsync(visitor, $"/runs/{runs[at % runs.Count]}", cancellationToken);
            await circuit.WaitForAsync("Parts of this run", cancellationToken);
            var page = new OpenPage();
            circuit.KeepsRendered = false;
            circuit.Rendered = (bytes, _) => page.Note(OpenPage.Find(bytes.Span), _time.GetUtcNow());
            opened.Add((circuit, page));
        }

        return opened;
    }

    private static async Task CloseAsync(List<(Circuit Circuit, OpenPage Page)> opened)
    {
        foreach (var (circuit, _) in opened)
        {
            await circuit.DisposeAsync();
        }
    }

    private async Task ChangeAfterQuietAsync(NpgsqlDataSource ledger, List<OpenPage> pages, CancellationToken cancellationToken)
    {
        for (var change = 0; change < QuietChanges; change++)
        {
            await Task.Delay(Quiet, cancellationToken);
            _quiet.Add(await ChangeAsync(ledger, cancellationToken));
            for (var tries = 0; tries < 200 && pages.Exists(page => page.FirstShown(_count) is null); tries++)
            {
                await Task.Delay(10, cancellationToken);
            }
        }
    }

    private async Task StreamAsync(NpgsqlDataSource ledger, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Between);
        var until = _time.GetUtcNow() + Streaming;
        while (_time.GetUtcNow() < until && await timer.WaitForNextTickAsync(cancellationToken))
        {
            _stream.Add(await ChangeAsync(ledger, cancellationToken));
        }
    }

    private async Task<(int Value, DateTimeOffset At)> ChangeAsync(NpgsqlDataSource ledger, CancellationToken cancellationToken)
    {
        await using var command = ledger.CreateCommand(
            "update groqbatch.batches set provider_completed = $1, polled_at = clock_timestamp() where state = 'Submitted'"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = ++_count });
        var at = _time.GetUtcNow();
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (_count, at);
    }

    private async Task<bool> ReportAsync(
        string what,
        IReadOnlyCollection<OpenPage> pages,
        List<(int Value, DateTimeOffset At)> changes,
        double bound
    )
    {
        var latencies = pages
            .SelectMany(page => changes.Select(change => (page.FirstShown(change.Value) - change.At)?.TotalMilliseconds))
            .ToList();
        var shown = latencies.OfType<double>().ToList();
        var tail = PagesBenchmark.Quantile(shown, 0.95);
        var most = pages.Max(page => page.MostWithinASecond(changes[0].At));
        await SayAsync(
            $"| {what} | {pages.Count} | {PagesBenchmark.Quantile(shown, 0.5):0} | {tail:0} | {PagesBenchmark.Quantile(shown, 1):0} | {latencies.Count - shown.Count} | {most} |"
        );
        return tail > bound || shown.Count < latencies.Count;
    }

    private Task SayAsync(FormattableString text) => output.WriteLineAsync(text.ToString(CultureInfo.InvariantCulture));
}
