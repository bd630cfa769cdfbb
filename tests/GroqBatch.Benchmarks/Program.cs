using GroqBatch.Benchmarks.Pages;
using GroqBatch.Benchmarks.Pipeline;

// Measurements that are read by people, never asserted by tests: a machine's speed is no property of the code.
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

switch (args)
{
    case ["pipeline", .. var rest] when PipelineArguments.TryParse(rest, out var arguments, out var mistake):
        if (mistake is not null)
        {
            await Console.Error.WriteLineAsync(mistake);
            return 2;
        }

        return await new PipelineBenchmark(arguments, Console.Out).RunAsync(interrupted.Token);
    case ["pages" or "live" or "answers", .. var rest] when PagesArguments.TryParse(rest, out var arguments, out var mistake):
        if (mistake is not null)
        {
            await Console.Error.WriteLineAsync(mistake);
            return 2;
        }

        return args[0] switch
        {
            "pages" => await new PagesBenchmark(arguments, Console.Out).RunAsync(interrupted.Token),
            "live" => await new LiveBenchmark(arguments, Console.Out).RunAsync(interrupted.Token),
            _ => await new AnswersBenchmark(arguments, Console.Out).RunAsync(interrupted.Token),
        };
    case [MeasuredProcess.Verb, var settings]:
        return await MeasuredProcess.RunAsync(settings, interrupted.Token);
    default:
        await Console.Error.WriteLineAsync(
            """
            usage: pipeline [--sizes 1000,10000,50000] [--repeat 1] [--seed 1] [--json FILE] [--setting KEY=VALUE]... [--environment NAME=VALUE]... [--server NAME=VALUE]... [--keep true]
                   pages    [--size 1000000] [--loads 30] [--only PART] [--keep FOLDER]
                   answers  [--size 1000000] [--loads 30] [--keep FOLDER]
                   live     [--size 1000000] [--open 100] [--browsers 5] [--keep FOLDER]
            """
        );
        return 2;
}
