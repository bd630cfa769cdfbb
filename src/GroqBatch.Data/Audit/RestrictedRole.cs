using System.Text.RegularExpressions;

namespace GroqBatch.Data.Audit;

/// <summary>
/// A role for the application that may do all its work and can't change or delete what the audit log holds: it may append there, without
/// saying when. Made by the owner of the database, under whose role migrations are applied.
/// </summary>
public static partial class RestrictedRole
{
    /// <summary>Whether a text can be the role's name without quotes: lower-case letters, digits and <c>_</c>, at most 63.</summary>
    public static bool IsName(string? text) => text is not null && NamePattern().IsMatch(text);

    /// <summary>The statements that make the role, or bring it up to this version; the same again changes nothing.</summary>
    /// <param name="role">See <see cref="IsName"/>.</param>
    /// <exception cref="ArgumentException">It is no name.</exception>
    public static string ScriptFor(string role) =>
        IsName(role)
            ? $"""
                -- To be run by the owner of GroqBatch's database, in it, once GroqBatch has been started there under the owner:
                --   groqbatch database role {role} | psql -v ON_ERROR_STOP=1 "$OWNER_CONNECTION"
                -- Afterwards give the role a password (alter role {role} password '...') and connect GroqBatch as it. New versions
                -- are started once as the owner, which applies their migrations; then this is run again.
                do $role$
                begin
                    if not exists (select 1 from pg_roles where rolname = '{role}') then
                        create role {role} login;
                    end if;
                    execute format('grant connect, temporary on database %I to {role}', current_database());
                end $role$;

                grant usage on schema groqbatch, quartz to {role};
                grant select, insert, update, delete on all tables in schema groqbatch, quartz to {role};
                grant usage, select on all sequences in schema groqbatch, quartz to {role};
                alter default privileges in schema groqbatch, quartz grant select, insert, update, delete on tables to {role};
                alter default privileges in schema groqbatch, quartz grant usage, select on sequences to {role};

                -- The audit log: read and append, and the time is the database's.
                revoke all on groqbatch.audit_events from {role};
                grant select on groqbatch.audit_events to {role};
                grant insert (actor, origin, action, target, before, after) on groqbatch.audit_events to {role};

                -- What is appended and never rewritten, and what only migrations write.
                revoke update on groqbatch.summaries, groqbatch.run_events, groqbatch.coverage_history from {role};
                revoke insert, update, delete on groqbatch.{GroqBatchDbContext.MigrationsTable}, groqbatch.installation from {role};
                """
            : throw new ArgumentException($"\"{role}\" is no role's name: a-z, 0-9 and _, a letter first, at most 63.", nameof(role));

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex NamePattern();
}
