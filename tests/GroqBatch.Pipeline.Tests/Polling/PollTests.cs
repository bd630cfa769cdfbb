using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using GroqBatch.Pipeline.Polling;
using GroqBatch.Pipeline.Tests.Installations;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Pipeline.Tests.Polling;

/// <summary>What one batch, or the provider itself, may answer to a poll, and whom it keeps from hearing of its own.</summary>
public sealed class PollTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProviderFault.NotAllowed)]
    [InlineData(ProviderFault.Rejected)]
    [InlineData(ProviderFault.ServerFault)]
    public async Task A_batch_that_is_answered_badly_keeps_nobody_from_its_end(ProviderFault fault)
    {
        await using var installation = await StartAsync();
        var runs = await SubmitAsync(installation, 7);
        var bad = await BatchOfAsync(installation, runs[3]);
        var poison = Provider(installation);
        poison.Bad.Add(bad, fault);
        poison.IsClosed = false;

        await installation.DriveAsync([.. runs.Where(run => run != runs[3])], Cancelled, RunState.Completed);

        Assert.Equal(RunState.Running, (await installation.RunStore.FindAsync(runs[3], Cancelled))!.State);
        Assert.Equal(
            [$"Answered badly: {bad}"],
            await installation.ListAsync<string>("select poll_error from groqbatch.batches where poll_error is not null", Cancelled)
        );

        poison.Bad.Clear();
        Assert.Equal("Completed", (await installation.DriveToEndAsync(runs[3], Cancelled)).State);
    }

    [Fact]
    public async Task A_provider_with_a_fault_is_not_asked_for_each_batch()
    {
        await using var installation = await StartAsync();
        var runs = await SubmitAsync(installation, 12);
        var poison = Provider(installation);
        foreach (var run in runs)
        {
            poison.Bad.Add(await BatchOfAsync(installation, run), ProviderFault.ServerFault);
        }

        await PollAllAsync(installation);

        // Twelve by halves to three that fail alone, and each half that is left once.
        Assert.InRange(poison.Calls, 6, 12);
        Assert.Equal(
            12,
            await installation.ScalarAsync<long>("select count(*) from groqbatch.batches where poll_error is not null", Cancelled)
        );
    }

    [Fact]
    public async Task A_provider_that_wants_to_be_left_alone_is()
    {
        await using var installation = await StartAsync();
        var runs = await SubmitAsync(installation, 5);
        var poison = Provider(installation);
        poison.RetryAfter = TimeSpan.FromMinutes(10);
        poison.Bad.Add(await BatchOfAsync(installation, runs[0]), ProviderFault.ServerFault);

        await PollAllAsync(installation);

        Assert.Equal(1, poison.Calls);
    }

    [Fact]
    public async Task Several_batches_that_are_answered_badly_keep_nobody_from_their_end()
    {
        await using var installation = await StartAsync();
        var runs = await SubmitAsync(installation, 10);
        var poison = Provider(installation);
        foreach (var run in runs.Where((_, number) => number % 2 == 0))
        {
            poison.Bad.Add(await BatchOfAsync(installation, run), ProviderFault.NotAllowed);
        }

        poison.IsClosed = false;

        await installation.DriveAsync([.. runs.Where((_, number) => number % 2 == 1)], Cancelled, RunState.Completed);
    }

    [Theory]
    [InlineData(ProviderFault.WrongKey)]
    [InlineData(ProviderFault.RateLimited)]
    [InlineData(ProviderFault.Unreachable)]
    public async Task What_is_everybodys_is_asked_once(ProviderFault fault)
    {
        await using var installation = await StartAsync();
        var runs = await SubmitAsync(installation, 5);
        var poison = Provider(installation);
        poison.Bad.Add(await BatchOfAsync(installation, runs[0]), fault);

        await PollAllAsync(installation);

        Assert.Equal(1, poison.Calls);
        Assert.Equal(
            5,
            await installation.ScalarAsync<long>("select count(*) from groqbatch.batches where poll_error is not null", Cancelled)
        );
    }

    private static async Task PollAllAsync(TestInstallation installation)
    {
        await installation.ExecuteAsync("update groqbatch.batches set next_poll_at = now()", Cancelled);
        Provider(installation).Calls = 0;
        await installation.Services.GetRequiredService<BatchPoller>().PollAsync(Cancelled);
    }

    private static PoisonedProvider Provider(TestInstallation installation) =>
        (PoisonedProvider)installation.Services.GetRequiredService<IBatchProvider>();

    private static Task<string> BatchOfAsync(TestInstallation installation, Guid run) =>
        installation.ScalarAsync<string>($"select provider_batch_id from groqbatch.batches where run_id = '{run}'", Cancelled);

    private static async Task<List<Guid>> SubmitAsync(TestInstallation installation, int count)
    {
        var runs = new List<Guid>();
        for (var number = 1; number <= count; number++)
        {
            var team = await installation.AddTeamAsync($"team-{number}", 2, Cancelled);
            runs.Add(await installation.StartRunAsync(new StartRun { TeamId = team }, Cancelled));
        }

        foreach (var run in runs)
        {
            await installation.DriveUntilAsync(
                run,
                async () => await installation.BatchesAsync(run, Cancelled) is [{ State: not "Planned" and not "Uploaded" }],
                Cancelled
            );
        }

        return runs;
    }

    private static async Task<TestInstallation> StartAsync()
    {
        var installation = await TestInstallation.StartAsync(
            settings: new Dictionary<string, string?> { ["Pipeline:MaxLiveBatches"] = "50" },
            hosts: 0,
            services: services => DelegatingProvider.Put(services, real => new PoisonedProvider(real)),
            cancellationToken: Cancelled
        );

        Provider(installation).IsClosed = true;
        return installation;
    }

    /// <summary>The real client, but for batches that it can't answer for, in whatever call they are asked for.</summary>
    private sealed class PoisonedProvider(IBatchProvider real) : DelegatingProvider(real)
    {
        public Dictionary<string, ProviderFault> Bad { get; } = new(StringComparer.Ordinal);

        /// <summary>Nothing has ended as long as this holds.</summary>
        public bool IsClosed { get; set; }

        public TimeSpan? RetryAfter { get; set; }
        public int Calls { get; set; }

        public override async Task<IReadOnlyList<ProviderBatch>> GetBatchesAsync(
            IReadOnlyCollection<string> batchIds,
            CancellationToken cancellationToken
        )
        {
            Calls++;
            foreach (var id in batchIds)
            {
                if (Bad.TryGetValue(id, out var fault))
                {
                    throw new ProviderException($"Answered badly: {id}", fault) { RetryAfter = RetryAfter };
                }
            }

            var batches = await base.GetBatchesAsync(batchIds, cancellationToken);
            return IsClosed
                ? [.. batches.Select(batch => batch with { Status = ProviderBatchStatus.InProgress, StatusText = "in_progress" })]
                : batches;
        }
    }
}
