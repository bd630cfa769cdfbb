using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class DropForeignKeysThatLockPullRequests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_claims_pull_requests_pull_request_id",
                schema: "groqbatch",
                table: "claims");

            migrationBuilder.DropForeignKey(
                name: "fk_pull_request_states_teams_team_id",
                schema: "groqbatch",
                table: "pull_request_states");

            migrationBuilder.DropForeignKey(
                name: "fk_requests_pull_requests_pull_request_id",
                schema: "groqbatch",
                table: "requests");

            migrationBuilder.DropForeignKey(
                name: "fk_summaries_pull_requests_pull_request_id",
                schema: "groqbatch",
                table: "summaries");

            migrationBuilder.DropIndex(
                name: "ix_pull_request_states_team_id",
                schema: "groqbatch",
                table: "pull_request_states");

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

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_summaries_runs_run_id",
                schema: "groqbatch",
                table: "summaries");

            migrationBuilder.CreateIndex(
                name: "ix_pull_request_states_team_id",
                schema: "groqbatch",
                table: "pull_request_states",
                column: "team_id");

            migrationBuilder.AddForeignKey(
                name: "fk_claims_pull_requests_pull_request_id",
                schema: "groqbatch",
                table: "claims",
                column: "pull_request_id",
                principalSchema: "groqbatch",
                principalTable: "pull_requests",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_pull_request_states_teams_team_id",
                schema: "groqbatch",
                table: "pull_request_states",
                column: "team_id",
                principalSchema: "groqbatch",
                principalTable: "teams",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_requests_pull_requests_pull_request_id",
                schema: "groqbatch",
                table: "requests",
                column: "pull_request_id",
                principalSchema: "groqbatch",
                principalTable: "pull_requests",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_summaries_pull_requests_pull_request_id",
                schema: "groqbatch",
                table: "summaries",
                column: "pull_request_id",
                principalSchema: "groqbatch",
                principalTable: "pull_requests",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }
    }
}
