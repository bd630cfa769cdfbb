using GroqBatch.Simulator;
using Microsoft.Extensions.Configuration;

// The simulator as a process of its own, for tests that kill it and for measurements that list its cost apart.
// Settings are those of section Simulator, as arguments (--Simulator:Folder=... --Simulator:Fast=true) or environment variables; --Port=N.
var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var options = SimulatorOptions.FromConfiguration(configuration, Path.Combine(Path.GetTempPath(), "groqbatch-simulator"));
await using var server = await SimulatorServer.StartAsync(options, configuration.GetValue("Port", 0));
Console.WriteLine(server.BaseUrl);
await server.WaitForShutdownAsync();
