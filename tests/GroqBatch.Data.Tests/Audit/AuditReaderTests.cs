using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Data.Tests.Audit;

public sealed class AuditReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly Actor Reader = new("mira", Right.View);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_by_name_verb_kind_of_verb_and_target_and_pages_backwards()
    {
        await using var services = await WriteAsync();
        var audit = services.GetRequiredService<IAuditReader>();

        Assert.Equal(["run.hold", "run.start", "team.add"], await ActionsAsync(new AuditFilter()));
        Assert.Equal(["run.hold", "run.start"], await ActionsAsync(new AuditFilter { Action = "run." }));
        Assert.Equal(["run.start"], await ActionsAsync(new AuditFilter { Action = "run.start" }));
        Assert.Empty(await ActionsAsync(new AuditFilter { Action = "run" }));
        Assert.Equal(["run.start", "team.add"], await ActionsAsync(new AuditFilter { Actor = "cli:ada" }));
        Assert.Equal(["team.add"], await ActionsAsync(new AuditFilter { Target = "cal-com" }));
        var latest = (await audit.ListAsync(new AuditFilter { Take = 1 }, Reader, Cancellation)).Single();
        Assert.Equal(["run.start", "team.add"], await ActionsAsync(new AuditFilter { OlderThan = latest.Id }));

        async Task<IEnumerable<string>> ActionsAsync(AuditFilter filter) =>
            (await audit.ListAsync(filter, Reader, Cancellation)).Select(recorded => recorded.Event.Action);
    }

    [Fact]
    public async Task Names_what_can_be_filtered_by_once_each_and_in_order()
    {
        await using var services = await WriteAsync();

        var terms = await services.GetRequiredService<IAuditReader>().ListTermsAsync(Reader, Cancellation);

        Assert.Equal(["cli:ada", "mira"], terms.Actors);
        Assert.Equal(["run.hold", "run.start", "team.add"], terms.Actions);
    }

    [Fact]
    public async Task Tells_nothing_to_who_may_not_see_it()
    {
        await using var services = await WriteAsync();
        var audit = services.GetRequiredService<IAuditReader>();

        await Assert.ThrowsAsync<AccessDeniedException>(() => audit.ListTermsAsync(new Actor("eve", Right.None), Cancellation));
        await Assert.ThrowsAsync<AccessDeniedException>(() => audit.ListAsync(new(), new Actor("eve", Right.None), Cancellation));
    }

    private async Task<ServiceProvider> WriteAsync()
    {
        await using var exists = database.DataSource.CreateCommand("select exists (select 1 from groqbatch.audit_events)");
        if (!(bool)(await exists.ExecuteScalarAsync(Cancellation))!)
        {
            await ExecuteAsync(
                """
                insert into groqbatch.audit_events (actor, action, target)
                values ('cli:ada', 'team.add', 'cal-com'), ('cli:ada', 'run.start', 'a-run'), ('mira', 'run.hold', 'a-run')
                """
            );
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddData(database.ConnectionString);
        return services.BuildServiceProvider();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
