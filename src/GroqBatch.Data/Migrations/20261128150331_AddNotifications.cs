using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddNotifications : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "goal_states",
                schema: "groqbatch",
                columns: table => new
                {
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    is_reached = table.Column<bool>(type: "boolean", nullable: false),
                    crossings = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_goal_states", x => new { x.provider, x.team_id });
                    table.ForeignKey(
                        name: "fk_goal_states_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "notification_readers",
                schema: "groqbatch",
                columns: table => new
                {
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    read_to = table.Column<long>(type: "bigint", nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notification_readers", x => new { x.provider, x.name });
                });

            migrationBuilder.CreateTable(
                name: "notifications",
                schema: "groqbatch",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    provider = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    actor = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    figures = table.Column<string>(type: "jsonb", nullable: false),
                    dedupe_key = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "clock_timestamp()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notifications", x => x.id);
                    table.ForeignKey(
                        name: "fk_notifications_runs_run_id",
                        column: x => x.run_id,
                        principalSchema: "groqbatch",
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_notifications_teams_team_id",
                        column: x => x.team_id,
                        principalSchema: "groqbatch",
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "notification_reads",
                schema: "groqbatch",
                columns: table => new
                {
                    reader = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    notification_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_notification_reads", x => new { x.reader, x.notification_id });
                    table.ForeignKey(
                        name: "fk_notification_reads_notifications_notification_id",
                        column: x => x.notification_id,
                        principalSchema: "groqbatch",
                        principalTable: "notifications",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_goal_states_team_id",
                schema: "groqbatch",
                table: "goal_states",
                column: "team_id");

            migrationBuilder.CreateIndex(
                name: "ix_notification_reads_notification_id",
                schema: "groqbatch",
                table: "notification_reads",
                column: "notification_id");

            migrationBuilder.CreateIndex(
                name: "ix_notifications_at",
                schema: "groqbatch",
                table: "notifications",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_notifications_dedupe_key",
                schema: "groqbatch",
                table: "notifications",
                column: "dedupe_key",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_notifications_provider_id",
                schema: "groqbatch",
                table: "notifications",
                columns: new[] { "provider", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_provider_kind_id",
                schema: "groqbatch",
                table: "notifications",
                columns: new[] { "provider", "kind", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_notifications_run_id",
                schema: "groqbatch",
                table: "notifications",
                column: "run_id");

            migrationBuilder.CreateIndex(
                name: "ix_notifications_team_id",
                schema: "groqbatch",
                table: "notifications",
                column: "team_id");

            migrationBuilder.Sql(AddNotificationsSql.Up);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AddNotificationsSql.Down);

            migrationBuilder.DropTable(
                name: "goal_states",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "notification_readers",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "notification_reads",
                schema: "groqbatch");

            migrationBuilder.DropTable(
                name: "notifications",
                schema: "groqbatch");
        }
    }
}
