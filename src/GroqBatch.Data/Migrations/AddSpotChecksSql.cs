namespace GroqBatch.Data.Migrations;

/// <summary>What the migration that adds spot checks needs and EF has no words for.</summary>
internal static class AddSpotChecksSql
{
    public const string Up = """
        create trigger verdicts_append_only before update on groqbatch.verdicts
        for each statement execute function groqbatch.append_only();

        -- What was drawn, from what and how, is not to be rewritten: only counters and the end move.
        create function groqbatch.sample_frozen() returns trigger language plpgsql as $$
        begin
            if (old.id, old.provider, old.scope, old.team_id, old.run_id, old.model, old.target, old.confidence, old.seed, old.population,
                old.drawn, old.strata, old.drawn_by, old.drawn_at)
               is distinct from
               (new.id, new.provider, new.scope, new.team_id, new.run_id, new.model, new.target, new.confidence, new.seed, new.population,
                new.drawn, new.strata, new.drawn_by, new.drawn_at) then
                raise exception 'A draw is append-only' using errcode = 'insufficient_privilege';
            end if;
            return new;
        end $$;

        create trigger samples_frozen before update on groqbatch.samples for each row execute function groqbatch.sample_frozen();

        -- Live pages.
        create function groqbatch.sample_changed() returns trigger language plpgsql as $$
        begin
            perform pg_notify('groqbatch_changes', 'sample:' || new.id);
            return null;
        end $$;

        create trigger samples_changed after insert or update on groqbatch.samples for each row execute function groqbatch.sample_changed();
        """;

    public const string Down = """
        drop function groqbatch.sample_changed() cascade;
        drop function groqbatch.sample_frozen() cascade;
        """;
}
