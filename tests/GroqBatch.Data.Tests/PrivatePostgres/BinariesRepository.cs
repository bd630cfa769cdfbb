using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace GroqBatch.Data.Tests.PrivatePostgres;

/// <summary>
/// A Maven repository on this machine with one archive of PostgreSQL programs, in the layout of zonkyio/embedded-postgres-binaries: a
/// <c>.jar</c> (zip) that holds one <c>.txz</c> of <c>bin</c>, <c>lib</c> and <c>share</c>.
/// </summary>
internal sealed class BinariesRepository : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BinariesRepository(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single() + "/maven2";

    /// <summary>Paths that were asked for and answered.</summary>
    public List<string> Served { get; } = [];

    public static async Task<BinariesRepository> ServeAsync(string version, string txzFile)
    {
        var jar = new MemoryStream();
        await using (var zip = new ZipArchive(jar, ZipArchiveMode.Create, leaveOpen: true))
        {
            await zip.CreateEntryFromFileAsync(txzFile, "postgres-linux-x86_64.txz");
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var repository = new BinariesRepository(builder.Build());
        repository._app.MapGet(
            "/maven2/{**path}",
            (string path) =>
            {
                var name = Path.GetFileName(path);
                var answer = name switch
                {
                    "maven-metadata.xml" => Microsoft.AspNetCore.Http.Results.Text(
                        $"<metadata><versioning><versions><version>{version}</version></versions></versioning></metadata>"
                    ),
                    _ when name.EndsWith($"-{version}.jar", StringComparison.Ordinal) => Microsoft.AspNetCore.Http.Results.Bytes(
                        jar.ToArray()
                    ),
                    _ when name.EndsWith($"-{version}.jar.sha256", StringComparison.Ordinal) => Microsoft.AspNetCore.Http.Results.Text(
                        Convert.ToHexStringLower(SHA256.HashData(jar.ToArray()))
                    ),
                    _ => null,
                };
                lock (repository.Served)
                {
                    repository.Served.Add(answer is null ? "404 " + path : path);
                }

                return answer ?? Microsoft.AspNetCore.Http.Results.NotFound();
            }
        );
        await repository._app.StartAsync();
        return repository;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
