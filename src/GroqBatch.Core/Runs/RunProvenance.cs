namespace GroqBatch.Core.Runs;

/// <summary>Where a run in the ledger comes from. Stored by name.</summary>
public enum RunProvenance
{
    /// <summary>Started here and carried out by this installation.</summary>
    Own,

    /// <summary>Rebuilt from the bundle of another installation, which carried it out.</summary>
    Imported,

    /// <summary>Made of a finished batch that another process had sent.</summary>
    Results,
}
