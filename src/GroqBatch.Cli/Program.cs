using System.Runtime.InteropServices;
using System.Text;
using GroqBatch.Cli.Shell;

// A console that is told nothing writes a byte order mark in front of JSON on some systems.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

// The first signal asks the command to stop, which takes as long as it takes; the second one ends the process as it would any other.
using var stopping = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await CommandLine.RunAsync(args, new CommandLineContext(Terminal.OfProcess()), stopping.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
}
