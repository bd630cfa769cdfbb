using System.Buffers;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.PullRequests;
using GroqBatch.Groq.Tests.Client;
using GroqBatch.Simulator;
using GroqBatch.Simulator.Answers;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Ledger;

namespace GroqBatch.Groq.Tests;

/// <summary>Whole journeys through the simulator's API: preflight, upload, create, poll, download, read; the simulator's ledger is the judge.</summary>
public sealed class JourneyTests : IAsyncLifetime
{
    private readonly TemporaryFile _files = new();
    private SimulatorServer _simulator = null!;
    private TestGroq _groq = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var folder = Path.Combine(_files.Folder, "simulator");
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Folder = folder, Fast = true }, cancellationToken: Token);
        _groq = TestGroq.With([("Groq:Mode", "Simulator"), ("Groq:RetryDelay", "00:00:00.01")]);
        _groq.Endpoint.UseSimulator(new Uri(_simulator.BaseUrl));
    }

    public async ValueTask DisposeAsync()
    {
        await _groq.DisposeAsync();
        await _simulator.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task Both_rungs_of_the_shipped_ladder_answer_and_each_answer_is_what_the_simulator_says_it_gave()
    {
        var ladder = await _groq.Ladder.ResolveAsync(null, Token);
        Assert.Equal(["openai/gpt-oss-20b", "openai/gpt-oss-120b"], ladder.Rungs.Select(rung => rung.Model));

        foreach (var rung in ladder.Rungs)
        {
            var batch = await RunAsync(rung, 300);
            var answers = await AnswersAsync(batch);

            Assert.Equal(ProviderBatchStatus.Completed, batch.Status);
            Assert.Equal(300, answers.Count);
            Assert.True(answers.Count(answer => answer.Kind == AnswerKind.Succeeded) > 250);
            Assert.Equal(batch.Counts, new RequestCounts(300, answers.Count(Succeeded), answers.Count(answer => !Succeeded(answer))));
            Assert.All(answers.Where(Succeeded), answer => Assert.True(rung.CostOf(answer.Usage) > 0));
            await AssertLedgerAgreesAsync(batch, answers);
        }
    }

    public static TheoryData<SimulatedAnswer> Answers { get; } =
    [
        .. Enum.GetValues<SimulatedAnswer>()
            .Except([
                SimulatedAnswer.BatchExpired, // journeys of their own
                SimulatedAnswer.BatchCancelled,
                SimulatedAnswer.Unanswered, // no line to read
                SimulatedAnswer.Rejected,
            ]),
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_kind_of_answer_is_read_as_what_it_is(SimulatedAnswer kind)
    {
        _simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.AnswerAs,
                Answer = kind,
                Share = 1,
            }
        );

        var batch = await RunAsync(await FirstRungAsync(), 6);
        var answers = await AnswersAsync(batch);

        await AssertLedgerAgreesAsync(batch, answers);
    }

    [Theory]
    [InlineData("error_lines", 10)]
    [InlineData("absent", 4)]
    public async Task An_expired_batch_has_its_finished_answers_and_the_rest_expired_or_in_neither_file(string shape, int expected)
    {
        _simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.Expired,
                Count = 4,
                Shape = shape,
            }
        );

        var batch = await RunAsync(await FirstRungAsync(), 10);
        var answers = await AnswersAsync(batch);

        Assert.Equal((ProviderBatchStatus.Expired, true), (batch.Status, batch.HasEnded));
        Assert.Equal(expected, answers.Count);
        Assert.Equal(expected - 4, answers.Count(answer => answer.Code == FailureCode.Expired));
    }

    [Fact]
    public async Task A_batch_cancelled_in_the_console_has_its_finished_answers_and_the_rest_cancelled()
    {
        _simulator.AddFault(new Fault { Kind = FaultKind.CancelledElsewhere, Count = 4 });

        var batch = await RunAsync(await FirstRungAsync(), 10);
        var answers = await AnswersAsync(batch);

        Assert.Equal(ProviderBatchStatus.Cancelled, batch.Status);
        Assert.Equal(6, answers.Count(answer => answer.Code == FailureCode.Cancelled));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("absent")]
    [InlineData("empty")]
    [InlineData("object")]
    public async Task A_batch_in_which_all_fail_has_no_output_file(string shape)
    {
        _simulator.AddFault(new Fault { Kind = FaultKind.AllFail });
        _simulator.AddFault(new Fault { Kind = FaultKind.FileIds, Shape = shape });

        var batch = await RunAsync(await FirstRungAsync(), 5);
        var answers = await AnswersAsync(batch);

        Assert.Null(batch.OutputFileId);
        Assert.Equal(5, answers.Count(answer => answer.Code == FailureCode.JsonValidateFailed));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("array")]
    [InlineData("null")]
    public async Task A_rejected_batch_names_its_lines_where_the_provider_does(string shape)
    {
        _simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.ValidationFailed,
                Shape = shape,
                Lines = [2, 3],
            }
        );

        var batch = await RunAsync(await FirstRungAsync(), 5);

        Assert.Equal((ProviderBatchStatus.Failed, null, null), (batch.Status, batch.OutputFileId, batch.ErrorFileId));
        Assert.Equal(shape == "null" ? [] : new int?[] { 2, 3 }, batch.Errors.Select(error => error.Line));
        Assert.NotNull(batch.EndedAt);
    }

    [Fact]
    public async Task Disordered_files_change_nothing_but_what_they_say()
    {
        foreach (
            var kind in new[]
            {
                FaultKind.Crlf,
                FaultKind.BlankLines,
                FaultKind.InvalidJsonLines,
                FaultKind.NullResponseLines,
                FaultKind.DuplicatedLines,
                FaultKind.UnknownCustomIds,
                FaultKind.SwappedFiles,
                FaultKind.UnknownFields,
                FaultKind.CountsAbsent,
            }
        )
        {
            _simulator.AddFault(new Fault { Kind = kind });
        }

        var batch = await RunAsync(await FirstRungAsync(), 40);
        var answers = await AnswersAsync(batch);

        Assert.Null(batch.Counts);
        var submitted = Enumerable.Range(1, 40).Select(id => CustomId.Format(id)).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(answers.Select(answer => answer.CustomId ?? "?").ToHashSet(StringComparer.Ordinal), submitted);
        Assert.Contains(answers, answer => answer.CustomId is null || !submitted.Contains(answer.CustomId));
        Assert.Contains(answers.GroupBy(answer => answer.CustomId, StringComparer.Ordinal), group => group.Count() > 1);
        Assert.True(answers.Count(Succeeded) > 30);
    }

    [Fact]
    public async Task A_batch_whose_creation_was_not_confirmed_is_found_by_its_nonce()
    {
        _simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.ReplyLost,
                Method = "POST",
                Path = "/batches",
                Times = 1,
            }
        );
        var fileId = await UploadAsync(await FirstRungAsync(), 3);

        var exception = await Assert.ThrowsAsync<ProviderException>(() => _groq.Provider.CreateBatchAsync(New(fileId, "nonce-1"), Token));
        var found = new List<ProviderBatch>();
        await foreach (var listed in _groq.Provider.ListBatchesAsync(Token))
        {
            found.Add(listed);
        }

        Assert.True(exception.MayHaveHappened);
        var adopted = Assert.Single(found, listed => listed.Metadata.GetValueOrDefault("groqbatch_nonce") == "nonce-1");
        Assert.Equal(fileId, adopted.InputFileId);
        Assert.Single(_simulator.ReadLedger().Batches);
    }

    [Fact]
    public async Task Passing_faults_of_reads_and_a_truncated_download_are_sat_out()
    {
        var batch = await RunAsync(await FirstRungAsync(), 20);
        _simulator.AddFault(new Fault { Kind = FaultKind.TruncatedDownload, Times = 1 });
        _simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.ServerError,
                Method = "GET",
                Status = 502,
                Times = 1,
            }
        );
        _simulator.AddFault(
            new Fault
            {
                Kind = FaultKind.RateLimited,
                Method = "GET",
                Seconds = 0.1,
                Times = 1,
            }
        );

        Assert.Equal(20, (await AnswersAsync(batch)).Count);
    }

    [Fact]
    public async Task Gates_of_the_provider_are_told_apart()
    {
        foreach (
            var (kind, fault) in new[]
            {
                (FaultKind.PlanGate, ProviderFault.NotAllowed),
                (FaultKind.CdnBlock, ProviderFault.BlockedAtEdge),
                (FaultKind.Unauthorized, ProviderFault.WrongKey),
            }
        )
        {
            _simulator.ClearFaults();
            _simulator.AddFault(new Fault { Kind = kind });

            var exception = await Assert.ThrowsAsync<ProviderException>(() => _groq.Provider.CreateBatchAsync(New("file_1", "n"), Token));

            Assert.Equal((fault, true), (exception.Fault, exception.NeedsPerson));
        }
    }

    [Fact]
    public async Task What_the_provider_no_longer_has_is_absent_or_not_found()
    {
        var batch = await RunAsync(await FirstRungAsync(), 3);
        _simulator.AddFault(new Fault { Kind = FaultKind.FileExpired });
        _simulator.AddFault(new Fault { Kind = FaultKind.Vanished, BatchId = batch.Id });

        var exception = await Assert.ThrowsAsync<ProviderException>(() =>
            _groq.Provider.DownloadAsync(batch.OutputFileId!, Path.Combine(_files.Folder, "gone"), Token)
        );

        Assert.Equal(ProviderFault.NotFound, exception.Fault);
        Assert.Empty(await _groq.Provider.GetBatchesAsync([batch.Id, "batch_unknown"], Token));
        Assert.Null(await _groq.Provider.CancelBatchAsync(batch.Id, Token));
    }

    [Fact]
    public async Task A_running_batch_is_cancelled_and_an_ended_one_stays_as_it_is()
    {
        var rung = await FirstRungAsync();
        var ended = await RunAsync(rung, 3);
        _simulator.AddFault(new Fault { Kind = FaultKind.Stuck });
        var stuck = await _groq.Provider.CreateBatchAsync(New(await UploadAsync(rung, 3), "stuck"), Token);

        var cancelled = await _groq.Provider.CancelBatchAsync(stuck.Id, Token);

        Assert.True(cancelled!.Status is ProviderBatchStatus.Cancelling or ProviderBatchStatus.Cancelled, cancelled.StatusText);
        Assert.Equal(ProviderBatchStatus.Completed, (await _groq.Provider.CancelBatchAsync(ended.Id, Token))!.Status);
    }

    private static bool Succeeded(Answer answer) => answer.Kind == AnswerKind.Succeeded;

    private async Task<Rung> FirstRungAsync() => (await _groq.Ladder.ResolveAsync(null, Token)).Rungs[0];

    private static NewBatch New(string fileId, string nonce) =>
        new(fileId, "24h", new Dictionary<string, string> { ["groqbatch_nonce"] = nonce });

    private async Task<string> UploadAsync(Rung rung, int requests)
    {
        var encoder = _groq.Get<IBatchFileFormat>().CreateEncoder(rung);
        var lines = new ArrayBufferWriter<byte>();
        for (var id = 1; id <= requests; id++)
        {
            Assert.True(encoder.TryEncode(id, PullRequest(id), lines));
        }

        await File.WriteAllBytesAsync(_files.Path, lines.WrittenMemory, Token);
        return await _groq.Provider.UploadAsync(_files.Path, "requests.jsonl", Token);
    }

    private async Task<ProviderBatch> RunAsync(Rung rung, int requests)
    {
        var created = await _groq.Provider.CreateBatchAsync(New(await UploadAsync(rung, requests), Guid.NewGuid().ToString("N")), Token);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await _groq.Provider.GetBatchesAsync([created.Id], limit.Token) is [{ HasEnded: true } ended])
            {
                return ended;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private async Task<List<Answer>> AnswersAsync(ProviderBatch batch)
    {
        var answers = new List<Answer>();
        foreach (var fileId in new[] { batch.OutputFileId, batch.ErrorFileId })
        {
            if (fileId is null)
            {
                continue;
            }

            var path = Path.Combine(_files.Folder, $"{fileId}.jsonl");
            await _groq.Provider.DownloadAsync(fileId, path, Token);
            await using var file = File.OpenRead(path);
            await foreach (var answer in _groq.Get<IBatchFileFormat>().ReadAnswersAsync(file, Token))
            {
                answers.Add(answer);
            }
        }

        return answers;
    }

    private async Task AssertLedgerAgreesAsync(ProviderBatch batch, List<Answer> answers)
    {
        var said = new List<string>();
        await foreach (var outcome in SimulatorLedger.OutcomesAsync(_simulator.Folder, batch.Id, Token))
        {
            said.Add($"{outcome.CustomId} {(outcome.Kind.IsSuccess() ? "succeeded" : outcome.Code?.ToWire() ?? "refused")}");
        }

        Assert.Equal(
            said.Order(StringComparer.Ordinal),
            answers
                .Select(answer =>
                    $"{answer.CustomId} {(answer.Kind switch { AnswerKind.Succeeded => "succeeded", AnswerKind.Refused => "refused", _ => answer.Code!.Value.ToWire() })}"
                )
                .Order(StringComparer.Ordinal)
        );
    }

    private static PullRequest PullRequest(int id) =>
        new()
        {
            Repository = "octo/metrics",
            Number = id,
            Title = $"feat: cache the team page ({id})",
            Body = "Keeps the page for a minute, so that it opens at once.",
            Author = new PullRequestAuthor("ada", null, IsBot: false),
            Files = [new ChangedFile("src/pages/team.tsx", "modified", 12, 3)],
            Commits = [new Commit("abc", "feat: cache the team page")],
            Additions = 12,
            Deletions = 3,
            ChangedFiles = 1,
        };
}
