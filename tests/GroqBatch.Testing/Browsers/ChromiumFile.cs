namespace GroqBatch.Testing.Browsers;

/// <summary>Chromium as the machine has it, for whoever starts one.</summary>
public static class ChromiumFile
{
    /// <summary>Names the browser's file where it is found in none of the usual places.</summary>
    public const string Variable = "GROQBATCH_CHROMIUM";

    // The headless shell first: a page in it takes a fraction of the processor that a whole browser's window takes.
    private static readonly string[] Places =
    [
        "/usr/bin/chromium-headless-shell",
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/usr/bin/google-chrome-stable",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];

    /// <summary>Where it is; null: nowhere.</summary>
    public static string? Path =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named && File.Exists(named)
            ? named
            : Places.FirstOrDefault(File.Exists);
}
