using System.CommandLine;
using System.Globalization;

namespace GroqBatch.Cli.Shell;

/// <summary>Options that several commands take, written the same everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>A setting for this call only, above every file and the environment.</summary>
    public static Option<string[]> Set { get; } =
        new("--set")
        {
            Description = "A setting for this call only, such as Pipeline:PollInterval=00:00:01. May be repeated.",
            HelpName = "KEY=VALUE",
            Recursive = true,
            Arity = ArgumentArity.OneOrMore,
            Validators =
            {
                result =>
                {
                    foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                    {
                        result.AddError($"--set takes KEY=VALUE, not '{token.Value}'.");
                    }
                },
            },
        };

    /// <summary>More on standard error.</summary>
    public static Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Tell more on standard error.", Recursive = true };

    /// <summary>JSON on standard output instead of text.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write JSON to standard output, for scripts." };

    /// <summary>An option with one value, whose own words say what it takes: the parser's would name a type.</summary>
    /// <param name="name">With its hyphens.</param>
    /// <param name="takes">Such as "a number from 1".</param>
    /// <param name="isAllowed">Whether a value that could be read is allowed.</param>
    public static Option<T?> Value<T>(string name, string takes, Func<T, bool> isAllowed)
        where T : struct, ISpanParsable<T> =>
        new(name)
        {
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                if (T.TryParse(text, CultureInfo.InvariantCulture, out var value) && isAllowed(value))
                {
                    return value;
                }

                result.AddError($"{name} takes {takes}, not '{text}'.");
                return null;
            },
        };

    /// <summary>A team by its slug.</summary>
    public static Option<string> Team(string description, bool isRequired) =>
        new("--team")
        {
            Description = description,
            HelpName = "SLUG",
            Required = isRequired,
        };
}
