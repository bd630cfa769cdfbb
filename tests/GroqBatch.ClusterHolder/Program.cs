using GroqBatch.Data.PrivatePostgres;

// The other process of the private cluster's tests: takes a lease of the given data folder, says so with the connection string on one
// line, and gives it back when its standard input ends. Tests kill it at will.
await using var lease = await PrivatePostgresCluster.StartOrAttachAsync(args[0], CancellationToken.None);
await Console.Out.WriteLineAsync(lease.ConnectionString);
await Console.In.ReadToEndAsync();
