using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace GroqBatch.Core.PullRequests;

/// <summary>
/// A digest of everything that a prompt reads of a pull request: repository, title, author, state, labels, size, files, commit messages,
/// reviews, comments, body. While it stays the same, a summary made from it is not stale; dates, ids and addresses do not count.
/// </summary>
public static class ContentHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>Bump it when what is hashed changes: every summary then becomes stale, as one made from other content.</summary>
    private const byte Format = 1;

    /// <summary>
    /// SHA-256 over the fields in a fixed order, each text as its length in UTF-8 and its bytes, each list after its length, so that no two
    /// pull requests share a form. Files and labels are hashed in ordinal order: the order in which a source lists them says nothing.
    /// </summary>
    /// <returns><see cref="Size"/> bytes.</returns>
    public static byte[] Of(PullRequest pullRequest)
    {
        var form = new Form();
        try
        {
            form.Add(Format);
            form.Add(pullRequest.Repository);
            form.Add(pullRequest.Title);
            form.Add(pullRequest.Author.Login);
            form.Add(pullRequest.Author.Name);
            form.Add(pullRequest.Author.IsBot ? 1 : 0);
            form.Add(pullRequest.State);
            form.Add((pullRequest.IsMerged ? 1 : 0) | (pullRequest.IsDraft ? 2 : 0));
            form.Add(pullRequest.Additions);
            form.Add(pullRequest.Deletions);
            form.Add(pullRequest.ChangedFiles);

            form.Add(pullRequest.Labels.Count);
            foreach (var label in InOrder(pullRequest.Labels, static label => label))
            {
                form.Add(label);
            }

            form.Add(pullRequest.Files.Count);
            foreach (var file in InOrder(pullRequest.Files, static file => file.Path))
            {
                form.Add(file.Path);
                form.Add(file.Status);
                form.Add(file.Additions);
                form.Add(file.Deletions);
                form.Add(file.PreviousPath);
            }

            form.Add(pullRequest.Commits.Count);
            foreach (var commit in pullRequest.Commits)
            {
                form.Add(commit.Message);
            }

            form.Add(pullRequest.Reviews.Count);
            foreach (var review in pullRequest.Reviews)
            {
                form.Add(review.Author);
                form.Add(review.State);
                form.Add(review.Body);
            }

            form.Add(pullRequest.Comments.Count);
            foreach (var comment in pullRequest.Comments)
            {
                form.Add(comment.Author);
                form.Add(comment.Body);
            }

            form.Add(pullRequest.Body);
            return SHA256.HashData(form.Written);
        }
        finally
        {
            form.Dispose();
        }
    }

    /// <summary>The items in ordinal order of their keys, equal keys in the order given; the list itself when it is in order already.</summary>
    private static IReadOnlyList<T> InOrder<T>(IReadOnlyList<T> items, Func<T, string> key)
    {
        for (var i = 1; i < items.Count; i++)
        {
            if (string.CompareOrdinal(key(items[i - 1]), key(items[i])) > 0)
            {
                return [.. items.OrderBy(key, StringComparer.Ordinal)];
            }
        }

        return items;
    }

    /// <summary>The bytes that are hashed, in a rented buffer.</summary>
    private ref struct Form() : IDisposable
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

        public void Add(int number)
        {
            BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), number);
            _length += sizeof(int);
        }

        /// <summary>Null and empty differ: null has the length -1.</summary>
        public void Add(string? text)
        {
            if (text is null)
            {
                Add(-1);
                return;
            }

            var room = Room(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
            var length = Encoding.UTF8.GetBytes(text, room[sizeof(int)..]);
            BinaryPrimitives.WriteInt32LittleEndian(room, length);
            _length += sizeof(int) + length;
        }

        private Span<byte> Room(int count)
        {
            if (_buffer.Length - _length < count)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
                Written.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            return _buffer.AsSpan(_length);
        }

        public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
    }
}
