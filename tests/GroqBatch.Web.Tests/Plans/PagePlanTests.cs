using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using GroqBatch.Core.Access;
using GroqBatch.Core.Backfills;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Search;
using GroqBatch.Testing.Circuits;
using GroqBatch.Testing.Ledgers;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Web.Tests.Plans;

/// <summary>
/// What pages ask the database for, on 50,000 pull requests in teams of very different sizes. Each page is really loaded, and the plan of every
/// statement that was run for it is looked at: a reader that somebody adds is among them without being named anywhere.
/// </summary>
public sealed partial class PagePlanTests(LedgerHost host) : IClassFixture<LedgerHost>
{
    /// <summary>More rows than a page can show are a scan by another name.</summary>
    private const int MostRows = 1_000;

    /// <summary>Tables with a row for each pull request, or several. At this size the others are rightly read whole.</summary>
    private static readonly HashSet<string> Large = ["pull_requests", "pull_request_states", "requests", "attempts", "summaries"];

    private static readonly HashSet<string> PullRequests = ["pull_requests", "pull_request_states"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_page_scans_what_grows_with_the_pull_requests()
    {
        using var visitor = await host.SignInAsync("mira");
        var findings = new List<string>();
        var statements = 0;
        host.Plans.Take();
        foreach (var visit in await PageVisits.ListAsync(host.Database.DataSource, Cancellation))
        {
            await using (var circuit = await Circuit.OpenAsync(visitor, visit.Address, Cancellation))
            {
                await circuit.WaitForAsync(visit.Shows, Cancellation);
                // What is still being asked for then is cancelled with the circuit, and its plan never told; or told with the next page's.
                await host.WaitUntilQuietAsync(Cancellation);
            }

            await host.WaitUntilQuietAsync(Cancellation);
            var plans = host.Plans.Take();
            statements += plans.Count;
            findings.AddRange(plans.SelectMany(plan => FindScans(plan, visit.MostRows)).Select(scan => $"{visit.Address}: {scan}"));
        }

        Assert.True(statements > 20, $"Only {statements} plans were told: does the server have auto_explain?");
        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));
    }

    [Fact]
    public async Task No_page_scans_when_it_is_told_of_changes()
    {
        using var visitor = await host.SignInAsync("mira");
        await using var run = host.Database.DataSource.CreateCommand(
            "select id::text from groqbatch.runs where ended_at is null order by selected desc limit 1"
        );
        var id = (string)(await run.ExecuteScalarAsync(Cancellation))!;
        var visits = (await PageVisits.ListAsync(host.Database.DataSource, Cancellation)).DistinctBy(visit => visit.Route).ToList();
        var circuits = new List<Circuit>();
        foreach (var visit in visits)
        {
            circuits.Add(await Circuit.OpenAsync(visitor, visit.Address, Cancellation));
            await circuits[^1].WaitForAsync(visit.Shows, Cancellation);
        }

        host.Plans.Take();
        foreach (var change in new[] { $"run:{id}", "team:1", "everything" })
        {
            await using var notify = host.Database.DataSource.CreateCommand($"select pg_notify('groqbatch_changes', '{change}')");
            await notify.ExecuteNonQueryAsync(Cancellation);
            await Task.Delay(600, Cancellation);
        }

        var plans = host.Plans.Take();
        foreach (var circuit in circuits)
        {
            await circuit.DisposeAsync();
        }

        var findings = plans.SelectMany(plan => FindScans(plan, MostRows)).Distinct().ToList();
        Assert.Contains(plans, plan => PlanReader.TextOf(plan).Contains("coverage_by_team", StringComparison.Ordinal));
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    /// <summary>It fails for a page that nobody has listed: add its addresses to <see cref="PageVisits"/>.</summary>
    [Fact]
    public async Task Every_page_and_each_part_of_an_address_that_it_reads_is_among_those_that_are_looked_at()
    {
        var visits = await PageVisits.ListAsync(host.Database.DataSource, Cancellation);
        var pages = typeof(App)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (Page: type, route.Template)))
            .ToList();
        var known = visits.Select(visit => visit.Route).ToHashSet(StringComparer.Ordinal);
        var queries = visits
            .SelectMany(visit => Query().Matches(visit.Address).Select(part => part.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);

        var asked = typeof(App)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(property => (property.Name, property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()))
            .Where(part => part.Item2 is not null)
            .Select(part => part.Item2!.Name ?? part.Name)
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(pages);
        Assert.Empty(pages.Select(page => page.Template).Except(known));
        Assert.Empty(asked.Except(queries, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(1_000, false)]
    [InlineData(1_000, true)]
    public async Task A_preview_reads_no_more_pull_requests_than_it_would_send(int limit, bool includeStale)
    {
        var actor = new Actor("mira", Right.All);
        var runs = host.Services.GetRequiredService<IRunService>();
        host.Plans.Take();

        await runs.PreviewAsync(
            new StartRun
            {
                TeamId = 1,
                Limit = limit,
                WithFallback = true,
                IncludeStale = includeStale,
            },
            actor,
            Cancellation
        );

        // Which they are is told by an index alone, however many are missing.
        var findings = host
            .Plans.Take()
            .SelectMany(plan => FindScans(plan, int.MaxValue).Concat(FindReads(plan, "pull_requests", limit)))
            .ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    [Fact]
    public async Task What_a_backfill_is_chosen_on_is_read_from_both_ends_of_an_index_however_much_is_missing()
    {
        var outlooks = host.Services.GetRequiredService<IBackfillOutlooks>();
        host.Plans.Take();

        var outlook = await outlooks.ReadAsync([1], new Actor("mira", Right.View), Cancellation);

        var plans = host.Plans.Take();
        var findings = plans.SelectMany(plan => FindScans(plan, MostRows)).ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.Contains(plans, plan => PlanReader.TextOf(plan).Contains("prompt_bytes", StringComparison.Ordinal));
        Assert.True(outlook.Teams[0].Missing > MostRows);
        Assert.Equal(MostRows, outlook.Teams[0].Sizes.Newest.Count);
    }

    [Theory]
    [InlineData("fix")] // that many have
    [InlineData("a")]
    [InlineData("cal cli com")]
    [InlineData("coverage database rest")]
    [InlineData("zzzz")]
    [InlineData("12")]
    [InlineData("pr-4711")]
    [InlineData("acme/app#12")]
    [InlineData("batch_01")]
    [InlineData("0199")]
    public async Task No_search_scans_what_grows_with_the_pull_requests(string text)
    {
        var search = host.Services.GetRequiredService<ISearch>();
        host.Plans.Take();

        await search.FindAsync(text, "simulator", SearchPatience.Thorough, new Actor("mira", Right.View), Cancellation);

        var plans = host.Plans.Take();
        var findings = plans.SelectMany(plan => FindScans(plan, MostRows)).ToList();
        Assert.True(plans.Count >= 4, $"Only {plans.Count} plans were told.");
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.DoesNotContain(plans, plan => PlanReader.TablesOf(plan).Any(read => read.Table is "batches" && read.Rows > 3_000));
    }

    private static IEnumerable<string> FindScans(JsonElement plan, int mostRows) =>
        PlanReader
            .TablesOf(plan)
            .Where(read => Large.Contains(read.Table) && read.How is "Seq Scan")
            .Select(read => Say(plan, read))
            .Concat(PullRequests.SelectMany(table => FindReads(plan, table, mostRows)));

    private static IEnumerable<string> FindReads(JsonElement plan, string table, int mostRows) =>
        PlanReader.TablesOf(plan).Where(read => read.Table == table && read.Rows > mostRows).Select(read => Say(plan, read));

    private static string Say(JsonElement plan, TableRead read) =>
        $"{read.How} of {read.Table}, {read.Rows} rows, by: {Spaces().Replace(PlanReader.TextOf(plan), " ")}";

    [GeneratedRegex("[?&](?<name>[^=&]+)=", RegexOptions.None, 1_000)]
    private static partial Regex Query();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Spaces();
}
