using GroqBatch.Core.Batches;
using GroqBatch.Core.Import;

namespace GroqBatch.Data;

/// <summary>Lengths of text columns, each with its reason.</summary>
internal static class Lengths
{
    /// <summary>Slugs stand in addresses and on command lines.</summary>
    public const int Slug = 64;

    /// <summary>Names that people give.</summary>
    public const int Name = 200;

    /// <summary>GitHub: 39 for an owner, 100 for a name; others may be longer.</summary>
    public const int Repository = ImportRequest.LongestRepository;

    /// <summary>Our enum names and codes.</summary>
    public const int Code = 32;

    /// <summary>The provider's ids and words; what is longer has been cut.</summary>
    public const int ProviderId = ProviderBatch.LongestWord;

    /// <summary>What tells failures apart stands at the beginning of a message.</summary>
    public const int FoldedMessage = 300;

    /// <summary>Model names such as <c>meta-llama/llama-4-maverick-17b-128e-instruct</c>.</summary>
    public const int Model = 200;
}
