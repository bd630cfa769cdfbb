using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class InitialSchema : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "groqbatch");

            migrationBuilder.CreateTable(
                name: "audit_events",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    actor = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    origin = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    action = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    target = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    before = table.Column<string>(type: "jsonb", nullable: true),
                    after = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_events", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "installation",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    installation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_installation", x => x.id);
                    table.CheckConstraint("ck_installation_one_row", "id = 1");
                });

            migrationBuilder.CreateTable(
                name: "leases",
                schema: "groqbatch",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    owner = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    fence = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_leases", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "providers",
                schema: "groqbatch",
                columns: table => new
                {
                    name = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_providers", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "teams",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    slug = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    goal = table.Column<double>(type: "double precision", nullable: false),
                    is_sample = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_teams", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "coverage_by_month",
                schema: "groqbatch",
                columns: table => new
                {
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    repository = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    month = table.Column<DateOnly>(type: "date", nullable: false),
                    excluded = table.Column<int>(type: "integer", nullable: false),
                    summarised_first = table.Column<int>(type: "integer", nullable: false),
                    recovered = table.Column<int>(type: "integer", nullable: false),
                    stale = table.Column<int>(type: "integer", nullable: false),
                    in_flight = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    parked = table.Column<int>(type: "integer", nullable: false),
                    pending = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_coverage_by_month", x => new { x.provider, x.team_id, x.repository, x.month });
                    table.ForeignKey(
                        name: "fk_coverage_by_month_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "coverage_by_team",
                schema: "groqbatch",
                columns: table => new
                {
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    excluded = table.Column<int>(type: "integer", nullable: false),
                    summarised_first = table.Column<int>(type: "integer", nullable: false),
                    recovered = table.Column<int>(type: "integer", nullable: false),
                    stale = table.Column<int>(type: "integer", nullable: false),
                    in_flight = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    parked = table.Column<int>(type: "integer", nullable: false),
                    pending = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_coverage_by_team", x => new { x.provider, x.team_id });
                    table.ForeignKey(
                        name: "fk_coverage_by_team_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "coverage_history",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    taken_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    excluded = table.Column<int>(type: "integer", nullable: false),
                    summarised_first = table.Column<int>(type: "integer", nullable: false),
                    recovered = table.Column<int>(type: "integer", nullable: false),
                    stale = table.Column<int>(type: "integer", nullable: false),
                    in_flight = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    parked = table.Column<int>(type: "integer", nullable: false),
                    pending = table.Column<int>(type: "integer", nullable: false),
                    goal = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_coverage_history", x => x.id);
                    table.ForeignKey(
                        name: "fk_coverage_history_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pull_requests",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    repository = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    author_login = table.Column<string>(type: "text", nullable: false),
                    author_name = table.Column<string>(type: "text", nullable: true),
                    author_is_bot = table.Column<bool>(type: "boolean", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    is_merged = table.Column<bool>(type: "boolean", nullable: false),
                    is_draft = table.Column<bool>(type: "boolean", nullable: false),
                    labels = table.Column<string[]>(type: "text[]", nullable: false),
                    additions = table.Column<int>(type: "integer", nullable: false),
                    deletions = table.Column<int>(type: "integer", nullable: false),
                    changed_files = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    merged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    url = table.Column<string>(type: "text", nullable: false),
                    files = table.Column<string>(type: "jsonb", nullable: false),
                    commits = table.Column<string>(type: "jsonb", nullable: false),
                    reviews = table.Column<string>(type: "jsonb", nullable: false),
                    comments = table.Column<string>(type: "jsonb", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    prompt_bytes = table.Column<int>(type: "integer", nullable: false),
                    is_eligible = table.Column<bool>(type: "boolean", nullable: false),
                    imported_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pull_requests", x => x.id);
                    table.ForeignKey(
                        name: "fk_pull_requests_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "runs",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    scope_limit = table.Column<int>(type: "integer", nullable: true),
                    with_fallback = table.Column<bool>(type: "boolean", nullable: false),
                    include_stale = table.Column<bool>(type: "boolean", nullable: false),
                    retry_codes = table.Column<string[]>(type: "text[]", nullable: false),
                    only_pull_request_id = table.Column<long>(type: "bigint", nullable: true),
                    ladder = table.Column<string>(type: "jsonb", nullable: false),
                    prompt_version = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    settings = table.Column<string>(type: "jsonb", nullable: false),
                    estimate = table.Column<string>(type: "jsonb", nullable: true),
                    parent_run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    request_key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    started_by = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    planned_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    hold_after_pass = table.Column<short>(type: "smallint", nullable: true),
                    is_canary_decided = table.Column<bool>(type: "boolean", nullable: false),
                    selected = table.Column<int>(type: "integer", nullable: false),
                    succeeded = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_runs_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pull_request_states",
                schema: "groqbatch",
                columns: table => new
                {
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    pull_request_id = table.Column<long>(type: "bigint", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    repository = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    is_eligible = table.Column<bool>(type: "boolean", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    summary_id = table.Column<long>(type: "bigint", nullable: true),
                    summary_hash = table.Column<byte[]>(type: "bytea", nullable: true),
                    summary_rung = table.Column<short>(type: "smallint", nullable: true),
                    is_prompt_outdated = table.Column<bool>(type: "boolean", nullable: false),
                    is_claimed = table.Column<bool>(type: "boolean", nullable: false),
                    has_failed = table.Column<bool>(type: "boolean", nullable: false),
                    failure_code = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    is_parked = table.Column<bool>(type: "boolean", nullable: false),
                    parked_by = table.Column<string>(type: "text", nullable: true),
                    parked_reason = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false, computedColumnSql: "case\n    when not is_eligible then 'excluded'\n    when summary_id is not null and (is_prompt_outdated or summary_hash is distinct from content_hash) then 'stale'\n    when summary_id is not null then 'summarised'\n    when is_claimed then 'in_flight'\n    when is_parked then 'parked'\n    when has_failed then 'failed'\n    else 'pending'\nend", stored: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pull_request_states", x => new { x.provider, x.pull_request_id });
                    table.ForeignKey(
                        name: "fk_pull_request_states_pull_requests_pull_request_id",
                        column: x => x.pull_request_id,
                        principalSchema: "groqbatch",
                        principalTable: "pull_requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_pull_request_states_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "summaries",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    pull_request_id = table.Column<long>(type: "bigint", nullable: false),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    attempt_id = table.Column<long>(type: "bigint", nullable: false),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    rung = table.Column<short>(type: "smallint", nullable: false),
                    pass = table.Column<short>(type: "smallint", nullable: false),
                    prompt_version = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    document = table.Column<string>(type: "jsonb", nullable: false),
                    prompt_tokens = table.Column<int>(type: "integer", nullable: true),
                    completion_tokens = table.Column<int>(type: "integer", nullable: true),
                    cost = table.Column<decimal>(type: "numeric(18,9)", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_summaries", x => x.id);
                    table.ForeignKey(
                        name: "fk_summaries_pull_requests_pull_request_id",
                        column: x => x.pull_request_id,
                        principalSchema: "groqbatch",
                        principalTable: "pull_requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "claims",
                schema: "groqbatch",
                columns: table => new
                {
                    pull_request_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    claimed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_claims", x => x.pull_request_id);
                    table.ForeignKey(
                        name: "fk_claims_pull_requests_pull_request_id",
                        column: x => x.pull_request_id,
                        principalSchema: "groqbatch",
                        principalTable: "pull_requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_claims_runs_run_id",
                        column: x => x.run_id,
                        principalSchema: "groqbatch",
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "passes",
                schema: "groqbatch",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<short>(type: "smallint", nullable: false),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    replaced = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    succeeded = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    prompt_tokens = table.Column<long>(type: "bigint", nullable: false),
                    completion_tokens = table.Column<long>(type: "bigint", nullable: false),
                    cost = table.Column<decimal>(type: "numeric(18,9)", nullable: false),
                    unknown_requests = table.Column<int>(type: "integer", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_passes", x => new { x.run_id, x.ordinal });
                    table.ForeignKey(
                        name: "fk_passes_runs_run_id",
                        column: x => x.run_id,
                        principalSchema: "groqbatch",
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "run_events",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    actor = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    subject = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: true),
                    pass = table.Column<short>(type: "smallint", nullable: true),
                    from_state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    to_state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_run_events", x => x.id);
                    table.ForeignKey(
                        name: "fk_run_events_runs_run_id",
                        column: x => x.run_id,
                        principalSchema: "groqbatch",
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "batches",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    pass_ordinal = table.Column<short>(type: "smallint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    nonce = table.Column<Guid>(type: "uuid", nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false),
                    prompt_version = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    request_file_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    status = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    raw = table.Column<string>(type: "jsonb", nullable: true),
                    provider_batch_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    input_file_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    output_file_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    error_file_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    provider_errors = table.Column<string>(type: "jsonb", nullable: true),
                    provider_total = table.Column<int>(type: "integer", nullable: true),
                    provider_completed = table.Column<int>(type: "integer", nullable: true),
                    provider_failed = table.Column<int>(type: "integer", nullable: true),
                    succeeded = table.Column<int>(type: "integer", nullable: true),
                    failed = table.Column<int>(type: "integer", nullable: true),
                    unanswered = table.Column<int>(type: "integer", nullable: true),
                    difference = table.Column<string>(type: "text", nullable: true),
                    committed_cost = table.Column<decimal>(type: "numeric(18,9)", nullable: true),
                    cost = table.Column<decimal>(type: "numeric(18,9)", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    uploaded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    intent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    submitted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ingested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    cancel_requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    polled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    next_poll_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    poll_error = table.Column<string>(type: "text", nullable: true),
                    missing_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    retry_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    troubles = table.Column<int>(type: "integer", nullable: false),
                    trouble = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batches", x => x.id);
                    table.ForeignKey(
                        name: "fk_batches_passes_run_id_pass_ordinal",
                        columns: x => new { x.run_id, x.pass_ordinal },
                        principalSchema: "groqbatch",
                        principalTable: "passes",
                        principalColumns: new[] { "run_id", "ordinal" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pass_failures",
                schema: "groqbatch",
                columns: table => new
                {
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<short>(type: "smallint", nullable: false),
                    code = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    final = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pass_failures", x => new { x.run_id, x.ordinal, x.code });
                    table.ForeignKey(
                        name: "fk_pass_failures_passes_run_id_ordinal",
                        columns: x => new { x.run_id, x.ordinal },
                        principalSchema: "groqbatch",
                        principalTable: "passes",
                        principalColumns: new[] { "run_id", "ordinal" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "requests",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    pass_ordinal = table.Column<short>(type: "smallint", nullable: false),
                    pull_request_id = table.Column<long>(type: "bigint", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    outcome = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    failure_code = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    message = table.Column<string>(type: "text", nullable: true),
                    is_final = table.Column<bool>(type: "boolean", nullable: false),
                    attempts = table.Column<short>(type: "smallint", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: true),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_requests", x => x.id);
                    table.ForeignKey(
                        name: "fk_requests_passes_run_id_pass_ordinal",
                        columns: x => new { x.run_id, x.pass_ordinal },
                        principalSchema: "groqbatch",
                        principalTable: "passes",
                        principalColumns: new[] { "run_id", "ordinal" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_requests_pull_requests_pull_request_id",
                        column: x => x.pull_request_id,
                        principalSchema: "groqbatch",
                        principalTable: "pull_requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "attempts",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    request_id = table.Column<long>(type: "bigint", nullable: false),
                    number = table.Column<short>(type: "smallint", nullable: false),
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    line = table.Column<int>(type: "integer", nullable: false),
                    content_hash = table.Column<byte[]>(type: "bytea", nullable: false),
                    outcome = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    failure_code = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    message = table.Column<string>(type: "text", nullable: true),
                    http_status = table.Column<int>(type: "integer", nullable: true),
                    prompt_tokens = table.Column<int>(type: "integer", nullable: true),
                    completion_tokens = table.Column<int>(type: "integer", nullable: true),
                    cost = table.Column<decimal>(type: "numeric(18,9)", nullable: true),
                    provider_request_id = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    raw_answer = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attempts", x => x.id);
                    table.ForeignKey(
                        name: "fk_attempts_requests_request_id",
                        column: x => x.request_id,
                        principalSchema: "groqbatch",
                        principalTable: "requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_attempts_batch_id",
                schema: "groqbatch",
                table: "attempts",
                column: "batch_id");

            migrationBuilder.CreateIndex(
                name: "ix_attempts_request_id_number",
                schema: "groqbatch",
                table: "attempts",
                columns: new[] { "request_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_at",
                schema: "groqbatch",
                table: "audit_events",
                column: "at",
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_target_id",
                schema: "groqbatch",
                table: "audit_events",
                columns: new[] { "target", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_batches_ended",
                schema: "groqbatch",
                table: "batches",
                column: "run_id",
                filter: "state = 'Ended'");

            migrationBuilder.CreateIndex(
                name: "ix_batches_intent_at",
                schema: "groqbatch",
                table: "batches",
                column: "intent_at");

            migrationBuilder.CreateIndex(
                name: "ix_batches_nonce",
                schema: "groqbatch",
                table: "batches",
                column: "nonce",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_batches_provider_provider_batch_id",
                schema: "groqbatch",
                table: "batches",
                columns: new[] { "provider", "provider_batch_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_batches_run_id_pass_ordinal_ordinal",
                schema: "groqbatch",
                table: "batches",
                columns: new[] { "run_id", "pass_ordinal", "ordinal" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_batches_to_poll",
                schema: "groqbatch",
                table: "batches",
                columns: new[] { "provider", "next_poll_at" },
                filter: "state = 'Submitted'");

            migrationBuilder.CreateIndex(
                name: "ix_claims_run_id",
                schema: "groqbatch",
                table: "claims",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_coverage_by_month_team_id",
                schema: "groqbatch",
                table: "coverage_by_month",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "ix_coverage_by_team_team_id",
                schema: "groqbatch",
                table: "coverage_by_team",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "ix_coverage_history_provider_team_id_taken_at",
                schema: "groqbatch",
                table: "coverage_history",
                columns: new[] { "provider", "team_id", "taken_at" });

            migrationBuilder.CreateIndex(
                name: "ix_coverage_history_team_id",
                schema: "groqbatch",
                table: "coverage_history",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_states_provider_team_id_state_created_at_pull_",
                schema: "groqbatch",
                table: "pull_request_states",
                columns: new[] { "provider", "team_id", "state", "created_at", "pull_request_id" },
                descending: new[] { false, false, false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_states_pull_request_id",
                schema: "groqbatch",
                table: "pull_request_states",
                column: "pull_request_id");

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_states_team_id",
                schema: "groqbatch",
                table: "pull_request_states",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "ix_pull_requests_team_id_repository_number",
                schema: "groqbatch",
                table: "pull_requests",
                columns: new[] { "team_id", "repository", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_requests_failed",
                schema: "groqbatch",
                table: "requests",
                columns: new[] { "run_id", "failure_code", "id" },
                filter: "outcome = 'failed'");

            migrationBuilder.CreateIndex(
                name: "ix_requests_pull_request_id",
                schema: "groqbatch",
                table: "requests",
                column: "pull_request_id");

            migrationBuilder.CreateIndex(
                name: "ix_requests_run_id_pass_ordinal_pull_request_id",
                schema: "groqbatch",
                table: "requests",
                columns: new[] { "run_id", "pass_ordinal", "pull_request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_requests_waiting",
                schema: "groqbatch",
                table: "requests",
                columns: new[] { "run_id", "pass_ordinal", "position" },
                filter: "outcome is null and batch_id is null");

            migrationBuilder.CreateIndex(
                name: "ix_run_events_run_id_id",
                schema: "groqbatch",
                table: "run_events",
                columns: new[] { "run_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_runs_created_at",
                schema: "groqbatch",
                table: "runs",
                column: "created_at",
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_runs_live",
                schema: "groqbatch",
                table: "runs",
                column: "provider",
                filter: "state in ('Queued', 'Running', 'Held', 'NeedsAttention', 'Cancelling')");

            migrationBuilder.CreateIndex(
                name: "ix_runs_request_key",
                schema: "groqbatch",
                table: "runs",
                column: "request_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_runs_team_id_created_at",
                schema: "groqbatch",
                table: "runs",
                columns: new[] { "team_id", "created_at" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "ix_summaries_attempt_id",
                schema: "groqbatch",
                table: "summaries",
                column: "attempt_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_summaries_pull_request_id_id",
                schema: "groqbatch",
                table: "summaries",
                columns: new[] { "pull_request_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_summaries_run_id_id",
                schema: "groqbatch",
                table: "summaries",
                columns: new[] { "run_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_teams_slug",
                schema: "groqbatch",
                table: "teams",
                column: "slug",
                unique: true);

            migrationBuilder.Sql(InitialSchemaSql.Up);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "attempts",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "audit_events",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "batches",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "claims",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "coverage_by_month",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "coverage_by_team",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "coverage_history",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "installation",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "leases",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "pass_failures",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "providers",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "pull_request_states",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "run_events",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "summaries",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "requests",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "passes",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "pull_requests",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "runs",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "teams",
                schema: "groqbatch");
        }
    }
}
