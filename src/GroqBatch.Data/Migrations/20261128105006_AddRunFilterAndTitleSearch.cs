using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GroqBatch.Data.Migrations
{
    /// <inheritdoc />
    public partial class AddRunFilterAndTitleSearch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "filter",
                schema: "groqbatch",
                table: "runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.Sql(AddTitleSearchSql.Up);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AddTitleSearchSql.Down);

            migrationBuilder.DropColumn(
                name: "filter",
                schema: "groqbatch",
                table: "runs");
        }
    }
}
