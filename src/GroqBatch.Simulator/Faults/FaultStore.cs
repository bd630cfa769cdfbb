using System.Security.Cryptography;
using System.Text.Json;
using GroqBatch.Simulator.Storage;

namespace GroqBatch.Simulator.Faults;

/// <summary>
/// The switches that are on, in the folder, so that all its processes see them. How often one has struck is counted by files named 1, 2, 3...
/// of which each can be created once only: two processes never take the same turn, and a killed one gives none back.
/// </summary>
internal sealed class FaultStore(SimulatorFolder folder)
{
    private const string Extension = ".json";

    /// <summary>Switches a fault on; one with an id that is on already stays as it is, with its count.</summary>
    public Fault Add(Fault fault)
    {
        fault = fault with { Id = fault.Id ?? TypeId.New("fault_", TimeProvider.System.GetUtcNow()) };
        if (fault.Times is not null)
        {
            Directory.CreateDirectory(UsesOf(fault.Id));
        }

        return AtomicFile.TryCreate(PathOf(fault.Id), fault) ? fault : AtomicFile.TryRead<Fault>(PathOf(fault.Id)) ?? fault;
    }

    /// <summary>Switches on what the options ask for. The id follows from the content, so that each start of a process means the same switch.</summary>
    public void AddFromOptions(IReadOnlyList<Fault> faults)
    {
        for (var i = 0; i < faults.Count; i++)
        {
            var digest = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes((i, faults[i]).ToTuple(), AtomicFile.Json));
            Add(faults[i] with { Id = faults[i].Id ?? "start-" + Convert.ToHexStringLower(digest.AsSpan(0, 8)) });
        }
    }

    /// <summary>All that are on, by id, which is by time where the simulator gave it.</summary>
    public IReadOnlyList<Fault> List()
    {
        var faults = new List<Fault>();
        foreach (var path in Directory.EnumerateFiles(folder.Faults, "*" + Extension))
        {
            if (AtomicFile.TryRead<Fault>(path) is { } fault)
            {
                faults.Add(fault);
            }
        }

        return faults.Count < 2 ? faults : [.. faults.OrderBy(fault => fault.Id, StringComparer.Ordinal)];
    }

    /// <summary>How often it has struck; null for a fault without a limit, which is not counted.</summary>
    public int? UsesOf(Fault fault) =>
        fault.Times is null ? null
        : Directory.Exists(UsesOf(fault.Id!)) ? Directory.EnumerateFiles(UsesOf(fault.Id!)).Count()
        : 0;

    public void Clear()
    {
        foreach (var fault in List())
        {
            Remove(fault.Id!);
        }
    }

    /// <summary>Switches one off; false when it was not on.</summary>
    public bool Remove(string id)
    {
        if (!SimulatorFolder.IsPlainId(id) || !File.Exists(PathOf(id)))
        {
            return false;
        }

        File.Delete(PathOf(id));
        try
        {
            Directory.Delete(UsesOf(id), recursive: true);
        }
        catch (IOException)
        {
            // Never counted, or another process removed it at the same moment.
        }

        return true;
    }

    /// <summary>The faults that hit this call, each with its turn taken.</summary>
    public IReadOnlyList<Fault> OfCall(string method, string path)
    {
        List<Fault>? hits = null;
        foreach (var fault in List())
        {
            if (
                fault.Kind.IsOfCalls()
                && (fault.Method is null || fault.Method.Equals(method, StringComparison.OrdinalIgnoreCase))
                && Matches(fault.Path, path)
                && (fault.BatchId is null || path.Contains(fault.BatchId, StringComparison.Ordinal))
                && Applies(fault.Kind, method, path)
                && TryTakeTurn(fault)
            )
            {
                (hits ??= []).Add(fault);
            }
        }

        return hits ?? [];
    }

    /// <summary>The faults that a batch about to be created will have, each with its turn taken.</summary>
    public IReadOnlyList<Fault> OfNewBatch(IReadOnlyDictionary<string, string>? metadata, IEnumerable<string> models, Func<int> batchNumber)
    {
        List<Fault>? hits = null;
        foreach (var fault in List())
        {
            if (
                !fault.Kind.IsOfCalls()
                && fault.BatchId is null
                && (fault.Model is null || models.Contains(fault.Model, StringComparer.Ordinal))
                && (
                    fault.Metadata is null
                    || fault.Metadata.All(pair =>
                        metadata?.TryGetValue(pair.Key, out var value) == true && string.Equals(value, pair.Value, StringComparison.Ordinal)
                    )
                )
                && (fault.BatchNumber is null || fault.BatchNumber == batchNumber())
                && TryTakeTurn(fault)
            )
            {
                (hits ??= []).Add(fault);
            }
        }

        return hits ?? [];
    }

    /// <summary>The faults laid on batches that existed already.</summary>
    public ILookup<string, Fault> OfExistingBatches() =>
        List()
            .Where(fault => fault.BatchId is not null && !fault.Kind.IsOfCalls())
            .ToLookup(fault => fault.BatchId!, StringComparer.Ordinal);

    private static bool Matches(string? pattern, string path) =>
        pattern is null
        || (
            pattern.EndsWith('*')
                ? path.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal)
                : string.Equals(path, pattern, StringComparison.Ordinal)
        );

    /// <summary>A turn is taken only where the fault can show.</summary>
    private static bool Applies(FaultKind kind, string method, string path) =>
        kind switch
        {
            FaultKind.TruncatedDownload => path.EndsWith("/content", StringComparison.Ordinal),
            FaultKind.FileExpired => path.StartsWith("/files/", StringComparison.Ordinal),
            FaultKind.PlanGate => !path.StartsWith("/models", StringComparison.Ordinal),
            FaultKind.ReplyLost => !string.Equals(method, "GET", StringComparison.Ordinal),
            _ => true,
        };

    private bool TryTakeTurn(Fault fault)
    {
        if (fault.Times is not { } times)
        {
            return true;
        }

        var uses = UsesOf(fault.Id!);
        for (var turn = 1; turn <= times; turn++)
        {
            var path = Path.Combine(uses, turn.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (File.Exists(path))
            {
                continue;
            }

            try
            {
                using var taken = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
                return true;
            }
            catch (IOException)
            {
                // Somebody else took this turn, or the switch is gone with its folder.
            }
        }

        return false;
    }

    private string PathOf(string id) => Path.Combine(folder.Faults, id + Extension);

    private string UsesOf(string id) => Path.Combine(folder.Faults, id + ".uses");
}
