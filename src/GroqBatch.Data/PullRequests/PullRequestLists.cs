using System.Text.Json;
using GroqBatch.Core.PullRequests;

namespace GroqBatch.Data.PullRequests;

/// <summary>
/// Reads what <see cref="PullRequestJson"/> wrote, without the serializer: it makes records through boxed arguments, which for the dozen of a
/// pull request costs more than reading them. Names it does not know are passed over; what is absent is empty, 0 or null.
/// </summary>
internal static class PullRequestLists
{
    /// <summary>GitHub's words for files: one string for all files that share it.</summary>
    private static readonly string[] Statuses = ["modified", "added", "removed", "renamed", "changed"];

    public static IReadOnlyList<ChangedFile> Files(ReadOnlySpan<byte> json)
    {
        var files = new List<ChangedFile>();
        var reader = Begin(json);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string path = "",
                status = "";
            string? previous = null;
            int additions = 0,
                deletions = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Is(ref reader, "path"u8))
                {
                    path = Text(ref reader);
                }
                else if (Is(ref reader, "status"u8))
                {
                    status = Status(ref reader);
                }
                else if (Is(ref reader, "additions"u8))
                {
                    additions = reader.GetInt32();
                }
                else if (Is(ref reader, "deletions"u8))
                {
                    deletions = reader.GetInt32();
                }
                else if (Is(ref reader, "previousPath"u8))
                {
                    previous = reader.GetString();
                }
                else
                {
                    reader.Skip();
                }
            }

            files.Add(new ChangedFile(path, status, additions, deletions, previous));
        }

        return files;
    }

    public static IReadOnlyList<Commit> Commits(ReadOnlySpan<byte> json) =>
        Read(json, "sha"u8, "message"u8, default, static (sha, message, _) => new Commit(sha, message));

    public static IReadOnlyList<Review> Reviews(ReadOnlySpan<byte> json) =>
        Read(json, "author"u8, "state"u8, "body"u8, static (author, state, body) => new Review(author, state, body));

    public static IReadOnlyList<Comment> Comments(ReadOnlySpan<byte> json) =>
        Read(json, "author"u8, "body"u8, default, static (author, body, _) => new Comment(author, body));

    private static List<T> Read<T>(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third,
        Func<string, string, string, T> make
    )
    {
        var items = new List<T>();
        var reader = Begin(json);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string one = "",
                two = "",
                three = "";
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Is(ref reader, first))
                {
                    one = Text(ref reader);
                }
                else if (Is(ref reader, second))
                {
                    two = Text(ref reader);
                }
                else if (!third.IsEmpty && Is(ref reader, third))
                {
                    three = Text(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            items.Add(make(one, two, three));
        }

        return items;
    }

    private static Utf8JsonReader Begin(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return reader.Read() && reader.TokenType == JsonTokenType.StartArray ? reader : throw new JsonException("This is no list.");
    }

    /// <summary>Whether the property has this name; then its value is the current token.</summary>
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    private static string Text(ref Utf8JsonReader reader) => reader.GetString() ?? "";

    private static string Status(ref Utf8JsonReader reader)
    {
        foreach (var status in Statuses)
        {
            if (reader.ValueTextEquals(status))
            {
                return status;
            }
        }

        return Text(ref reader);
    }
}
