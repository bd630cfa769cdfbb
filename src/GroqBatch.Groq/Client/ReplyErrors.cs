using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GroqBatch.Core.Batches;
using GroqBatch.Core.Text;

namespace GroqBatch.Groq.Client;

/// <summary>Turns a reply that is no success into what happened and what a person can do about it.</summary>
/// <param name="host">The host that answers, for the messages.</param>
/// <param name="key">The key, to strike it out of whatever the provider repeats.</param>
internal sealed partial class ReplyErrors(string host, string key)
{
    private const int ExcerptLength = 500;
    private const int SaidLength = 300;

    // Of a key shorter than this, replacing would garble the text around it; real ones have 50 characters and more.
    private const int ShortestKey = 6;

    /// <summary>Explains a reply.</summary>
    /// <param name="action">What was tried, as a person says it: "create the batch".</param>
    /// <param name="mayHaveHappened">Whether the call has an effect that the provider may have carried out although it reports a fault.</param>
    /// <param name="status">The reply's status.</param>
    /// <param name="headers">The reply's headers.</param>
    /// <param name="body">The reply's body, as far as it was read.</param>
    public ProviderException Explain(string action, bool mayHaveHappened, HttpStatusCode status, HttpResponseHeaders headers, string? body)
    {
        var number = (int)status;
        var error = ErrorBody.Parse(body);
        var said = error.Message is { Length: > 0 } message ? $" It says: {StorableText.Cut(OneLine(Redact(message)), SaidLength)}" : "";
        var code = error.Code is { Length: > 0 } ? Redact(error.Code) : null;
        var at = code is null ? $"{number} from {host}" : $"{number} {code} from {host}";
        var wait = CallPolicy.RetryAfter(headers) ?? (number == 429 ? WaitIn(error.Message) : null);

        var (fault, text) = (number, code) switch
        {
            (401, _) => (
                ProviderFault.WrongKey,
                $"The provider does not accept the API key ({at}). Set Groq:ApiKey or GROQ_API_KEY to a valid key of the account.{said}"
            ),
            (403, "not_available_for_plan") => (
                ProviderFault.NotAllowed,
                $"The account's plan does not include batches ({at}). Groq's Batch and Files API needs the Developer plan or an enterprise account: change the plan in the console, or use the key of an account that has it.{said}"
            ),
            (403, "model_permission_blocked_org" or "model_permission_blocked_project") => (
                ProviderFault.NotAllowed,
                $"The model is blocked for this key's {(code.EndsWith("_org", StringComparison.Ordinal) ? "organisation" : "project")} ({at}). Allow it in the console, or set Ladder to models that are allowed.{said}"
            ),
            (403, _) when !error.IsApiError => (
                ProviderFault.BlockedAtEdge,
                $"The provider's network edge blocked the call before it reached the API ({at}{EdgeCode(body)}). It does so for unknown user agents and for some networks and countries: check that no proxy removes the User-Agent, and try from another network."
            ),
            (403, _) => (
                ProviderFault.NotAllowed,
                $"The key may not do this ({at}). Check the account's plan and the key's permissions in the console.{said}"
            ),
            (_, "model_not_found" or "model_decommissioned") => (
                ProviderFault.ModelNotFound,
                $"The key does not have this model ({at}): it was shut down or is not open to the account. Set Ladder to a model the key has.{said}"
            ),
            (404, _) when !error.IsApiError || IsUnknownUrl(error.Message) => (
                ProviderFault.Rejected,
                $"There is no such API at this address ({at}). Check Groq:BaseUrl.{said}"
            ),
            (404, _) => (
                ProviderFault.NotFound,
                $"The provider does not know it ({at}): it never existed, was deleted or was kept for its 30 days.{said}"
            ),
            (408, _) => (ProviderFault.Unreachable, $"The provider timed out waiting for the call ({at}).{said}"),
            (413, _) => (
                ProviderFault.TooLarge,
                $"It is too large for the provider ({at}). Lower Pipeline:MaxBatchBytes or Pipeline:MaxRequestsPerBatch.{said}"
            ),
            (429, _) => (
                ProviderFault.RateLimited,
                $"The provider's rate limit is reached ({at}){(wait is null ? "" : $"; it asks to wait {Readable(wait.Value)}")}.{said}"
            ),
            (>= 300 and < 400, _) => (
                ProviderFault.Rejected,
                $"The provider sends calls to another address ({at}{Target(headers)}), which is not followed since the key would go with it. Set Groq:BaseUrl to the address that answers."
            ),
            (>= 498 and <= 499, _) or (>= 500, _) => (
                ProviderFault.ServerFault,
                $"The provider has a fault of its own ({at}); it usually passes.{said}"
            ),
            _ => (
                ProviderFault.Rejected,
                $"The provider rejected the call ({at}{(error.Param is { Length: > 0 } param ? $", {OneLine(Redact(param))}" : "")}).{said}"
            ),
        };

        var unsure = mayHaveHappened && (number >= 500 || number is 408 or 499);
        return new ProviderException($"Could not {action}. {text}{(unsure ? " Whether it happened is not known." : "")}", fault)
        {
            HttpStatus = number,
            Code = code,
            ReplyExcerpt = string.IsNullOrEmpty(body) ? null : StorableText.Cut(StorableText.Clean(Redact(body), out _), ExcerptLength),
            RetryAfter = wait,
            MayHaveHappened = unsure,
        };
    }

    /// <summary>Strikes the key out of a text, and whatever else looks like one.</summary>
    public string Redact(string text)
    {
        if (key.Length >= ShortestKey)
        {
            text = text.Replace(key, "***", StringComparison.Ordinal);
        }

        return KeyLike().Replace(text, "***");
    }

    private static bool IsUnknownUrl(string? message) =>
        message?.StartsWith("Unknown request URL", StringComparison.OrdinalIgnoreCase) is true;

    private static string EdgeCode(string? body) =>
        body is not null && EdgeErrorCode().Match(body) is { Success: true } match ? $", error code {match.Groups["code"].Value}" : "";

    private static string Target(HttpResponseHeaders headers) =>
        headers.Location is { IsAbsoluteUri: true } target ? $", to {target.GetLeftPart(UriPartial.Authority)}" : "";

    private static string Readable(TimeSpan wait) =>
        wait.TotalSeconds < 120 ? $"{Math.Ceiling(wait.TotalSeconds * 10) / 10:0.#} s" : $"{Math.Ceiling(wait.TotalMinutes):0} min";

    /// <summary>"Please try again in 2.5s.", "… in 1h2m3.5s", "… in 172ms": daily limits are told nowhere else.</summary>
    private static TimeSpan? WaitIn(string? message)
    {
        if (message is null || TryAgainIn().Match(message) is not { Success: true } match)
        {
            return null;
        }

        var milliseconds = Part("h") * 3_600_000 + Part("m") * 60_000 + Part("s") * 1_000 + Part("ms");
        return milliseconds > 0 ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, 86_400_000)) : null;

        double Part(string unit) =>
            double.TryParse(match.Groups[unit].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    /// <summary>Control characters, line ends included, become spaces: a message is one line of a log, a page or a terminal.</summary>
    private static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            line.Append(char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c);
        }

        return line.ToString().Trim();
    }

    [GeneratedRegex(
        @"\b(?:gsk|sk)[-_][A-Za-z0-9*_-]{8,}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex KeyLike();

    [GeneratedRegex(
        @"error code:?\s*(?<code>[0-9]{3,5})",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex EdgeErrorCode();

    [GeneratedRegex(
        @"try again in\s+((?<h>\d+)h)?((?<m>\d+)m(?!s))?((?<s>\d+(\.\d+)?)s)?((?<ms>\d+(\.\d+)?)ms)?",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex TryAgainIn();

    /// <summary><c>{"error":{"message":…,"type":…,"code":…,"param":…}}</c>; some put <c>{"error":"text"}</c>, and an edge sends no JSON at all.</summary>
    private sealed record ErrorBody(bool IsApiError, string? Message, string? Code, string? Param)
    {
        private static readonly ErrorBody None = new(IsApiError: false, null, null, null);

        public static ErrorBody Parse(string? body)
        {
            if (string.IsNullOrWhiteSpace(body))
            {
                return None;
            }

            try
            {
                using var document = JsonDocument.Parse(StorableText.CleanJson(body, out _));
                if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("error", out var error))
                {
                    return None;
                }

                return error.ValueKind switch
                {
                    JsonValueKind.Object => new ErrorBody(
                        IsApiError: true,
                        Text(error, "message"),
                        Text(error, "code"),
                        Text(error, "param")
                    ),
                    JsonValueKind.String => new ErrorBody(IsApiError: true, error.GetString(), null, null),
                    _ => None,
                };
            }
            catch (JsonException)
            {
                return None;
            }
        }

        private static string? Text(JsonElement json, string name) =>
            json.TryGetProperty(name, out var value)
                ? value.ValueKind switch
                {
                    JsonValueKind.String => value.GetString(),
                    JsonValueKind.Number => value.GetRawText(),
                    _ => null,
                }
                : null;
    }
}
