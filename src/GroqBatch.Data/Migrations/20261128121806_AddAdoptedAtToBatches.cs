using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddAdoptedAtToBatches : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "adopted_at",
                schema: "groqbatch",
                table: "batches",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_batches_provider_adopted_at",
                schema: "groqbatch",
                table: "batches",
                columns: new[] { "provider", "adopted_at" },
                filter: "adopted_at is not null");

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_action_id",
                schema: "groqbatch",
                table: "audit_events",
                columns: new[] { "action", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_events_actor_id",
                schema: "groqbatch",
                table: "audit_events",
                columns: new[] { "actor", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_batches_provider_adopted_at",
                schema: "groqbatch",
                table: "batches");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_action_id",
                schema: "groqbatch",
                table: "audit_events");

            migrationBuilder.DropIndex(
                name: "ix_audit_events_actor_id",
                schema: "groqbatch",
                table: "audit_events");

            migrationBuilder.DropColumn(
                name: "adopted_at",
                schema: "groqbatch",
                table: "batches");
        }
    }
}
