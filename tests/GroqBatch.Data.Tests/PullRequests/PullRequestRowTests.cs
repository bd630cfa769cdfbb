using CsCheck;
using GroqBatch.Core.PullRequests;
using GroqBatch.Core.Text;
using GroqBatch.Data.PullRequests;
using GroqBatch.Testing.Databases;
using Microsoft.Extensions.Logging.Abstractions;

namespace GroqBatch.Data.Tests.PullRequests;

/// <summary>What is stored comes back as it was: a run sends what was imported, and hashes it the same.</summary>
public sealed class PullRequestRowTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly string[] Awkward = ["", "plain", "\"quoted\" \\u0000 \\", "😀 ünï\u2028", "a\r\nb\tc", "{\"json\": [1]}"];

    private static readonly Gen<string> Text = Gen.OneOf(Gen.String, Gen.Int[0, Awkward.Length - 1].Select(index => Awkward[index]))
        .Select(text => StorableText.Clean(text, out _));

    private static readonly Gen<DateTimeOffset> Time = Gen.Long[0, 4_000_000_000_000_000]
        .Select(microseconds => DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds));

    private static readonly Gen<PullRequest> PullRequests =
        from texts in Text.Array[6]
        from author in Gen.Select(Text, Text.Null(), Gen.Bool)
        from flags in Gen.Bool.Array[2]
        from labels in Text.Array[0, 3]
        from sizes in Gen.Int[0, int.MaxValue].Array[3]
        from times in Gen.Select(Time, Time.Nullable(), Time.Nullable())
        from files in Gen.Select(Text, Text, Gen.Int[0, 9_999], Gen.Int[0, 9_999], Text.Null()).Array[0, 4]
        from pairs in Gen.Select(Text, Text).Array[0, 4]
        select new PullRequest
        {
            Repository = "o/r",
            Number = 1,
            Title = texts[0],
            Body = texts[1],
            Author = new PullRequestAuthor(author.Item1, author.Item2, author.Item3),
            State = texts[2],
            IsMerged = flags[0],
            IsDraft = flags[1],
            Labels = labels,
            Additions = sizes[0],
            Deletions = sizes[1],
            ChangedFiles = sizes[2],
            CreatedAt = times.Item1,
            MergedAt = times.Item2,
            ClosedAt = times.Item3,
            Url = texts[3],
            Files = [.. files.Select(file => new ChangedFile(file.Item1, file.Item2, file.Item3, file.Item4, file.Item5))],
            Commits = [.. pairs.Select(pair => new Commit(pair.Item1, pair.Item2))],
            Reviews = [.. pairs.Select(pair => new Review(pair.Item1, texts[4], pair.Item2))],
            Comments = [.. pairs.Select(pair => new Comment(pair.Item2, pair.Item1))],
        };

    [Fact]
    public async Task Any_pull_request_comes_back_as_it_was_stored()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var store = new PullRequestStore(database.DataSource, NullLogger<PullRequestStore>.Instance);
        await using var addTeam = database.DataSource.CreateCommand(
            "insert into groqbatch.teams (slug, name, goal, is_sample) values ('rows', 'Rows', 1, false) returning id"
        );
        var team = (int)(await addTeam.ExecuteScalarAsync(cancellationToken))!;

        await PullRequests
            .Array[40]
            .SampleAsync(
                async generated =>
                {
                    var stored = generated.Select((pullRequest, index) => pullRequest with { Number = index + 1 }).ToList();
                    await store.UpsertAsync(
                        team,
                        [.. stored.Select(pullRequest => new ImportedPullRequest(pullRequest, ContentHash.Of(pullRequest), 1))],
                        cancellationToken
                    );
                    await AssertStoredAsync(team, stored);
                },
                iter: 12,
                threads: 1
            );
    }

    private async Task AssertStoredAsync(int team, List<PullRequest> stored)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var read = database.DataSource.CreateCommand(
            $"select pr.content_hash, {PullRequestRow.Columns} from groqbatch.pull_requests pr where team_id = {team} order by number"
        );
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        Assert.Equal(1 + PullRequestRow.Count, reader.FieldCount);
        foreach (var expected in stored)
        {
            Assert.True(await reader.ReadAsync(cancellationToken));
            var actual = PullRequestRow.Read(reader, 1);
            Assert.Equivalent(expected, actual, strict: true);
            Assert.Equal(ContentHash.Of(expected), ContentHash.Of(actual));
            Assert.Equal(reader.GetFieldValue<byte[]>(0), ContentHash.Of(actual));
        }

        Assert.False(await reader.ReadAsync(cancellationToken));
    }
}
