using GroqBatch.Core.Audit;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Teams;
using GroqBatch.Data.Audit;
using GroqBatch.Data.Installation;
using GroqBatch.Pipeline.Tests.Installations;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace GroqBatch.Pipeline.Tests.Audit;

/// <summary>The application works under a role that can't rewrite what the audit log holds.</summary>
public sealed class RestrictedRoleTests : IAsyncLifetime
{
    private readonly string _role = $"app_{Guid.NewGuid():N}";
    private TestInstallation? _installation;
    private IHost? _host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;
    private TestInstallation Installation => _installation!;

    private string Connection =>
        new NpgsqlConnectionStringBuilder(Installation.Database.ConnectionString)
        {
            Username = _role,
            Password = "restricted",
        }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _installation = await TestInstallation.StartAsync(
            simulator =>
                simulator.Faults.Add(
                    new Fault
                    {
                        Kind = FaultKind.AnswerAs,
                        Model = "openai/gpt-oss-20b",
                        Answer = SimulatedAnswer.JsonValidateFailed,
                        Count = 4,
                    }
                ),
            hosts: 0,
            cancellationToken: Cancelled
        );
        // As the owner would: one start makes what the scheduler needs, then the role is made; twice, since that is once.
        var owner = await _installation.AddHostAsync(scheduler: true, Cancelled);
        await owner.StopAsync(Cancelled);
        await _installation.ExecuteAsync(RestrictedRole.ScriptFor(_role), Cancelled);
        await _installation.ExecuteAsync(RestrictedRole.ScriptFor(_role), Cancelled);
        await _installation.ExecuteAsync($"alter role {_role} password 'restricted'", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        // Before its role is gone: a host that can't reach its database any more takes long to stop.
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
        }

        await Installation.ExecuteAsync(
            $"""
            select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = '{_role}';
            drop owned by {_role};
            drop role {_role};
            """,
            CancellationToken.None
        );
        await Installation.DisposeAsync();
    }

    [Fact]
    public async Task The_application_does_all_its_work_with_it()
    {
        var host = _host = await Installation.AddHostAsync(scheduler: true, Cancelled, Connection);
        await host.Services.GetRequiredService<DatabaseInitialiser>().MigrateAsync(Cancelled);
        var teams = host.Services.GetRequiredService<ITeamStore>();
        await teams.AddAsync(new NewTeam("acme", "Acme", 0.95), TestInstallation.Ada, Cancelled);
        await teams.UpdateAsync("acme", new() { Name = "Acme Inc", Goal = 0.9 }, TestInstallation.Ada, Cancelled);
        var team = await Installation.AddTeamAsync("shop", 20, Cancelled);

        var started = await host
            .Services.GetRequiredService<IRunService>()
            .StartAsync(new StartRun { TeamId = team, WithFallback = true }, TestInstallation.Ada, Cancelled);
        var figures = await Installation.EndAsync(started.RunId!.Value, Cancelled);

        Assert.Equal(("Completed", 20, 4), (figures.State, figures.Succeeded, figures.Recovered));
        var told = await host.Services.GetRequiredService<IAuditReader>().ListAsync(new AuditFilter(), TestInstallation.Ada, Cancelled);
        Assert.Equal(["run.start", "team.update", "team.add"], told.Select(audit => audit.Event.Action));
        Assert.All(told, audit => Assert.Contains("groqbatch", audit.Event.Origin, StringComparison.Ordinal));
        Assert.Equal("""{"goal": 0.9, "name": "Acme Inc", "ladder": null}""", told[1].Event.After);
        Assert.Equal("""{"goal": 0.95, "name": "Acme", "ladder": null}""", told[1].Event.Before);
    }

    [Fact]
    public async Task Tampering_is_refused_to_the_role_and_the_owner_has_to_take_the_guard_away_first()
    {
        string[] ofOwner =
        [
            "update groqbatch.audit_events set actor = 'nobody'",
            "delete from groqbatch.audit_events",
            "truncate groqbatch.audit_events",
        ];
        string[] ofRole =
        [
            .. ofOwner,
            "drop table groqbatch.audit_events",
            "alter table groqbatch.audit_events disable trigger all",
            "drop trigger audit_events_append_only on groqbatch.audit_events",
            "create or replace function groqbatch.append_only() returns trigger language plpgsql as 'begin return null; end'",
            "insert into groqbatch.audit_events (actor, action, target, at) values ('ada', 'run.start', 'x', '2020-01-01')",
            "set session_replication_role = replica",
            "update groqbatch.summaries set document = '{}'",
            "update groqbatch.run_events set reason = ''",
            "delete from groqbatch.__migrations",
            "update groqbatch.installation set installation_id = gen_random_uuid()",
        ];
        await Installation.ExecuteAsync(
            "insert into groqbatch.audit_events (actor, action, target) values ('ada', 'run.start', 'x')",
            Cancelled
        );
        await using var connection = new NpgsqlConnection(Connection + ";Pooling=false");
        await connection.OpenAsync(Cancelled);

        foreach (var tampering in ofRole)
        {
            await using var command = new NpgsqlCommand(tampering, connection);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancelled));
            Assert.Equal((tampering, PostgresErrorCodes.InsufficientPrivilege), (tampering, refused.SqlState));
        }

        foreach (var tampering in ofOwner)
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => Installation.ExecuteAsync(tampering, Cancelled));
            Assert.Equal("audit_events is append-only", refused.MessageText);
        }

        Assert.Equal(
            1L,
            await Installation.ScalarAsync<long>("select count(*) from groqbatch.audit_events where actor = 'ada'", Cancelled)
        );
    }
}

/// <summary>What can be a role's name.</summary>
public sealed class RestrictedRoleNameTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Groqbatch")]
    [InlineData("app; drop table x")]
    [InlineData("app'")]
    public void A_name_that_would_need_quotes_is_none(string name) =>
        Assert.Throws<ArgumentException>(() => RestrictedRole.ScriptFor(name));
}
