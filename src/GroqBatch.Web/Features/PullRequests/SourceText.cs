using System.Text;
using Ganss.Xss;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace GroqBatch.Web.Features.PullRequests;

/// <summary>
/// Text of a pull request, which anybody may have written: Markdown with its HTML taken apart and only harmless parts put together again. Nothing in
/// it runs, loads or styles; links lead to http and https only, in a page of their own that learns nothing of this one.
/// </summary>
public static class SourceText
{
    /// <summary>Longer texts are cut for the eye, and say so.</summary>
    public const int MaxLength = 40_000;

    // A page's own headings end at the third level.
    private const int HeadingsBelow = 3;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough)
        .Build();

    private static readonly HtmlSanitizer Sanitizer = MakeSanitizer();

    /// <summary>A body as markup that is safe to show.</summary>
    public static MarkupString ToMarkup(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var text = Plain(body.Length > MaxLength ? body[..MaxLength] : body);
        string html;
        try
        {
            var document = Markdown.Parse(text, Pipeline);
            Calm(document);
            html = document.ToHtml(Pipeline);
        }
        catch (ArgumentException)
        {
            // Nested deeper than the parser goes: nobody writes that for people to read.
            return (MarkupString)$"<p>{System.Net.WebUtility.HtmlEncode(text)}</p>";
        }

        return (MarkupString)Sanitizer.Sanitize(html);
    }

    /// <summary>Text without characters that are no text: controls, terminal colours among them, but for tabs and line ends.</summary>
    public static string Plain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.Contains('\x7f', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (!char.IsControl(character) || character is '\n' or '\t')
            {
                plain.Append(character);
            }
            else if (character is '\x1b')
            {
                plain.Append('\u241b'); // its picture: that there was one is worth seeing
            }
        }

        return plain.ToString();
    }

    private static void Calm(MarkdownDocument document)
    {
        foreach (var heading in document.Descendants<HeadingBlock>())
        {
            heading.Level = Math.Min(6, heading.Level + HeadingsBelow);
        }

        // No picture is loaded from anywhere; what it is called stays.
        foreach (var image in document.Descendants<LinkInline>().Where(link => link.IsImage).ToList())
        {
            var title = string.Concat(image.Descendants<LiteralInline>().Select(literal => literal.Content.ToString()));
            image.ReplaceBy(new LiteralInline(title.Length == 0 ? "[picture]" : $"[picture: {title}]"), copyChildren: false);
        }
    }

    private static HtmlSanitizer MakeSanitizer()
    {
        var sanitizer = new HtmlSanitizer(
            new HtmlSanitizerOptions
            {
                AllowedTags = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
                {
                    "p",
                    "br",
                    "hr",
                    "h4",
                    "h5",
                    "h6",
                    "ul",
                    "ol",
                    "li",
                    "blockquote",
                    "pre",
                    "code",
                    "kbd",
                    "em",
                    "strong",
                    "b",
                    "i",
                    "del",
                    "sub",
                    "sup",
                    "table",
                    "thead",
                    "tbody",
                    "tr",
                    "th",
                    "td",
                    "a",
                    "div",
                    "span",
                },
                AllowedAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href" },
                AllowedSchemes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "http", "https" },
                AllowedCssProperties = new HashSet<string>(StringComparer.OrdinalIgnoreCase),
                UriAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href" },
            }
        );
        sanitizer.RemovingTag += (_, removing) =>
        {
            // Of what only arranges its contents the contents stay; of scripts and the like nothing does.
            if (
                removing.Tag.LocalName
                is "details"
                    or "summary"
                    or "h1"
                    or "h2"
                    or "h3"
                    or "section"
                    or "center"
                    or "font"
                    or "u"
                    or "small"
            )
            {
                removing.Cancel = true;
                removing.Tag.Replace([.. removing.Tag.ChildNodes]);
            }
        };
        sanitizer.PostProcessNode += (_, processed) =>
        {
            if (processed.Node is not AngleSharp.Html.Dom.IHtmlAnchorElement link)
            {
                return;
            }

            // Relative addresses would lead into this dashboard.
            if (!Uri.TryCreate(link.GetAttribute("href"), UriKind.Absolute, out var target) || target.Scheme is not ("http" or "https"))
            {
                link.RemoveAttribute("href");
                return;
            }

            link.SetAttribute("rel", "noopener noreferrer nofollow");
            link.SetAttribute("target", "_blank");
        };
        return sanitizer;
    }
}
