using System.Globalization;
using GroqBatch.Core.Installation;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.Installation;

public sealed class HealthReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_batches_nodes_and_orphans_of_one_provider()
    {
        var seen = DateTimeOffset.UnixEpoch.AddDays(20_000);
        await ExecuteAsync(
            $"""
            create schema if not exists quartz;
            create table if not exists quartz.qrtz_scheduler_state (sched_name text, instance_name text, last_checkin_time bigint, checkin_interval bigint);
            insert into quartz.qrtz_scheduler_state
            values ('groqbatch-groq', 'alpha', {seen.Ticks.ToString(
                CultureInfo.InvariantCulture
            )}, 1000), ('groqbatch-simulator', 'beta', 1, 1000);
            insert into groqbatch.providers (name) values ('simulator'), ('groq') on conflict do nothing;
            insert into groqbatch.teams (id, slug, name, goal, is_sample) overriding system value values (1, 'a', 'A', 0.95, false);
            insert into groqbatch.runs (id, team_id, provider, state, with_fallback, include_stale, retry_codes, ladder, prompt_version, settings,
                                        started_by, created_at, selected, succeeded, is_canary_decided)
            select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 1, provider, 'Running', true, false, array[]::text[], '[]', '1.0', '[]', 'a', now(), 1, 0, true
            from (values (1, 'groq'), (2, 'simulator')) runs (n, provider);
            insert into groqbatch.passes (run_id, ordinal, model, requests, succeeded, failed, prompt_tokens, completion_tokens, cost, unknown_requests)
            select id, 1, 'small', 1, 0, 0, 0, 0, 0, 0 from groqbatch.runs;
            insert into groqbatch.batches (id, run_id, pass_ordinal, ordinal, state, provider, prompt_version, nonce, requests, bytes,
                                           request_file_hash, troubles, intent_at, polled_at, poll_error, adopted_at)
            select gen_random_uuid(), run.id, 1, row_number() over (), batches.state, run.provider, '1.0', gen_random_uuid(), 1, 1, '\x00', 0,
                   '2026-01-01 10:00Z', polled_at::timestamptz, poll_error, adopted_at::timestamptz
            from (values ('groq', 'Submitted', '2026-01-01 12:00Z', null, null), ('groq', 'Submitted', '2026-01-01 11:00Z', '503', '2026-01-01 10:30Z'),
                         ('groq', 'Uploaded', null, null, null), ('groq', 'Ingested', '2026-01-01 09:00Z', null, '2026-01-01 09:30Z'),
                         ('simulator', 'Submitted', '2020-01-01', null, '2020-01-01'))
                 batches (provider, state, polled_at, poll_error, adopted_at)
            join groqbatch.runs run on run.provider = batches.provider;
            """
        );
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(database.ConnectionString);
        await using var built = services.BuildServiceProvider();

        var reading = await built.GetRequiredService<IHealthReader>().ReadAsync("groq", Cancellation);

        Assert.Equal([new SchedulerNode("alpha", seen, TimeSpan.FromSeconds(1))], reading.Nodes);
        Assert.True(reading.Nodes[0].IsSilent(reading.ReadAt));
        Assert.False(reading.Nodes[0].IsSilent(seen.AddSeconds(2)));
        Assert.Equal((3, 1), (reading.LiveBatches, reading.DoubtfulBatches));
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 11, 0, 0, TimeSpan.Zero), reading.StalestPollAt);
        Assert.Equal("503", reading.PollError);
        Assert.Equal((2, new DateTimeOffset(2026, 1, 1, 10, 30, 0, TimeSpan.Zero)), (reading.AdoptedBatches, reading.LastAdoptedAt));
        Assert.NotEmpty(reading.Schema);
        Assert.DoesNotContain('_', reading.Schema);
        Assert.True(reading.DatabaseBytes > 1_000_000);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
