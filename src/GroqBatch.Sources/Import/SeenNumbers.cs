using System.Runtime.InteropServices;

namespace GroqBatch.Sources.Import;

/// <summary>
/// The pull requests of a file that chunks before have stored. Two bits each, in blocks: numbers of a repository lie close together, so a
/// hundred thousand take some 50 KB and not a set's five megabytes.
/// </summary>
internal sealed class SeenNumbers
{
    private const int BlockBits = 8;
    private readonly Dictionary<string, Dictionary<long, Block>> _repositories = new(StringComparer.Ordinal);

    /// <summary>Notes a pull request.</summary>
    /// <param name="isUnchanged">Whether it was stored just so already.</param>
    public void Add(string repository, long number, bool isUnchanged)
    {
        ref var blocks = ref CollectionsMarshal.GetValueRefOrAddDefault(_repositories, repository, out _);
        blocks ??= [];
        ref var block = ref CollectionsMarshal.GetValueRefOrAddDefault(blocks, number >> BlockBits, out _);
        block ??= new Block();
        block.Set(number, isUnchanged);
    }

    /// <summary>Whether it was noted, and if so, whether it was unchanged then.</summary>
    public bool TryGet(string repository, long number, out bool isUnchanged)
    {
        isUnchanged = false;
        return _repositories.TryGetValue(repository, out var blocks)
            && blocks.TryGetValue(number >> BlockBits, out var block)
            && block.TryGet(number, out isUnchanged);
    }

    private sealed class Block
    {
        private const int Words = (1 << BlockBits) / 64;
        private readonly ulong[] _seen = new ulong[Words];
        private readonly ulong[] _unchanged = new ulong[Words];

        public void Set(long number, bool isUnchanged)
        {
            var (word, bit) = Place(number);
            _seen[word] |= bit;
            _unchanged[word] = isUnchanged ? _unchanged[word] | bit : _unchanged[word] & ~bit;
        }

        public bool TryGet(long number, out bool isUnchanged)
        {
            var (word, bit) = Place(number);
            isUnchanged = (_unchanged[word] & bit) != 0;
            return (_seen[word] & bit) != 0;
        }

        private static (int Word, ulong Bit) Place(long number)
        {
            var place = (int)(number & ((1 << BlockBits) - 1));
            return (place / 64, 1UL << (place % 64));
        }
    }
}
