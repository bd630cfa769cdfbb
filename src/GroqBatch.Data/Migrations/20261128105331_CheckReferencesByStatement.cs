using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class CheckReferencesByStatement : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_attempts_requests_request_id",
                schema: "groqbatch",
                table: "attempts");

            migrationBuilder.DropForeignKey(
                name: "fk_claims_runs_run_id",
                schema: "groqbatch",
                table: "claims");

            migrationBuilder.DropForeignKey(
                name: "fk_requests_passes_run_id_pass_ordinal",
                schema: "groqbatch",
                table: "requests");

            migrationBuilder.DropForeignKey(
                name: "fk_summaries_runs_run_id",
                schema: "groqbatch",
                table: "summaries");

            migrationBuilder.DropPrimaryKey(
                name: "pk_pull_request_states",
                schema: "groqbatch",
                table: "pull_request_states");

            migrationBuilder.DropIndex(
                name: "ix_pull_request_states_pull_request_id",
                schema: "groqbatch",
                table: "pull_request_states");

            migrationBuilder.AddPrimaryKey(
                name: "pk_pull_request_states",
                schema: "groqbatch",
                table: "pull_request_states",
                columns: new[] { "pull_request_id", "provider" });

            migrationBuilder.Sql(CheckReferencesByStatementSql.Up);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(CheckReferencesByStatementSql.Down);

            migrationBuilder.DropPrimaryKey(
                name: "pk_pull_request_states",
                schema: "groqbatch",
                table: "pull_request_states");

            migrationBuilder.AddPrimaryKey(
                name: "pk_pull_request_states",
                schema: "groqbatch",
                table: "pull_request_states",
                columns: new[] { "provider", "pull_request_id" });

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_states_pull_request_id",
                schema: "groqbatch",
                table: "pull_request_states",
                column: "pull_request_id");

            migrationBuilder.AddForeignKey(
                name: "fk_attempts_requests_request_id",
                schema: "groqbatch",
                table: "attempts",
                column: "request_id",
                principalSchema: "groqbatch",
                principalTable: "requests",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_claims_runs_run_id",
                schema: "groqbatch",
                table: "claims",
                column: "run_id",
                principalSchema: "groqbatch",
                principalTable: "runs",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_requests_passes_run_id_pass_ordinal",
                schema: "groqbatch",
                table: "requests",
                columns: new[] { "run_id", "pass_ordinal" },
                principalSchema: "groqbatch",
                principalTable: "passes",
                principalColumns: new[] { "run_id", "ordinal" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_summaries_runs_run_id",
                schema: "groqbatch",
                table: "summaries",
                column: "run_id",
                principalSchema: "groqbatch",
                principalTable: "runs",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }
    }
}
