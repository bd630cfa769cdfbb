using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddTeamLadder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string[]>(
                name: "ladder",
                schema: "groqbatch",
                table: "teams",
                type: "text[]",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ladder",
                schema: "groqbatch",
                table: "teams");
        }
    }
}
