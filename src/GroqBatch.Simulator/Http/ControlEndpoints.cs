using System.Text.Json;
using System.Text.Json.Nodes;
using GroqBatch.Simulator.Batches;
using GroqBatch.Simulator.Faults;
using GroqBatch.Simulator.Ledger;
using GroqBatch.Simulator.Storage;
using Microsoft.AspNetCore.Http;

namespace GroqBatch.Simulator.Http;

/// <summary>The simulator's own endpoints below <c>/_simulator</c>: fault switches, the ledger, and what somebody else does in the console.</summary>
internal sealed class ControlEndpoints(SimulatorFolder folder, FaultStore faults, BatchEndpoints batches)
{
    public async Task AddFaultsAsync(HttpContext context)
    {
        List<Fault> wanted;
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            wanted = body is JsonArray ? body.Deserialize<List<Fault>>(AtomicFile.Json)! : [body.Deserialize<Fault>(AtomicFile.Json)!];
        }
        catch (JsonException exception)
        {
            throw new ApiError(400, "A fault, or an array of faults, is expected: " + exception.Message);
        }

        if (wanted.SelectMany(fault => fault.Mistakes()).FirstOrDefault() is { } mistake)
        {
            throw new ApiError(400, mistake);
        }

        await WriteFaultsAsync(context, [.. wanted.Select(faults.Add)]);
    }

    public Task ListFaultsAsync(HttpContext context) => WriteFaultsAsync(context, faults.List());

    public Task ClearFaultsAsync(HttpContext context)
    {
        faults.Clear();
        return WriteFaultsAsync(context, faults.List());
    }

    public Task RemoveFaultAsync(HttpContext context, string id) =>
        faults.Remove(id) ? WriteFaultsAsync(context, faults.List()) : throw ApiError.NotFound("fault", id);

    public async Task LedgerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        var ledger = SimulatorLedger.Read(folder.Root);
        await JsonSerializer.SerializeAsync(
            context.Response.Body,
            new { ledger.Batches, ledger.Calls },
            AtomicFile.Json,
            context.RequestAborted
        );
    }

    public Task CancelElsewhereAsync(HttpContext context, string id) => batches.CancelAsync(context, id, by: "console");

    private async Task WriteFaultsAsync(HttpContext context, IReadOnlyList<Fault> list)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body,
            new
            {
                Faults = list.Select(fault => new
                {
                    fault.Id,
                    Used = faults.UsesOf(fault),
                    Fault = fault,
                }),
            },
            AtomicFile.Json,
            context.RequestAborted
        );
    }
}
