using System.Diagnostics;
using System.Globalization;
using GroqBatch.Testing.Circuits;
using GroqBatch.Testing.Ledgers;

namespace GroqBatch.Benchmarks.Pages;

/// <summary>
/// How long each page takes on a large, uneven ledger: from the request for its document until the render with its data has arrived, over a circuit of
/// its own each time. The client's part and the loopback are in it, so the server's own time is less.
/// </summary>
internal sealed class PagesBenchmark(PagesArguments arguments, TextWriter output)
{
    private const int WarmUps = 3;
    private const double MedianBound = 100;
    private const double TailBound = 250;

    /// <returns>0; 1 when a page is slower than it may be.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var ledger = await LedgerInstallation.CreateAsync(arguments, output, cancellationToken);
        await using var dashboard = await MeasuredDashboard.StartAsync(ledger, cancellationToken);
        using var visitor = await dashboard.SignInAsync("benchmark", cancellationToken);
        var visits = (await PageVisits.ListAsync(ledger.DataSource, cancellationToken))
            .Where(visit => arguments.Only is null || visit.Address.Contains(arguments.Only, StringComparison.Ordinal))
            .ToList();

        // Code is compiled and pages of the database are read once for all.
        foreach (var visit in visits)
        {
            for (var time = 0; time < WarmUps; time++)
            {
                await LoadAsync(visitor, visit, cancellationToken);
            }
        }

        await output.WriteLineAsync($"{arguments.Loads} loads each, load average {ReadLoad()}");
        await output.WriteLineAsync(
            "| page | median ms | p95 ms | slowest ms | dashboard CPU ms | PostgreSQL CPU ms |\n| --- | ---: | ---: | ---: | ---: | ---: |"
        );
        var slow = new List<string>();
        foreach (var visit in visits)
        {
            var times = new List<double>(arguments.Loads);
            var (cpu, server) = (dashboard.CpuSeconds, ledger.ServerCpuSeconds);
            for (var time = 0; time < arguments.Loads; time++)
            {
                times.Add(await LoadAsync(visitor, visit, cancellationToken));
            }

            cpu = (dashboard.CpuSeconds - cpu) * 1_000 / times.Count;
            server = (ledger.ServerCpuSeconds - server) * 1_000 / times.Count;
            var (median, tail) = (Quantile(times, 0.5), Quantile(times, 0.95));
            var name = visit.Address.Length > 60 ? $"{visit.Address[..57]}…" : visit.Address;
            await output.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| `{name}` | {median:0} | {tail:0} | {times.Max():0} | {cpu:0} | {server:0} |"
                )
            );
            if (median > MedianBound || tail > TailBound)
            {
                slow.Add(visit.Address);
            }
        }

        await output.WriteLineAsync($"Load average at the end {ReadLoad()}");
        if (slow.Count > 0)
        {
            await output.WriteLineAsync($"Slower than {MedianBound} ms (median) or {TailBound} ms (p95): {string.Join(", ", slow)}");
        }

        return slow.Count == 0 ? 0 : 1;
    }

    /// <summary>The value that a share of them does not go above; infinite when there are none.</summary>
    public static double Quantile(IReadOnlyCollection<double> values, double share)
    {
        if (values.Count == 0)
        {
            return double.PositiveInfinity;
        }

        var sorted = values.Order().ToList();
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
    }

    /// <summary>As the kernel says: over a minute, five and fifteen.</summary>
    public static string ReadLoad() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    private static async Task<double> LoadAsync(Visitor visitor, PageVisit visit, CancellationToken cancellationToken)
    {
        await using var circuit = await Circuit.OpenAsync(visitor, visit.Address, cancellationToken);
        var shown = await circuit.WaitForAsync(visit.Shows, cancellationToken);
        return Stopwatch.GetElapsedTime(circuit.Began, shown).TotalMilliseconds;
    }
}
