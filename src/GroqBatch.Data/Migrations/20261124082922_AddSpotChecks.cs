using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddSpotChecks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "samples",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    scope = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    target = table.Column<double>(type: "double precision", nullable: false),
                    confidence = table.Column<double>(type: "double precision", nullable: false),
                    seed = table.Column<long>(type: "bigint", nullable: false),
                    population = table.Column<int>(type: "integer", nullable: false),
                    drawn = table.Column<int>(type: "integer", nullable: false),
                    strata = table.Column<string>(type: "jsonb", nullable: false),
                    drawn_by = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    drawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    read = table.Column<int>(type: "integer", nullable: false),
                    good = table.Column<int>(type: "integer", nullable: false),
                    minor = table.Column<int>(type: "integer", nullable: false),
                    wrong = table.Column<int>(type: "integer", nullable: false),
                    settlement = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_samples", x => x.id);
                    table.ForeignKey(
                        name: "fk_samples_runs_run_id",
                        column: x => x.run_id,
                        principalSchema: "groqbatch",
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_samples_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sample_items",
                schema: "groqbatch",
                columns: table => new
                {
                    sample_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    stratum = table.Column<short>(type: "smallint", nullable: false),
                    pull_request_id = table.Column<long>(type: "bigint", nullable: false),
                    summary_id = table.Column<long>(type: "bigint", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reserved_by = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    reserved_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    verdict = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    reason = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    read_by = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    verdict_id = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sample_items", x => new { x.sample_id, x.position });
                    table.ForeignKey(
                        name: "fk_sample_items_pull_requests_pull_request_id",
                        column: x => x.pull_request_id,
                        principalSchema: "groqbatch",
                        principalTable: "pull_requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_sample_items_samples_sample_id",
                        column: x => x.sample_id,
                        principalSchema: "groqbatch",
                        principalTable: "samples",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_sample_items_summaries_summary_id",
                        column: x => x.summary_id,
                        principalSchema: "groqbatch",
                        principalTable: "summaries",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "verdicts",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    sample_id = table.Column<Guid>(type: "uuid", nullable: false),
                    position = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()"),
                    reviewer = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    verdict = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true),
                    reason = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_verdicts", x => x.id);
                    table.ForeignKey(
                        name: "fk_verdicts_sample_items_sample_id_position",
                        columns: x => new { x.sample_id, x.position },
                        principalSchema: "groqbatch",
                        principalTable: "sample_items",
                        principalColumns: new[] { "sample_id", "position" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_sample_items_pull_request_id",
                schema: "groqbatch",
                table: "sample_items",
                column: "pull_request_id");

            migrationBuilder.CreateIndex(
                name: "ix_sample_items_read_of_model",
                schema: "groqbatch",
                table: "sample_items",
                column: "model",
                filter: "verdict is not null");

            migrationBuilder.CreateIndex(
                name: "ix_sample_items_read_of_run",
                schema: "groqbatch",
                table: "sample_items",
                column: "run_id",
                filter: "verdict is not null");

            migrationBuilder.CreateIndex(
                name: "ix_sample_items_summary_id",
                schema: "groqbatch",
                table: "sample_items",
                column: "summary_id");

            migrationBuilder.CreateIndex(
                name: "ix_samples_provider_drawn_at",
                schema: "groqbatch",
                table: "samples",
                columns: new[] { "provider", "drawn_at" },
                descending: new[] { false, true });

            migrationBuilder.CreateIndex(
                name: "ix_samples_run_id",
                schema: "groqbatch",
                table: "samples",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_samples_team_id_provider_drawn_at",
                schema: "groqbatch",
                table: "samples",
                columns: new[] { "team_id", "provider", "drawn_at" },
                descending: new[] { false, false, true });

            migrationBuilder.CreateIndex(
                name: "ix_verdicts_sample_id_position_id",
                schema: "groqbatch",
                table: "verdicts",
                columns: new[] { "sample_id", "position", "id" });

            migrationBuilder.Sql(AddSpotChecksSql.Up);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AddSpotChecksSql.Down);

            migrationBuilder.DropTable(
                name: "verdicts",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "sample_items",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "samples",
                schema: "groqbatch");
        }
    }
}
