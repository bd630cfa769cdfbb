using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddFailureGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AddFailureGroupsSql.Functions);

            migrationBuilder.DropIndex(
                name: "ix_requests_failed",
                schema: "groqbatch",
                table: "requests");

            migrationBuilder.AddColumn<string>(
                name: "failure_filter",
                schema: "groqbatch",
                table: "runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "failure_group_id",
                schema: "groqbatch",
                table: "pull_request_states",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "message_key",
                schema: "groqbatch",
                table: "requests",
                type: "uuid",
                nullable: true,
                computedColumnSql: "case when outcome = 'failed' then groqbatch.message_key(coalesce(message, '')) end",
                stored: true);

            migrationBuilder.CreateTable(
                name: "failure_groups",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<short>(type: "smallint", nullable: false),
                    code = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    message_key = table.Column<Guid>(type: "uuid", nullable: false),
                    message = table.Column<string>(type: "character varying(300)", maxLength: 300, nullable: false),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    final = table.Column<int>(type: "integer", nullable: false),
                    first_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_failure_groups", x => x.id);
                    table.ForeignKey(
                        name: "fk_failure_groups_passes_run_id_ordinal",
                        columns: x => new { x.run_id, x.ordinal },
                        principalSchema: "groqbatch",
                        principalTable: "passes",
                        principalColumns: new[] { "run_id", "ordinal" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_requests_failed",
                schema: "groqbatch",
                table: "requests",
                columns: new[] { "run_id", "pass_ordinal", "failure_code", "message_key", "pull_request_id" },
                filter: "outcome = 'failed'");

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_states_failed",
                schema: "groqbatch",
                table: "pull_request_states",
                columns: new[] { "failure_group_id", "pull_request_id" },
                filter: "state = 'failed'");

            migrationBuilder.CreateIndex(
                name: "ix_failure_groups_provider_code_message_key_last_at",
                schema: "groqbatch",
                table: "failure_groups",
                columns: new[] { "provider", "code", "message_key", "last_at" });

            migrationBuilder.CreateIndex(
                name: "ix_failure_groups_provider_last_at",
                schema: "groqbatch",
                table: "failure_groups",
                columns: new[] { "provider", "last_at" });

            migrationBuilder.CreateIndex(
                name: "ix_failure_groups_run_id_ordinal_code_message_key",
                schema: "groqbatch",
                table: "failure_groups",
                columns: new[] { "run_id", "ordinal", "code", "message_key" },
                unique: true);

            migrationBuilder.Sql(AddFailureGroupsSql.Fill);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "failure_groups",
                schema: "groqbatch");

            migrationBuilder.DropIndex(
                name: "ix_requests_failed",
                schema: "groqbatch",
                table: "requests");

            migrationBuilder.DropIndex(
                name: "ix_pull_request_states_failed",
                schema: "groqbatch",
                table: "pull_request_states");

            migrationBuilder.DropColumn(
                name: "message_key",
                schema: "groqbatch",
                table: "requests");

            migrationBuilder.Sql(AddFailureGroupsSql.DropFunctions);

            migrationBuilder.DropColumn(
                name: "failure_filter",
                schema: "groqbatch",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "failure_group_id",
                schema: "groqbatch",
                table: "pull_request_states");

            migrationBuilder.CreateIndex(
                name: "ix_requests_failed",
                schema: "groqbatch",
                table: "requests",
                columns: new[] { "run_id", "failure_code", "id" },
                filter: "outcome = 'failed'");
        }
    }
}
