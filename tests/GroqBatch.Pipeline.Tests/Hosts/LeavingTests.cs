using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Scheduling;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace GroqBatch.Pipeline.Tests.Hosts;

/// <summary>A host that leaves while others stay: a command that has shown its run to the end, beside another that has not.</summary>
public sealed class LeavingTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_leaving_host_has_heard_of_others_go_on_with_at_once()
    {
        var gate = new Gate();
        await using var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?>
            {
                // Nothing looks by itself in the time of this test.
                ["Pipeline:PollInterval"] = "00:10:00",
                ["Pipeline:SweepInterval"] = "00:10:00",
                ["Pipeline:LeaseDuration"] = "00:01:00",
            },
            hosts: 0,
            services: services =>
                services.AddSingleton<IRunWaker>(provider =>
                    provider.GetService<ISchedulerFactory>() is null
                        ? ActivatorUtilities.CreateInstance<SignallingWaker>(provider)
                        : new GatedWaker(ActivatorUtilities.CreateInstance<QuartzWaker>(provider), gate)
                ),
            cancellationToken: Cancelled
        );
        var (hosts, run) = await StartOnTwoHostsAsync(installation);
        var heard = await gate.Reached.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        var leaving = hosts.Single(host => ReferenceEquals(host.Services.GetRequiredService<IRunWaker>(), heard));
        var left = leaving.StopAsync(Cancelled);
        await Task.Delay(300, Cancelled);
        gate.Open.SetResult();
        await left;

        Assert.Equal("Completed", (await installation.EndAsync(run, Cancelled)).State);
    }

    [Fact]
    public async Task What_another_host_is_at_goes_on_undisturbed()
    {
        var uploads = new SlowUploads();
        await using var installation = await TestInstallation.StartAsync(
            hosts: 0,
            services: services =>
                services.AddSingleton<IBatchProvider>(provider => new SlowProvider(
                    DelegatingProvider.ClientOf(services, provider),
                    uploads,
                    provider.GetRequiredService<IHostApplicationLifetime>()
                )),
            cancellationToken: Cancelled
        );
        var (hosts, run) = await StartOnTwoHostsAsync(installation);
        var staying = await uploads.Reached.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);

        await hosts
            .Single(host => !ReferenceEquals(host.Services.GetRequiredService<IHostApplicationLifetime>(), staying))
            .StopAsync(Cancelled);
        // Hosts of a cluster hear of each other once a second.
        await Task.Delay(2_500, Cancelled);
        uploads.Open.SetResult();

        Assert.Equal("Completed", (await installation.EndAsync(run, Cancelled)).State);
        Assert.Equal((1, 0), (uploads.Begun, uploads.Cancelled));
    }

    private static async Task<(IHost[] Hosts, Guid Run)> StartOnTwoHostsAsync(TestInstallation installation)
    {
        IHost[] hosts =
        [
            await installation.AddHostAsync(scheduler: true, Cancelled),
            await installation.AddHostAsync(scheduler: true, Cancelled),
        ];
        var team = await installation.AddTeamAsync("acme", 4, Cancelled);
        var run = await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled);
        await hosts[0].Services.GetRequiredService<IRunWaker>().WakeAsync(run, TimeSpan.Zero, Cancelled);
        return (hosts, run);
    }

    private sealed class SlowUploads
    {
        public int Begun;
        public int Cancelled;

        /// <summary>Whose upload it is.</summary>
        public TaskCompletionSource<IHostApplicationLifetime> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Uploads wait for a test, or for their own end.</summary>
    private sealed class SlowProvider(IBatchProvider real, SlowUploads uploads, IHostApplicationLifetime host) : DelegatingProvider(real)
    {
        public override async Task<string> UploadAsync(string path, string fileName, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref uploads.Begun);
            uploads.Reached.TrySetResult(host);
            try
            {
                await uploads.Open.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref uploads.Cancelled);
                throw;
            }

            return await base.UploadAsync(path, fileName, cancellationToken);
        }
    }

    private sealed class Gate
    {
        /// <summary>Whose alarm it is.</summary>
        public TaskCompletionSource<IRunWaker> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The first alarm for what a poll has stored is set when the gate opens, whoever has to go meanwhile.</summary>
    private sealed class GatedWaker(IRunWaker real, Gate gate) : IRunWaker
    {
        public async Task WakeAsync(Guid runId, TimeSpan after, CancellationToken cancellationToken)
        {
            // The alarm that a poll sets can't be stopped; those of runs can.
            if (!cancellationToken.CanBeCanceled && gate.Reached.TrySetResult(this))
            {
                await gate.Open.Task;
            }

            await real.WakeAsync(runId, after, cancellationToken);
        }

        public Task WakePollAsync(TimeSpan after, CancellationToken cancellationToken) => real.WakePollAsync(after, cancellationToken);
    }
}
