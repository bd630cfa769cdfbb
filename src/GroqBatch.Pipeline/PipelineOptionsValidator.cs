using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline;

/// <summary>Stops the start with every mistake at once.</summary>
internal sealed class PipelineOptionsValidator : IValidateOptions<PipelineOptions>
{
    public ValidateOptionsResult Validate(string? name, PipelineOptions options)
    {
        var mistakes = options.Mistakes().ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
