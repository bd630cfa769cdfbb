using System.Globalization;
using GroqBatch.Core.Search;
using GroqBatch.Data.PullRequests;

namespace GroqBatch.Data.Search;

/// <summary>Raw, because EF can't say recursion, LATERAL and the expression of an index. Whatever grows has an index and a LIMIT in each of them.</summary>
internal static class SearchSql
{
    /// <summary>Newest pull requests whose titles are looked at one by one, before the index of words is asked: a word that many have is in these.</summary>
    public const int Near = 900;

    /// <summary>Newest batches whose provider's ids are looked at one by one: that index has them whole, and by provider.</summary>
    public const int NearBatches = 2_000;

    /// <summary>Teams, of which there are hundreds.</summary>
    public const string Teams = """
        select team.slug, team.name
        from groqbatch.teams team
        where strpos(lower(team.name), lower(@text)) > 0 or strpos(team.slug, lower(@text)) > 0
        order by (team.slug = lower(@text) or lower(team.name) = lower(@text)) desc,
                 (starts_with(team.slug, lower(@text)) or starts_with(lower(team.name), lower(@text))) desc, lower(team.name), team.id
        limit @take
        """;

    /// <summary>Kept filters, of which there are two hundred at most.</summary>
    public const string KeptFilters = """
        select filter.name, filter.page, filter.address
        from groqbatch.kept_filters filter
        where strpos(filter.name_key, lower(@text)) > 0
        order by starts_with(filter.name_key, lower(@text)) desc, filter.name_key, filter.id
        limit @take
        """;

    /// <summary>From one repository to the next by the key of the counters: as many steps as there are repositories, not months.</summary>
    public const string Repositories = """
        with recursive repository as (
            (select counter.team_id, counter.repository
             from groqbatch.coverage_by_month counter
             where counter.provider = @provider
             order by counter.team_id, counter.repository
             limit 1)
            union all
            select next.team_id, next.repository
            from repository
            cross join lateral (
                select counter.team_id, counter.repository
                from groqbatch.coverage_by_month counter
                where counter.provider = @provider and (counter.team_id, counter.repository) > (repository.team_id, repository.repository)
                order by counter.team_id, counter.repository
                limit 1
            ) next
        )
        select team.slug, team.name, found.repository
        from (select repository.team_id, repository.repository
              from repository
              where strpos(lower(repository.repository), lower(@text)) > 0
              order by (lower(repository.repository) = lower(@text) or lower(split_part(repository.repository, '/', 2)) = lower(@text)) desc,
                       lower(repository.repository), repository.team_id
              limit @take) found
        join groqbatch.teams team on team.id = found.team_id
        order by (lower(found.repository) = lower(@text) or lower(split_part(found.repository, '/', 2)) = lower(@text)) desc, lower(found.repository)
        """;

    /// <summary>A range of the primary key, whose order is that of time.</summary>
    public const string Runs = """
        select run.id, team.name, run.state, run.created_at
        from (select * from groqbatch.runs where id between @lowest and @highest order by id desc limit @take) run
        join groqbatch.teams team on team.id = run.team_id
        order by run.id desc
        """;

    /// <summary>By our id (a range of the primary key), by the provider's whole one (its index), by the beginning of one among the newest.</summary>
    public const string Batches = """
        select batch.id, batch.provider_batch_id, batch.run_id, team.name, batch.created_at
        from (
            (select id from groqbatch.batches where id between @lowest and @highest order by id desc limit @take)
            union
            (select known.id
             from groqbatch.providers provider
             join groqbatch.batches known on known.provider = provider.name and known.provider_batch_id = @id
             limit @take)
            union
            (select near.id
             from (select id, provider_batch_id from groqbatch.batches order by id desc limit @near_batches) near
             where length(@id) >= 4 and starts_with(near.provider_batch_id, @id)
             order by near.id desc
             limit @take)
        ) found
        join groqbatch.batches batch on batch.id = found.id
        join groqbatch.runs run on run.id = batch.run_id
        join groqbatch.teams team on team.id = run.team_id
        order by batch.id desc
        limit @take
        """;

    /// <summary>
    /// The index of words is always the way: where the planner believes that many rows match, it would rather read the table until it has enough of them,
    /// which is all of it where they are few. Seen so dear, a plan would be compiled, for more than it takes to run it.
    /// </summary>
    public const string OnlyByIndex = "set local enable_seqscan = off; set local jit = off";

    /// <summary>The end of looking through titles.</summary>
    public static string WithEnd(TimeSpan patience) =>
        string.Create(CultureInfo.InvariantCulture, $"set local statement_timeout = {(int)patience.TotalMilliseconds}");

    private const string Columns = "pr.id, team.slug, team.name, pr.repository, pr.number, pr.title, pr.created_at";

    /// <summary>By a key.</summary>
    public const string ByKey = $"""
        select {Columns}, 1
        from groqbatch.pull_requests pr join groqbatch.teams team on team.id = pr.team_id
        where pr.id = @key
        """;

    /// <summary>By repository and number: one look into the unique key for each team.</summary>
    public const string ByName = $"""
        select {Columns}, 1
        from groqbatch.teams team
        cross join lateral (
            select known.*
            from groqbatch.pull_requests known
            where known.team_id = team.id and known.repository = any(@repositories) and known.number = @number
            limit @take
        ) pr
        order by pr.created_at desc, pr.id desc
        limit @take
        """;

    /// <summary>Those that have the words among the newest.</summary>
    public static string Newest { get; } =
        $"""
            select {Columns}, 1
            from (select id, team_id, repository, number, title, created_at from groqbatch.pull_requests order by id desc limit {Near}) pr
            join groqbatch.teams team on team.id = pr.team_id
            where {PullRequestFilterSql.Words} @@ to_tsquery('simple', @words)
            order by pr.created_at desc, pr.id desc
            limit @take
            """;

    /// <summary>Those that have the words, as far as they are counted; the newest of them, and how many were counted.</summary>
    public static string ByWords { get; } =
        $"""
            with found as materialized (
                select pr.id, pr.team_id, pr.repository, pr.number, pr.title, pr.created_at
                from groqbatch.pull_requests pr
                where {PullRequestFilterSql.Words} @@ to_tsquery('simple', @words)
                limit {SearchFindings.MostCounted + 1}
            )
            select {Columns}, (select count(*) from found)::int
            from found pr join groqbatch.teams team on team.id = pr.team_id
            order by pr.created_at desc, pr.id desc
            limit @take
            """;
}
