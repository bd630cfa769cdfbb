using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddRunProvenance : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "provenance",
                schema: "groqbatch",
                table: "runs",
                type: "character varying(32)",
                maxLength: 32,
                nullable: false,
                defaultValue: "Own");

            migrationBuilder.AddColumn<string[]>(
                name: "offending_ids",
                schema: "groqbatch",
                table: "batches",
                type: "text[]",
                nullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "origin",
                schema: "groqbatch",
                table: "audit_events",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                defaultValueSql: "left(concat_ws(' ', nullif(current_setting('application_name', true), ''), 'from ' || host(inet_client_addr())), 200)",
                oldClrType: typeof(string),
                oldType: "character varying(200)",
                oldMaxLength: 200,
                oldNullable: true);

            migrationBuilder.CreateTable(
                name: "batch_custom_ids",
                schema: "groqbatch",
                columns: table => new
                {
                    batch_id = table.Column<Guid>(type: "uuid", nullable: false),
                    custom_id = table.Column<string>(type: "text", nullable: false),
                    pull_request_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_batch_custom_ids", x => new { x.batch_id, x.custom_id });
                    table.ForeignKey(
                        name: "fk_batch_custom_ids_batches_batch_id",
                        column: x => x.batch_id,
                        principalSchema: "groqbatch",
                        principalTable: "batches",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_batch_custom_ids_pull_requests_pull_request_id",
                        column: x => x.pull_request_id,
                        principalSchema: "groqbatch",
                        principalTable: "pull_requests",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_batch_custom_ids_pull_request_id",
                schema: "groqbatch",
                table: "batch_custom_ids",
                column: "pull_request_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "batch_custom_ids",
                schema: "groqbatch");

            migrationBuilder.DropColumn(
                name: "provenance",
                schema: "groqbatch",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "offending_ids",
                schema: "groqbatch",
                table: "batches");

            migrationBuilder.AlterColumn<string>(
                name: "origin",
                schema: "groqbatch",
                table: "audit_events",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(200)",
                oldMaxLength: 200,
                oldNullable: true,
                oldDefaultValueSql: "left(concat_ws(' ', nullif(current_setting('application_name', true), ''), 'from ' || host(inet_client_addr())), 200)");
        }
    }
}
