using System.Reflection;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Runs;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Benchmarks.Pipeline;

/// <summary>
/// Stands before a port of the pipeline and tells the clock when a stage begins and ends; the call itself goes through. The pipeline is
/// measured as it is, without a line of its own for that.
/// </summary>
/// <typeparam name="TPort">The port.</typeparam>
#pragma warning disable CA1852 // the proxy derives from it
internal class StagedPort<TPort> : DispatchProxy
#pragma warning restore CA1852
    where TPort : class
{
    // From the first call of a stage to the end of its last, so that what lies between them (a file flushed, an archive closed) is in it.
    private static readonly Dictionary<string, (string Stage, bool Begins, bool Ends)> Stages = new(StringComparer.Ordinal)
    {
        [nameof(IRunStore.PlanAsync)] = ("plan", true, true),
        [nameof(IBatchStore.StreamWaitingAsync)] = ("write", true, false),
        [nameof(IBatchStore.AddAsync)] = ("write", true, true),
        [nameof(IBatchProvider.UploadAsync)] = ("upload", true, false),
        [nameof(IBatchStore.MarkSubmittedAsync)] = ("upload", true, true),
        [nameof(IBatchProvider.DownloadAsync)] = ("ingest", true, false),
        [nameof(IBatchStore.IngestAsync)] = ("ingest", true, true),
        [nameof(IRunStore.ReconcileAsync)] = ("ingest", true, true),
    };

    private TPort _inner = null!;
    private StageClock _clock = null!;
    private Action<RunState> _ended = null!;

    /// <summary>Puts the stand-in before what is registered.</summary>
    public static void Put(IServiceCollection services, StageClock clock, Action<RunState> ended)
    {
        var registered = services.Last(service => service.ServiceType == typeof(TPort));
        services.Remove(registered);
        services.AddSingleton(provider =>
        {
            var port = Create<TPort, StagedPort<TPort>>();
            var staged = (StagedPort<TPort>)(object)port;
            staged._inner = (TPort)(
                registered.ImplementationFactory?.Invoke(provider)
                ?? ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!)
            );
            staged._clock = clock;
            staged._ended = ended;
            return port;
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (Stages.TryGetValue(targetMethod!.Name, out var stage))
        {
            if (targetMethod.Name == nameof(IBatchStore.StreamWaitingAsync) && args![1] is > 1)
            {
                _clock.BeginSecondPass();
            }

            if (stage.Begins)
            {
                _clock.Begin(stage.Stage);
            }
        }

        var result = targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
        if (stage.Ends)
        {
            // The first continuation there is: it runs before the caller's.
            _ = ((Task)result!).ContinueWith(
                _ => _clock.End(stage.Stage),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }

        if (result is Task<RunState?> finishing)
        {
            _ = finishing.ContinueWith(
                finished =>
                {
                    if (finished is { IsCompletedSuccessfully: true, Result: { } state })
                    {
                        _ended(state);
                    }
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );
        }

        return result;
    }
}
