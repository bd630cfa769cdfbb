namespace GroqBatch.Hosting;

/// <summary>What a host is for; each includes what stands before it.</summary>
public enum HostParts
{
    /// <summary>Reads and writes the ledger. Nothing runs in the background.</summary>
    Ledger,

    /// <summary>Also asks the provider; where a simulator answers, it runs in this process.</summary>
    Provider,

    /// <summary>Also carries live runs on.</summary>
    Pipeline,
}
