namespace GroqBatch.Data.Migrations;

/// <summary>
/// References that are checked once for each statement, where a foreign key asks once for each row: a plan of 50,000 spent a third of its time
/// on asking 100,000 times whether its one run and its one pass exist. What they hold is the same: a row that names what does not exist is
/// refused, what it names is locked against being removed meanwhile, and goes with what it names.
/// </summary>
internal static class CheckReferencesByStatementSql
{
    // Cached plans are made for the first statement's number of rows: without hash and merge joins they are good for any.
    private const string LookUp = "set enable_hashjoin = off set enable_mergejoin = off";

    public static readonly string Up = $"""
        {Reference("claims", "runs", [("run_id", "id")])}
        {Reference("summaries", "runs", [("run_id", "id")])}
        {Reference("requests", "passes", [("run_id", "run_id"), ("pass_ordinal", "ordinal")])}
        {Reference("attempts", "requests", [("request_id", "id")])}
        """;

    public static readonly string Down = string.Join(
        '\n',
        new[] { "claims", "summaries", "requests", "attempts" }.Select(table =>
            $"drop function groqbatch.{table}_refer() cascade; drop function groqbatch.{table}_go() cascade;"
        )
    );

    private static string Reference(string table, string parent, (string Child, string Parent)[] columns)
    {
        var child = string.Join(", ", columns.Select(column => column.Child));
        var join = string.Join(" and ", columns.Select(column => $"parent.{column.Parent} = child.{column.Child}"));
        var keys = string.Join(", ", columns.Select(column => $"parent.{column.Parent}"));
        var removed = string.Join(" and ", columns.Select(column => $"child.{column.Child} = removed.{column.Parent}"));
        return $"""
            create function groqbatch.{table}_refer() returns trigger language plpgsql {LookUp} as $$
            begin
                if (
                    with child as materialized (select distinct {child} from added),
                    found as materialized (select {keys} from child join groqbatch.{parent} parent on {join} for key share of parent)
                    select (select count(*) from child) > (select count(*) from found)
                ) then
                    raise exception '{table} names one of {parent} that does not exist' using errcode = 'foreign_key_violation';
                end if;
                return null;
            end $$;

            create trigger {table}_refer after insert on groqbatch.{table}
            referencing new table as added for each statement execute function groqbatch.{table}_refer();

            create function groqbatch.{table}_go() returns trigger language plpgsql {LookUp} as $$
            begin
                delete from groqbatch.{table} child using removed where {removed};
                return null;
            end $$;

            create trigger {table}_go after delete on groqbatch.{parent}
            referencing old table as removed for each statement execute function groqbatch.{table}_go();

            """;
    }
}
