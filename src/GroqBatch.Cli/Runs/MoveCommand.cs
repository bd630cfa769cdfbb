using System.CommandLine;
using System.Globalization;
using GroqBatch.Cli.Shell;
using GroqBatch.Core.Access;
using GroqBatch.Core.Runs;
using GroqBatch.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GroqBatch.Cli.Runs;

/// <summary>A verb on a run that exists: <c>hold</c>, <c>resume</c>, <c>cancel</c>. Saying it twice is saying it once.</summary>
internal abstract class MoveCommand : CliCommand
{
    private readonly Argument<string> _run = RunArgument.Create();

    protected MoveCommand(string name, string description, params IReadOnlyList<string> examples)
        : base(name, description, examples)
    {
        Add(_run);
        Does(RunAsync);
    }

    protected abstract Task<MoveResult> MoveAsync(
        IRunService service,
        Guid runId,
        Invocation invocation,
        Actor actor,
        CancellationToken cancellationToken
    );

    private async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var host = await invocation.OpenAsync(HostParts.Provider, cancellationToken);
        var runId = await RunArgument.FindAsync(host.Services.GetRequiredService<IRunReader>(), invocation.Get(_run), cancellationToken);
        var result = await MoveAsync(
            host.Services.GetRequiredService<IRunService>(),
            runId,
            invocation,
            invocation.Actor,
            cancellationToken
        );
        invocation.Terminal.Out.WriteLine($"{Figures.Short(runId)}: {Terminal.Safe(result.Explanation)}");
        if (result.Changed && await host.Services.GetRequiredService<IPipelinePresence>().CountOthersAsync(cancellationToken) == 0)
        {
            invocation.Terminal.Note("Nobody is working now: groqbatch work, or the dashboard, carries it out.");
        }

        return result.Done ? ExitCode.Done : ExitCode.WrongUsage;
    }
}

/// <summary><c>groqbatch hold</c>.</summary>
internal sealed class HoldCommand : MoveCommand
{
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the timeline.", HelpName = "TEXT" };

    private readonly Option<string?> _afterPass = new("--after-pass")
    {
        Description = "Not now but once this pass is over, before anything of the next one is sent; none takes it back.",
        HelpName = "N|none",
    };

    public HoldCommand()
        : base(
            "hold",
            "Sends nothing new of a run until it is resumed. What is under way is still polled and saved; its pull requests stay claimed.",
            "groqbatch hold 01a22b80-614f --reason \"look at the first hundred first\"",
            "groqbatch hold 01a22b80-614f --after-pass 1",
            "groqbatch hold 01a22b80-614f --after-pass none"
        )
    {
        Add(_reason);
        Add(_afterPass);
        _afterPass.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !TryParse(text, out _))
            {
                result.AddError($"--after-pass takes a number from 1, or none, not '{text}'.");
            }
        });
    }

    protected override Task<MoveResult> MoveAsync(
        IRunService service,
        Guid runId,
        Invocation invocation,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var reason = invocation.Get(_reason);
        if (invocation.Get(_afterPass) is not { } text)
        {
            return service.HoldAsync(runId, reason, actor, cancellationToken);
        }

        return TryParse(text, out var pass)
            ? service.HoldAfterPassAsync(runId, pass, reason, actor, cancellationToken)
            : throw new UsageException($"--after-pass takes a number from 1, or none, not '{text}'.");
    }

    private static bool TryParse(string text, out int? pass)
    {
        pass = short.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 ? number : null;
        return pass is not null || string.Equals(text, "none", StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary><c>groqbatch resume</c>.</summary>
internal sealed class ResumeCommand : MoveCommand
{
    public ResumeCommand()
        : base(
            "resume",
            "Goes on with a run that is held or needs attention, after asking the provider again which models this key has.",
            "groqbatch resume 01a22b80-614f"
        ) { }

    protected override Task<MoveResult> MoveAsync(
        IRunService service,
        Guid runId,
        Invocation invocation,
        Actor actor,
        CancellationToken cancellationToken
    ) => service.ResumeAsync(runId, actor, cancellationToken);
}

/// <summary><c>groqbatch cancel</c>.</summary>
internal sealed class CancelCommand : MoveCommand
{
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the timeline.", HelpName = "TEXT" };

    public CancelCommand()
        : base(
            "cancel",
            "Stops what has not been sent, asks the provider to cancel what has, saves everything that was answered. Ends within 15 minutes even if the provider never answers.",
            "groqbatch cancel 01a22b80-614f"
        ) => Add(_reason);

    protected override Task<MoveResult> MoveAsync(
        IRunService service,
        Guid runId,
        Invocation invocation,
        Actor actor,
        CancellationToken cancellationToken
    ) => service.CancelAsync(runId, invocation.Get(_reason), actor, cancellationToken);
}
