using System.Reflection;

namespace GroqBatch.Pipeline.Tests.Promises;

/// <summary>The process is gone: whatever it was about to do it does not.</summary>
internal sealed class CrashException() : Exception("This worker has crashed.");

/// <summary>What happens to a worker, and at which of its calls to the outside.</summary>
internal enum Mishap
{
    None,

    /// <summary>Dies just before the call.</summary>
    CrashBefore,

    /// <summary>Dies when the call has taken effect, before it hears of it.</summary>
    CrashAfter,

    /// <summary>Stands still before the call, for as long as the test wants, and then goes on as if nothing had been.</summary>
    PauseBefore,

    /// <summary>Stands still after the call.</summary>
    PauseAfter,
}

/// <summary>
/// Between a worker and everything outside of it (provider, ledger, leases). Each call is a point at which the worker may die or stand still; all
/// that it does at once dies or stands still with it.
/// </summary>
internal sealed class Interference
{
    private readonly Lock _lock = new();
    private Mishap _mishap;
    private int _countdown;
    private int _underWay;
    private string? _name;
    private TaskCompletionSource? _pause;
    private TaskCompletionSource _paused = NewSignal();

    public bool IsCrashed { get; private set; }

    /// <summary>Completed when the worker stands still: nothing that it asked for is under way any more.</summary>
    public Task Paused => _paused.Task;

    /// <summary>Lets it happen at the k-th call from now, from 0; of this name, if one is given.</summary>
    public void Plan(Mishap mishap, int call, string? name)
    {
        (_mishap, _countdown, _name) = (mishap, call, name);
        _paused = NewSignal();
    }

    /// <summary>A new process in the place of the one that died.</summary>
    public void Restart()
    {
        IsCrashed = false;
        _mishap = Mishap.None;
    }

    /// <summary>A worker that stands still goes on.</summary>
    public void GoOn()
    {
        TaskCompletionSource? pause;
        lock (_lock)
        {
            _paused = NewSignal();
            pause = _pause;
            _pause = null;
        }

        pause?.SetResult();
    }

    public async Task<TResult> CallAsync<TResult>(string name, Func<Task<TResult>> call)
    {
        var mishap = await MeetAsync(name);
        await EnterAsync();
        TResult result;
        try
        {
            result = await call();
        }
        finally
        {
            Exit();
        }

        await LeaveAsync(mishap);
        return result;
    }

    /// <summary>For calls that begin at once and go on later: only what lies before them is a point.</summary>
    public void Begin()
    {
        if (IsCrashed)
        {
            throw new CrashException();
        }
    }

    private async Task<Mishap> MeetAsync(string name)
    {
        Begin();
        Mishap mishap;
        lock (_lock)
        {
            mishap = _mishap != Mishap.None && (_name is null || _name == name) && _countdown-- == 0 ? _mishap : Mishap.None;
            if (mishap != Mishap.None)
            {
                _mishap = Mishap.None;
            }
        }

        switch (mishap)
        {
            case Mishap.CrashBefore:
                IsCrashed = true;
                throw new CrashException();

            case Mishap.PauseBefore:
                await PauseAsync();
                break;
        }

        return mishap;
    }

    private async Task LeaveAsync(Mishap mishap)
    {
        if (mishap == Mishap.CrashAfter || IsCrashed)
        {
            IsCrashed = true;
            throw new CrashException();
        }

        if (mishap == Mishap.PauseAfter)
        {
            await PauseAsync();
        }
        else if (_pause is { } pause)
        {
            await pause.Task;
        }
    }

    private async Task EnterAsync()
    {
        while (true)
        {
            Task pause;
            lock (_lock)
            {
                if (_pause is null)
                {
                    _underWay++;
                    return;
                }

                pause = _pause.Task;
            }

            await pause;
            Begin();
        }
    }

    private void Exit()
    {
        lock (_lock)
        {
            _underWay--;
            TellIfStill();
        }
    }

    private async Task PauseAsync()
    {
        Task pause;
        lock (_lock)
        {
            _pause ??= NewSignal();
            pause = _pause.Task;
            TellIfStill();
        }

        await pause;
    }

    private void TellIfStill()
    {
        if (_pause is not null && _underWay == 0)
        {
            _paused.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>An interface as a worker sees it: its own, with interference.</summary>
/// <typeparam name="T">The interface.</typeparam>
public class Interfering<T> : DispatchProxy
    where T : class
{
    private static readonly MethodInfo Typed = typeof(Interfering<T>).GetMethod(
        nameof(CallTypedAsync),
        BindingFlags.Instance | BindingFlags.NonPublic
    )!;

    private T _real = null!;
    private Interference _interference = null!;

    /// <summary>Wraps the real one.</summary>
    internal static T Wrap(T real, Interference interference)
    {
        var proxy = Create<T, Interfering<T>>();
        var interfering = (Interfering<T>)(object)proxy;
        interfering._real = real;
        interfering._interference = interference;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        var type = targetMethod.ReturnType;
        if (type == typeof(Task))
        {
            return _interference.CallAsync(
                targetMethod.Name,
                async () =>
                {
                    await (Task)Real(targetMethod, args)!;
                    return true;
                }
            );
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return Typed.MakeGenericMethod(type.GetGenericArguments()).Invoke(this, [targetMethod, args]);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
        {
            _interference.Begin();
        }

        return Real(targetMethod, args);
    }

    private Task<TResult> CallTypedAsync<TResult>(MethodInfo method, object?[]? arguments) =>
        _interference.CallAsync(method.Name, () => (Task<TResult>)Real(method, arguments)!);

    private object? Real(MethodInfo method, object?[]? arguments) =>
        method.Invoke(_real, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
}
