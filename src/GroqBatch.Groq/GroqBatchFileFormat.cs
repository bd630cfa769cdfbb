using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Prompts;
using GroqBatch.Groq.Answers;
using GroqBatch.Groq.Requests;
using GroqBatch.Groq.Settings;
using Microsoft.Extensions.Options;

namespace GroqBatch.Groq;

/// <summary>The lines of Groq's batch files, both ways.</summary>
internal sealed class GroqBatchFileFormat(ITokenCounter tokens, IOptions<GroqOptions> options) : IBatchFileFormat
{
    public IRequestEncoder CreateEncoder(Rung rung) => new RequestEncoder(rung, tokens, url: options.Value.Endpoint);

    public IAsyncEnumerable<Answer> ReadAnswersAsync(Stream file, CancellationToken cancellationToken) =>
        AnswerFileReader.ReadAsync(file, AnswerFileReader.DefaultMaxLineBytes, cancellationToken);
}
