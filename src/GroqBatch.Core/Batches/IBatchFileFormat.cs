using System.Buffers;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Core.Batches;

/// <summary>The lines of the files that go to and come from the provider.</summary>
public interface IBatchFileFormat
{
    /// <summary>Makes the encoder of one rung; what is the same on every line is encoded once.</summary>
    IRequestEncoder CreateEncoder(Rung rung);

    /// <summary>
    /// Streams a result file (output or error file alike), one <see cref="Answer"/> for each line that is not blank, in the file's order. A line
    /// that is no JSON becomes a failed answer with whatever <c>custom_id</c> can be salvaged; it never ends the reading.
    /// </summary>
    IAsyncEnumerable<Answer> ReadAnswersAsync(Stream file, CancellationToken cancellationToken);
}

/// <summary>Writes requests on one rung.</summary>
public interface IRequestEncoder
{
    /// <summary>Appends one whole line, line feed included, for a pull request; the prompt is cut to the rung's budgets.</summary>
    /// <returns>False, with nothing written, when the request does not fit the rung's context even after cutting.</returns>
    bool TryEncode(long pullRequestId, PullRequest pullRequest, IBufferWriter<byte> output);
}
