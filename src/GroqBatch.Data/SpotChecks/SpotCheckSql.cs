using GroqBatch.Core.SpotChecks;
using GroqBatch.Data.PullRequests;

namespace GroqBatch.Data.SpotChecks;

/// <summary>Raw, because of INSERT … SELECT over whole populations, SKIP LOCKED and the columns that pull requests are read by.</summary>
internal static class SpotCheckSql
{
    /// <summary>The population as one statement sees it: current summaries, stale ones among them, since coverage counts those too.</summary>
    public static string Freeze(SampleScope scope) =>
        $"""
            create temporary table sample_population on commit drop as
            select state.summary_id, state.pull_request_id, state.summary_rung as rung
            from groqbatch.pull_request_states state {From(scope)} and state.provider = @provider and state.state in ('summarised', 'stale')
            """;

    private static string From(SampleScope scope) =>
        scope switch
        {
            SampleScope.Team => "where state.team_id = @team",
            SampleScope.Run =>
                "join groqbatch.summaries summary on summary.id = state.summary_id and summary.pull_request_id = state.pull_request_id where summary.run_id = @run",
            SampleScope.Model => "join groqbatch.summaries summary on summary.id = state.summary_id where summary.model = @model",
            _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "Unknown scope."),
        };

    public const string CountRungs = "select rung, count(*)::int from sample_population group by rung order by rung";

    public const string AddSample = """
        insert into groqbatch.samples (id, provider, scope, team_id, run_id, model, target, confidence, seed, population, drawn, strata,
                                       drawn_by, read, good, minor, wrong, settlement)
        values (@id, @provider, @scope, @team, @run, @model, @target, @confidence, @seed, @population, @drawn, @strata, @actor, 0, 0, 0, 0,
                'Open')
        """;

    /// <summary>
    /// In each stratum the order of a hash of seed and summary, which anybody can repeat; then the strata are laid into each other so that each
    /// comes as often as its weight says.
    /// </summary>
    public const string Draw = """
        insert into groqbatch.sample_items (sample_id, position, stratum, pull_request_id, summary_id, run_id, model)
        select @id, row_number() over (order by (drawn.place - 0.5) / drawn.weight, drawn.stratum), drawn.stratum, drawn.pull_request_id,
               drawn.summary_id, summary.run_id, summary.model
        from (
            select population.summary_id, population.pull_request_id, strata.stratum, strata.weight, strata.size,
                   row_number() over (partition by strata.stratum order by md5(@seed::text || ':' || population.summary_id),
                                      population.summary_id) as place
            from sample_population population
            join (select (ordinality - 1)::smallint as stratum, rung, weight, size
                  from unnest(@rungs, @weights, @sizes) with ordinality as given (rung, weight, size, ordinality)) strata
              on strata.rung in (0, population.rung)
        ) drawn
        join groqbatch.summaries summary on summary.id = drawn.summary_id
        where drawn.place <= drawn.size
        """;

    public const string Audit = """
        insert into groqbatch.audit_events (actor, action, target, after) values (@actor, 'sample.draw', @target, @after)
        """;

    private const string SampleColumns = """
        sample.id, sample.provider, sample.scope, sample.team_id, team.slug, team.name, sample.run_id, sample.model, sample.target,
        sample.confidence, sample.seed, sample.population, sample.drawn, sample.strata, sample.drawn_by, sample.drawn_at, sample.read,
        sample.good, sample.minor, sample.wrong, sample.settlement
        """;

    public const string Find = $"""
        select {SampleColumns} from groqbatch.samples sample left join groqbatch.teams team on team.id = sample.team_id where sample.id = @id
        """;

    public const string FindLatestOfRun = $"""
        select {SampleColumns} from groqbatch.samples sample left join groqbatch.teams team on team.id = sample.team_id
        where sample.run_id = @run order by sample.drawn_at desc limit 1
        """;

    public const string List = $"""
        select {SampleColumns} from groqbatch.samples sample left join groqbatch.teams team on team.id = sample.team_id
        where sample.provider = @provider and (@scope::text is null or sample.scope = @scope)
        order by sample.drawn_at desc limit @take
        """;

    /// <summary>Verdicts of one sample come one after the other, so that each is judged with all before it.</summary>
    public const string Lock = "select 1 from groqbatch.samples where id = @id for update";

    public const string Verdicts = "select stratum, verdict from groqbatch.sample_items where sample_id = @id order by position";

    /// <summary>
    /// Two at once never get the same: the first locks its row, the second passes over it; and once the first has committed, the row is seen as
    /// reserved.
    /// </summary>
    public const string Take = """
        update groqbatch.sample_items item
        set reserved_by = @actor, reserved_until = clock_timestamp() + @period
        where item.sample_id = @id and item.position = (
            select free.position from groqbatch.sample_items free
            where free.sample_id = @id and free.verdict is null and free.position > @after
              and (free.reserved_by = @actor or free.reserved_until is null or free.reserved_until <= clock_timestamp())
              and exists (select 1 from groqbatch.samples sample where sample.id = @id and sample.settlement = 'Open')
            order by free.position limit 1 for update of free skip locked)
        returning item.position
        """;

    public const string Release = """
        update groqbatch.sample_items set reserved_by = null, reserved_until = null
        where sample_id = @id and reserved_by = @actor and verdict is null
        """;

    public const string Items = $"""
        select item.position, item.verdict, item.reason, item.read_by,
               case when item.verdict is null and item.reserved_until > clock_timestamp() then item.reserved_by end, summary.content_hash <> pr.content_hash,
               summary.document, summary.model, summary.pass, summary.prompt_version, summary.run_id, summary.created_at, {PullRequestRow.Columns}
        from groqbatch.sample_items item
        join groqbatch.summaries summary on summary.id = item.summary_id
        join groqbatch.pull_requests pr on pr.id = item.pull_request_id
        where item.sample_id = @id and item.position between @first and @last
        order by item.position
        """;

    /// <summary>How many columns come before the pull request's in <see cref="Items"/>.</summary>
    public const int ItemColumns = 12;

    public const string Standing = """
        select item.verdict, item.reason, item.read_by, pr.number
        from groqbatch.sample_items item join groqbatch.pull_requests pr on pr.id = item.pull_request_id
        where item.sample_id = @id and item.position = @position
        """;

    public const string Append = """
        insert into groqbatch.verdicts (sample_id, position, reviewer, verdict, reason) values (@id, @position, @actor, @verdict, @reason)
        returning id
        """;

    public const string Stand = """
        update groqbatch.sample_items
        set verdict = @verdict, reason = @reason, read_by = @actor, verdict_id = @event, reserved_by = null, reserved_until = null
        where sample_id = @id and position = @position
        """;

    public const string LatestOfActor = """
        select position from groqbatch.sample_items
        where sample_id = @id and read_by = @actor and verdict is not null
        order by verdict_id desc limit 1
        """;

    public const string TakeBack = """
        update groqbatch.sample_items
        set verdict = null, reason = null, read_by = null, verdict_id = null,
            reserved_by = @actor, reserved_until = clock_timestamp() + @period
        where sample_id = @id and position = @position
        """;

    public const string Count = """
        update groqbatch.samples sample
        set read = counted.read, good = counted.good, minor = counted.minor, wrong = counted.wrong, settlement = @settlement
        from (select count(verdict)::int as read, (count(*) filter (where verdict = 'good'))::int as good,
                     (count(*) filter (where verdict = 'minor'))::int as minor, (count(*) filter (where verdict = 'wrong'))::int as wrong
              from groqbatch.sample_items where sample_id = @id) counted
        where sample.id = @id
        """;

    public const string QualityOfTeams = """
        select distinct on (team_id) team_id, good, minor, wrong, id, settlement
        from groqbatch.samples
        where provider = @provider and scope = 'Team' and read > 0
        order by team_id, drawn_at desc
        """;

    public const string QualityOfRun = """
        select (count(*) filter (where verdict = 'good'))::int, (count(*) filter (where verdict = 'minor'))::int,
               (count(*) filter (where verdict = 'wrong'))::int
        from (select distinct on (item.summary_id) item.verdict
              from groqbatch.sample_items item
              join groqbatch.samples sample on sample.id = item.sample_id
              where item.run_id = @run and item.verdict is not null and sample.scope in ('Run', 'Team')
              order by item.summary_id, item.verdict_id desc) latest
        """;

    public const string QualityOfModels = """
        select model, (count(*) filter (where verdict = 'good'))::int, (count(*) filter (where verdict = 'minor'))::int,
               (count(*) filter (where verdict = 'wrong'))::int
        from (select distinct on (item.summary_id) item.model, item.verdict
              from groqbatch.sample_items item
              join groqbatch.samples sample on sample.id = item.sample_id
              where item.verdict is not null and sample.provider = @provider
              order by item.summary_id, item.verdict_id desc) latest
        group by model
        """;

    /// <summary>Samples of models hold items of several teams: without some of them they would be no random samples any more.</summary>
    public const string RemoveOfTeams = """
        delete from groqbatch.samples sample
        where sample.team_id = any(@teams)
           or (sample.team_id is null
               and exists (select 1 from groqbatch.sample_items item join groqbatch.pull_requests pr on pr.id = item.pull_request_id
                           where item.sample_id = sample.id and pr.team_id = any(@teams)))
        """;
}
