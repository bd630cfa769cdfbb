using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace GroqBatch.Data;

/// <summary>Lets the migrations tool make a context without starting a host or reaching a database.</summary>
internal sealed class DesignTimeDbContextFactory : IDesignTimeDbContextFactory<GroqBatchDbContext>
{
    public GroqBatchDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<GroqBatchDbContext>();
        GroqBatchDbContext.Configure(options, Npgsql.NpgsqlDataSource.Create("Host=design.invalid"));
        return new GroqBatchDbContext(options.Options);
    }
}
