namespace GroqBatch.Data.Migrations;

/// <summary>A trigger, for which EF has no words: open pages hear of a notification whoever writes it.</summary>
internal static class AddNotificationsSql
{
    public const string Up = """
        create function groqbatch.notification_added() returns trigger language plpgsql as $$
        begin
            perform pg_notify('groqbatch_changes', 'notification:added');
            return null;
        end $$;

        -- For each row: a statement that writes none would wake every page for nothing.
        create trigger notifications_added after insert on groqbatch.notifications
        for each row execute function groqbatch.notification_added();
        """;

    public const string Down = "drop function groqbatch.notification_added() cascade;";
}
