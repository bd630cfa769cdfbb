using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Core.Access;
using GroqBatch.Core.Audit;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Leases;
using GroqBatch.Core.Models;
using GroqBatch.Core.Outcomes;
using GroqBatch.Core.Prompts;
using GroqBatch.Core.Results;
using GroqBatch.Core.Runs;
using GroqBatch.Core.Storage;
using GroqBatch.Pipeline.Batches;
using GroqBatch.Pipeline.Leases;
using GroqBatch.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GroqBatch.Pipeline.Results;

/// <summary>
/// Three kinds of batches: one that is in the ledger is taken by its own run, now instead of when somebody works; one of this installation that
/// the ledger has lost becomes a run of its own; and so does a foreign one, once a map says what it is about.
/// </summary>
internal sealed class BatchResults(
    IBatchProvider provider,
    IInstallation installation,
    IBatchStore batches,
    IRunStore runs,
    IResultsStore store,
    IBatchFileFormat format,
    IModelCatalogue catalogue,
    IAuditLog audit,
    BatchIngester ingester,
    RawFiles rawFiles,
    RawFileFetcher fetcher,
    ILeases leases,
    IRunWaker waker,
    PipelineIdentity identity,
    IOptions<PipelineOptions> options,
    TimeProvider time,
    ILogger<BatchResults> logger
) : IBatchResults
{
    // Not one of this product's: summaries made with it count as stale beside any version.
    private static readonly string ForeignPrompt = new PromptVersion(0, 0).ToString();

    public async Task<ResultsReport> SaveAsync(SaveResults request, Actor actor, CancellationToken cancellationToken)
    {
        actor.Demand(Right.Operate);
        if (await store.FindBatchAsync(provider.Name, request.BatchId, nonce: null, cancellationToken) is { } known)
        {
            return await TakeAsync(known.RunId, known.BatchId, found: null, actor, cancellationToken);
        }

        var found = (await provider.GetBatchesAsync([request.BatchId], cancellationToken)).SingleOrDefault();
        if (found is null)
        {
            return Refuse($"{provider.Host} does not know a batch {request.BatchId} for this key.");
        }

        var isOwn = BatchMetadata.InstallationOf(found.Metadata) == await installation.GetIdAsync(cancellationToken);
        if (
            isOwn
            && BatchMetadata.NonceOf(found.Metadata) is { } nonce
            && await store.FindBatchAsync(provider.Name, request.BatchId, nonce, cancellationToken) is { } doubtful
        )
        {
            return await TakeAsync(doubtful.RunId, doubtful.BatchId, found, actor, cancellationToken);
        }

        if (!isOwn && request.Map is null)
        {
            return Refuse(
                $"Batch {request.BatchId} was not sent by this installation. A file that says which custom id is which pull request makes it possible: --map FILE."
            );
        }

        if (!found.HasEnded)
        {
            return Refuse($"It has not ended: {Progress(found)}. Its results can be saved once it has.");
        }

        if (found.OutputFileId is null && found.ErrorFileId is null)
        {
            return Refuse($"It ended as {found.StatusText} without any file: there is nothing to save.");
        }

        return await SaveAsync(request, found, isOwn, actor, cancellationToken);
    }

    /// <summary>A batch that is in the ledger: what its run would do with it, done now. Nothing of the run is sent by it.</summary>
    private async Task<ResultsReport> TakeAsync(
        Guid runId,
        Guid batchId,
        ProviderBatch? found,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var batch = await FindAsync(runId, batchId, cancellationToken);
        if (batch.State == BatchState.Ingested)
        {
            return InLedger(runId, batch);
        }

        if (batch.State != BatchState.Ended)
        {
            found ??= (await provider.GetBatchesAsync([batch.ProviderBatchId!], cancellationToken)).SingleOrDefault();
            if (found is not { HasEnded: true })
            {
                return Refuse(
                    found is null
                        ? $"{provider.Host} does not know batch {batch.ProviderBatchId} at the moment; its run goes on asking."
                        : $"It has not ended: {Progress(found)}. Its run saves it once it has.",
                    runId
                );
            }
        }

        await using var keeper = await LeaseKeeper.TakeAsync(
            leases,
            Lease.ForRun(runId),
            identity.NewOwner(),
            options.Value.LeaseDuration,
            time,
            logger,
            cancellationToken
        );
        if (keeper is null)
        {
            return Refuse("Its run is being moved at this moment, which saves it too.", runId);
        }

        batch = await FindAsync(runId, batchId, keeper.Token);
        if (batch.State == BatchState.Uploaded)
        {
            await batches.MarkSubmittedAsync(batchId, found!, adopted: true, TimeSpan.Zero, keeper.Lease, keeper.Token);
        }

        if (batch.State is BatchState.Uploaded or BatchState.Submitted)
        {
            await batches.RecordPollAsync([new PollResult(batchId, found, options.Value.PollInterval)], keeper.Token);
            batch = await FindAsync(runId, batchId, keeper.Token);
        }

        if (batch.State != BatchState.Ended)
        {
            return batch.State == BatchState.Ingested ? InLedger(runId, batch) : Refuse("It was given up before it was created.", runId);
        }

        var run = (await runs.FindAsync(runId, keeper.Token))!;
        IngestResult? result;
        try
        {
            result = await ingester.IngestAsync(run, batch, keeper.Lease, keeper.Token);
        }
        catch (AttentionException missing)
        {
            return Refuse(missing.Message, runId);
        }

        if (result is null)
        {
            return Refuse("Its files could not be fetched at the moment; its run tries it again, as this command may.", runId);
        }

        await audit.AppendAsync(
            new AuditEvent
            {
                Actor = actor.Name,
                Action = "run.results",
                Target = runId.ToString(),
                Origin = actor.Origin,
                Before = new JsonObject { ["batchId"] = batch.ProviderBatchId, ["batchState"] = nameof(BatchState.Ended) }.ToJsonString(),
                After = new JsonObject
                {
                    ["batchId"] = batch.ProviderBatchId,
                    ["batchState"] = nameof(BatchState.Ingested),
                    ["succeeded"] = result.Succeeded,
                    ["failed"] = result.Failed,
                }.ToJsonString(),
            },
            keeper.Token
        );
        await waker.WakeAsync(runId, TimeSpan.Zero, keeper.Token);
        return new ResultsReport
        {
            Verdict = ResultsVerdict.Saved,
            RunId = runId,
            Explanation =
                $"Saved to its run: {result.Succeeded:N0} succeeded, {result.Failed:N0} failed"
                + (result.Again > 0 ? $", {result.Again:N0} wait to be sent again." : "."),
        };
    }

    /// <summary>A batch that the ledger does not have: previewed, and made a run of.</summary>
    private async Task<ResultsReport> SaveAsync(
        SaveResults request,
        ProviderBatch found,
        bool isOwn,
        Actor actor,
        CancellationToken cancellationToken
    )
    {
        var (runId, batchId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var isSaved = false;
        try
        {
            rawFiles.Prepare(runId);
            string[] paths = [rawFiles.PathOf(runId, batchId, RawFileKind.Output), rawFiles.PathOf(runId, batchId, RawFileKind.Error)];
            await fetcher.FetchAsync(found.OutputFileId, paths[0], cancellationToken);
            await fetcher.FetchAsync(found.ErrorFileId, paths[1], cancellationToken);
            var answers = await ReadAsync(paths, cancellationToken);
            var known = request.Map is { } map
                ? await store.FindAsync(provider.Name, map, cancellationToken)
                : await store.FindAsync(
                    provider.Name,
                    [.. answers.ByCustomId.Keys.Select(id => CustomId.TryParse(id, out var key) ? key : 0).Where(key => key > 0)],
                    cancellationToken
                );
            var content = Describe(request, answers, known, isOwn);
            var taken = known
                .Where(pullRequest => pullRequest.State != "excluded" && answers.ByCustomId.ContainsKey(pullRequest.CustomId))
                .ToList();
            if (taken.Count == 0)
            {
                return Refuse("None of its lines is about a pull request that is here: there is nothing to save.") with
                {
                    Content = content,
                };
            }

            if (taken.DistinctBy(pullRequest => pullRequest.TeamId).Count() > 1)
            {
                return Refuse(
                    $"It is about pull requests of {string.Join(", ", taken.Select(pullRequest => pullRequest.Team).Distinct(StringComparer.Ordinal))}; a run has one team. Give a map of one team."
                ) with
                {
                    Content = content,
                };
            }

            if (!isOwn && !request.Apply)
            {
                return new ResultsReport
                {
                    Verdict = ResultsVerdict.Previewed,
                    Explanation = "Nothing is saved yet: --apply saves it.",
                    Content = content,
                };
            }

            var results = new NewResults
            {
                RunId = runId,
                BatchId = batchId,
                TeamId = taken[0].TeamId,
                Provider = provider.Name,
                Batch = found,
                Rung = RungOf(answers.Model, found),
                PromptVersion = content.IsOfAnotherPrompt ? ForeignPrompt : PromptVersion.Current.ToString(),
                RequestFileHash = new byte[32],
                Bytes = 0,
                PullRequests = taken,
                IsMapped = request.Map is not null,
                Overwrite = request.Overwrite,
                Describe = (run, batch) => BatchIngester.Describe(run, batch, BatchIngester.ReadAsync(format, paths, cancellationToken)),
            };
            results = await WithRequestFileAsync(results, cancellationToken);
            isSaved = await store.SaveAsync(results, actor, cancellationToken);
            if (!isSaved && await store.FindBatchAsync(provider.Name, request.BatchId, nonce: null, cancellationToken) is { } other)
            {
                return InLedger(other.RunId, await FindAsync(other.RunId, other.BatchId, cancellationToken));
            }

            return new ResultsReport
            {
                Verdict = ResultsVerdict.Saved,
                RunId = runId,
                Explanation = "Saved as a run of its own, which has ended.",
                Content = content,
            };
        }
        finally
        {
            if (!isSaved)
            {
                Directory.Delete(rawFiles.FolderOf(runId), recursive: true);
            }
        }
    }

    /// <summary>The request file, where the provider still has it: a bundle of the run is whole with it, and works without.</summary>
    private async Task<NewResults> WithRequestFileAsync(NewResults results, CancellationToken cancellationToken)
    {
        var place = rawFiles.PathOf(results.RunId, results.BatchId, RawFileKind.Request);
        try
        {
            await fetcher.FetchAsync(results.Batch.InputFileId, place, cancellationToken);
        }
        catch (ProviderException gone) when (gone.Fault is ProviderFault.NotFound)
        {
            return results;
        }

        return File.Exists(place) && await Digests.TryOfContentAsync(place, cancellationToken) is { } digest
            ? results with
            {
                RequestFileHash = Convert.FromHexString(digest.Sha256),
                Bytes = digest.Bytes,
            }
            : results;
    }

    private static ResultsContent Describe(SaveResults request, FileAnswers answers, IReadOnlyList<KnownPullRequest> known, bool isOwn)
    {
        var (added, refreshed, fresh) = (0, 0, 0);
        var failures = new Dictionary<FailureCode, int>();
        foreach (var pullRequest in known.Where(pullRequest => pullRequest.State != "excluded"))
        {
            if (!answers.ByCustomId.TryGetValue(pullRequest.CustomId, out var failure))
            {
                continue;
            }

            if (failure is { } code)
            {
                failures[code] = failures.GetValueOrDefault(code) + 1;
                continue;
            }

            (added, refreshed, fresh) = pullRequest.State switch
            {
                "summarised" => (added, refreshed, fresh + 1),
                "stale" => (added, refreshed + 1, fresh),
                _ => (added + 1, refreshed, fresh),
            };
        }

        var here = known
            .Where(pullRequest => pullRequest.State != "excluded")
            .Select(pullRequest => pullRequest.CustomId)
            .ToHashSet(StringComparer.Ordinal);
        var map = request.Map ?? [];
        return new ResultsContent
        {
            Team = known.Count == 0 ? null : known[0].Team,
            Model = answers.Model,
            Lines = answers.Lines,
            New = added,
            Refreshed = refreshed,
            Fresh = fresh,
            Failures = failures,
            Unknown = [.. answers.ByCustomId.Keys.Where(id => !here.Contains(id)).Order(StringComparer.Ordinal)],
            NotHere = [.. map.Where(line => !here.Contains(line.CustomId)).Select(line => $"{line.Team}: {line.Repository}#{line.Number}")],
            Unanswered = [.. map.Select(line => line.CustomId).Where(id => !answers.ByCustomId.ContainsKey(id))],
            IsOfAnotherPrompt = !isOwn,
        };
    }

    /// <summary>What both files say of each custom id: the first success, else the first failure, as ingestion folds them.</summary>
    private async Task<FileAnswers> ReadAsync(string[] paths, CancellationToken cancellationToken)
    {
        var byId = new Dictionary<string, FailureCode?>(StringComparer.Ordinal);
        var lines = 0;
        string? model = null;
        await foreach (var answer in BatchIngester.ReadAsync(format, paths, cancellationToken).WithCancellation(cancellationToken))
        {
            lines++;
            model ??= ModelOf(answer.RawLine);
            if (answer.CustomId is not { } id)
            {
                continue;
            }

            FailureCode? failure = answer.Kind switch
            {
                AnswerKind.Succeeded => null,
                AnswerKind.Failed => answer.Code ?? FailureCode.ApiError,
                _ => FailureCode.ApiError,
            };
            if (failure is null || !byId.ContainsKey(id))
            {
                byId[id] = failure;
            }
        }

        return new FileAnswers(byId, lines, model);
    }

    /// <summary>The model as an answer names it: <c>{"custom_id":"…","response":{"body":{"model":"openai/gpt-oss-20b",…</c></summary>
    private static string? ModelOf(string line)
    {
        try
        {
            return
                (JsonNode.Parse(line)?["response"]?["body"]?["model"] as JsonValue)?.TryGetValue<string>(out var model) == true
                && model.Length > 0
                ? model
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What it ran on, as far as it is known: without a price its cost is unknown, never nothing.</summary>
    private Rung RungOf(string? model, ProviderBatch batch)
    {
        var known = model is null ? null : catalogue.Find(model);
        var day = DateOnly.FromDateTime((batch.CreatedAt ?? time.GetUtcNow()).UtcDateTime);
        var price = known?.PriceOn(day);
        var place = model is null ? -1 : catalogue.ConfiguredLadder.ToList().IndexOf(model);
        return new Rung
        {
            Ordinal = 1,
            PlaceInLadder = place >= 0 ? place + 1 : null,
            Model = model ?? "unknown",
            ResponseFormat = known?.HasStrictSchema == true ? ResponseFormat.JsonSchema : ResponseFormat.JsonObject,
            MaxCompletionTokens = known?.CompletionTokens ?? 0,
            ContextTokens = known?.ContextTokens ?? 0,
            PromptPrice = price?.Prompt * (1 - catalogue.BatchDiscount),
            CompletionPrice = price?.Completion * (1 - catalogue.BatchDiscount),
            PricesReadOn = price?.ReadOn,
        };
    }

    private async Task<Batch> FindAsync(Guid runId, Guid batchId, CancellationToken cancellationToken) =>
        (await batches.ListAllAsync(runId, cancellationToken)).First(batch => batch.Id == batchId);

    private static ResultsReport InLedger(Guid runId, Batch batch) =>
        new()
        {
            Verdict = ResultsVerdict.InLedger,
            RunId = runId,
            Explanation = $"It is in the ledger already, as batch {batch.Ordinal} of pass {batch.Pass}; nothing is changed.",
        };

    private static ResultsReport Refuse(string why, Guid? runId = null) =>
        new()
        {
            Verdict = ResultsVerdict.Refused,
            RunId = runId,
            Explanation = why,
        };

    private static string Progress(ProviderBatch batch) =>
        batch.Counts is { Total: > 0 } counts
            ? $"{batch.StatusText}, {counts.Completed + counts.Failed:N0} of {counts.Total:N0} answered"
            : batch.StatusText;

    /// <param name="ByCustomId">The failure of each custom id; null: it has a valid summary.</param>
    /// <param name="Lines">Of both files.</param>
    /// <param name="Model">What the first answer that names one names.</param>
    private sealed record FileAnswers(IReadOnlyDictionary<string, FailureCode?> ByCustomId, int Lines, string? Model);
}
