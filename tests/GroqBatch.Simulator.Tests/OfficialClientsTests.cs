using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace GroqBatch.Simulator.Tests;

/// <summary>
/// The official npm clients, pointed at the simulator (<c>tests/clients/check.mjs</c>). They are installed once into a cache of the user, outside the
/// source tree; where Node or the packages cannot be had, the test is skipped and says why.
/// </summary>
public sealed class OfficialClientsTests
{
    private const int OldestNode = 20;

    [Fact]
    public async Task The_official_clients_upload_create_poll_list_cancel_download_and_delete_without_a_complaint()
    {
        var modules = await InstallAsync();
        await using var simulation = await Simulation.StartAsync();

        var (exitCode, output) = await RunAsync("node", AppContext.BaseDirectory, [Source("check.mjs"), simulation.Server.Origin, modules]);

        Assert.True(exitCode == 0, output);
        Assert.Contains("groq-sdk: no complaint", output);
        Assert.Contains("openai: no complaint", output);
    }

    /// <summary>The folder with the clients of exactly the versions in <c>package.json</c>.</summary>
    private static async Task<string> InstallAsync()
    {
        await RequireNodeAsync();
        var package = await File.ReadAllBytesAsync(Source("package.json"));
        var cache = Path.Combine(CacheFolder(), Convert.ToHexStringLower(SHA256.HashData(package).AsSpan(0, 8)));
        var modules = Path.Combine(cache, "node_modules");
        if (Directory.Exists(modules))
        {
            return modules;
        }

        // Installed beside its place and renamed, so that a killed run leaves no half of it and two runs do no harm.
        var temporary = cache + "." + Guid.NewGuid().ToString("N");
        Directory.CreateDirectory(temporary);
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(temporary, "package.json"), package);
            var (exitCode, output) = await RunAsync(
                "npm",
                temporary,
                ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"]
            );
            Assert.SkipWhen(exitCode != 0, "npm could not install the official clients: " + LastLines(output));
            if (!Directory.Exists(cache))
            {
                Directory.Move(temporary, cache);
            }
        }
        catch (IOException) when (Directory.Exists(modules))
        {
            // Another run was quicker.
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }

        return modules;
    }

    private static async Task RequireNodeAsync()
    {
        foreach (var tool in (string[])["node", "npm"])
        {
            try
            {
                var (exitCode, output) = await RunAsync(tool, AppContext.BaseDirectory, ["--version"]);
                Assert.SkipWhen(exitCode != 0, $"{tool} does not run: {LastLines(output)}");
                Assert.SkipWhen(
                    tool == "node" && (!int.TryParse(output.TrimStart('v').Split('.')[0], out var major) || major < OldestNode),
                    $"the official clients need Node {OldestNode} or later; this is {output.Trim()}"
                );
            }
            catch (Win32Exception)
            {
                Assert.Skip($"{tool} is not installed, so the official clients cannot be run.");
            }
        }
    }

    private static string CacheFolder()
    {
        var user = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(user.Length > 0 ? user : Path.GetTempPath(), "groqbatch", "test-clients");
    }

    private static string Source(string name) => Path.Combine(AppContext.BaseDirectory, "clients", name);

    private static string LastLines(string output) =>
        string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));

    private static async Task<(int ExitCode, string Output)> RunAsync(string file, string folder, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{file} took longer than two minutes.");
        }
    }
}
