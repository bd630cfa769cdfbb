using Microsoft.Extensions.Options;

namespace GroqBatch.Groq.Settings;

/// <summary>Finds every mistake in section <c>Groq</c> at once, each named by its key and none showing the API key.</summary>
internal sealed class GroqOptionsValidator : IValidateOptions<GroqOptions>
{
    // A timer can't be set to more than this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, GroqOptions options)
    {
        var mistakes = new List<string>();
        CheckKey(options, mistakes);
        CheckAddresses(options, mistakes);
        CheckHeaders(options, mistakes);

        if (string.IsNullOrWhiteSpace(options.UploadPurpose))
        {
            mistakes.Add("Groq:UploadPurpose: an upload needs a purpose; Groq takes 'batch'.");
        }

        if (!options.Endpoint.StartsWith('/') || options.Endpoint.Any(char.IsWhiteSpace))
        {
            mistakes.Add($"Groq:Endpoint: '{options.Endpoint}' isn't a path; Groq takes '/v1/chat/completions'.");
        }

        if (options.MaxIdsPerStatusCall is < 0 or > 1_000)
        {
            mistakes.Add($"Groq:MaxIdsPerStatusCall: {options.MaxIdsPerStatusCall} isn't between 0 and 1000; Groq takes 200.");
        }

        if (options.PageSize is < 1 or > 1_000)
        {
            mistakes.Add($"Groq:PageSize: {options.PageSize} isn't between 1 and 1000.");
        }

        if (options.MaxRetries is < 0 or > 10)
        {
            mistakes.Add($"Groq:MaxRetries: {options.MaxRetries} isn't between 0 and 10.");
        }

        CheckWait("CallTimeout", options.CallTimeout, mayBeZero: false, mistakes);
        CheckWait("TransferTimeout", options.TransferTimeout, mayBeZero: false, mistakes);
        CheckWait("RetryDelay", options.RetryDelay, mayBeZero: true, mistakes);
        CheckWait("MaxRetryAfter", options.MaxRetryAfter, mayBeZero: true, mistakes);

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void CheckKey(GroqOptions options, List<string> mistakes)
    {
        if (options.Mode == ProviderMode.Live && options.ApiKey.IsEmpty)
        {
            mistakes.Add($"Groq:ApiKey: live mode needs a key (or the environment variable {GroqOptions.KeyVariable}).");
        }

        if (options.ApiKey.Reveal().Any(c => c is < '!' or > '~'))
        {
            mistakes.Add("Groq:ApiKey: the key has characters that no key has (white space, control or non-ASCII characters).");
        }
    }

    private static void CheckAddresses(GroqOptions options, List<string> mistakes)
    {
        if (options.BaseUrl is { Length: > 0 } text)
        {
            if (
                !Uri.TryCreate(text, UriKind.Absolute, out var url)
                || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
                || url.Query.Length > 0
                || url.Fragment.Length > 0
                || url.UserInfo.Length > 0
            )
            {
                // Not repeated here: it may carry a password.
                mistakes.Add(
                    $"Groq:BaseUrl: not an address like {GroqOptions.DefaultBaseUrl} (no query, no user name; further parameters go into Groq:Query)."
                );
            }
            else if (
                url.Scheme == Uri.UriSchemeHttp
                && !url.IsLoopback
                && !options.AllowHttp
                // A simulator elsewhere is sent the key as well, where there is one.
                && !options.ApiKey.IsEmpty
            )
            {
                mistakes.Add("Groq:BaseUrl: the key would travel unencrypted; use https, or set Groq:AllowHttp to true.");
            }
        }

        if (
            options.ConsoleUrl.Length > 0
            && (
                !options.ConsoleUrl.Contains(GroqEndpoint.BatchIdPlaceholder, StringComparison.Ordinal)
                || !Uri.TryCreate(
                    options.ConsoleUrl.Replace(GroqEndpoint.BatchIdPlaceholder, "batch_1", StringComparison.Ordinal),
                    UriKind.Absolute,
                    out var console
                )
                || (console.Scheme != Uri.UriSchemeHttps && console.Scheme != Uri.UriSchemeHttp)
            )
        )
        {
            mistakes.Add(
                $"Groq:ConsoleUrl: '{options.ConsoleUrl}' isn't a web address with {GroqEndpoint.BatchIdPlaceholder} in it (empty: no links)."
            );
        }
    }

    private static void CheckHeaders(GroqOptions options, List<string> mistakes)
    {
        if (!IsHeader(options.AuthHeader, "x"))
        {
            mistakes.Add($"Groq:AuthHeader: '{options.AuthHeader}' isn't the name of a header; Groq takes 'Authorization'.");
        }

        if (options.AuthScheme.Any(c => c is < '!' or > '~'))
        {
            mistakes.Add("Groq:AuthScheme: one word of ASCII, or empty; Groq takes 'Bearer'.");
        }

        foreach (var (header, value) in options.Headers)
        {
            if (!IsHeader(header, value))
            {
                mistakes.Add($"Groq:Headers:{header}: not a header that can be sent.");
            }
            else if (header.Equals(options.AuthHeader, StringComparison.OrdinalIgnoreCase))
            {
                mistakes.Add($"Groq:Headers:{header}: the key's header is set by Groq:ApiKey.");
            }
        }
    }

    private static bool IsHeader(string name, string value)
    {
        using var request = new HttpRequestMessage();
        try
        {
            request.Headers.Add(name, value);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void CheckWait(string key, TimeSpan value, bool mayBeZero, List<string> mistakes)
    {
        if (value < TimeSpan.Zero || value > LongestWait || (value == TimeSpan.Zero && !mayBeZero))
        {
            mistakes.Add(
                $"Groq:{key}: {value} isn't a time between {(mayBeZero ? "0" : "more than 0")} and one day (hours:minutes:seconds)."
            );
        }
    }
}
