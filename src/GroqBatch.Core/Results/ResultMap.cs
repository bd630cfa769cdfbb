using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GroqBatch.Core.Results;

/// <summary>What a custom id of somebody else's batch means.</summary>
/// <param name="CustomId">As it stands in the batch's files.</param>
/// <param name="Team">A slug.</param>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Number">The pull request's.</param>
public sealed record ResultMapLine(string CustomId, string Team, string Repository, long Number);

/// <summary>A map can't be read.</summary>
public sealed class ResultMapException(string message) : Exception(message);

/// <summary>
/// Reads maps: JSON Lines, <c>{"custom_id":"a-1","team":"cal-com","repository":"calcom/cal.com","number":1}</c>, or CSV with a header of the same
/// names in any order.
/// </summary>
public static class ResultMap
{
    private static readonly string[] Names = ["custom_id", "team", "repository", "number"];

    /// <summary>Every line of a map, blank ones left out.</summary>
    /// <exception cref="ResultMapException">A line is none, names its line; or one custom id or pull request stands in two.</exception>
    public static async Task<IReadOnlyList<ResultMapLine>> ReadAsync(TextReader source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var lines = new List<ResultMapLine>();
        int[]? columns = null;
        var isJson = false;
        for (var number = 1; await source.ReadLineAsync(cancellationToken) is { } text; number++)
        {
            var line = text.Trim('\uFEFF').Trim();
            if (line.Length == 0)
            {
                continue;
            }

            isJson |= columns is null && line[0] == '{';
            if (isJson)
            {
                lines.Add(FromJson(line, number));
            }
            else if (columns is null)
            {
                columns = ColumnsOf(line, number);
            }
            else
            {
                lines.Add(FromCsv(line, columns, number));
            }
        }

        DemandDistinct(lines);
        return lines;
    }

    private static void DemandDistinct(List<ResultMapLine> lines)
    {
        if (lines.GroupBy(line => line.CustomId, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ResultMapException($"The custom id {twice.Key} stands in {twice.Count()} lines of the map.");
        }

        if (
            lines.GroupBy(line => (line.Team, line.Repository, line.Number)).FirstOrDefault(same => same.Count() > 1) is
            { Key: var key } same
        )
        {
            throw new ResultMapException(
                $"{same.Count()} custom ids mean {key.Repository}#{key.Number} in the map; a batch has one answer for each pull request."
            );
        }
    }

    private static ResultMapLine FromJson(string line, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (
                root.ValueKind == JsonValueKind.Object
                && Names.All(name => root.TryGetProperty(name, out _))
                && root.GetProperty(Names[3]).TryGetInt64(out var pullRequest)
            )
            {
                return Check(
                    root.GetProperty(Names[0]).GetString(),
                    root.GetProperty(Names[1]).GetString(),
                    root.GetProperty(Names[2]).GetString(),
                    pullRequest,
                    number
                );
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // Told below: what is expected says more than where the parser stopped.
        }

        throw Wrong(number);
    }

    private static int[] ColumnsOf(string header, int number)
    {
        var names = Split(header, number).ConvertAll(name => name.Trim().ToLowerInvariant());
        var columns = Names.Select(name => names.IndexOf(name)).ToArray();
        return columns.All(column => column >= 0)
            ? columns
            : throw new ResultMapException(
                $"Line {number} of the map is neither a JSON object nor a header with {string.Join(", ", Names)}."
            );
    }

    private static ResultMapLine FromCsv(string line, int[] columns, int number)
    {
        var cells = Split(line, number);
        if (
            cells.Count <= columns.Max()
            || !long.TryParse(cells[columns[3]].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pullRequest)
        )
        {
            throw Wrong(number);
        }

        return Check(cells[columns[0]], cells[columns[1]].Trim(), cells[columns[2]].Trim(), pullRequest, number);
    }

    private static ResultMapLine Check(string? customId, string? team, string? repository, long pullRequest, int number) =>
        customId is { Length: > 0 } && team is { Length: > 0 } && repository is { Length: > 0 } && pullRequest > 0
            ? new ResultMapLine(customId, team, repository, pullRequest)
            : throw Wrong(number);

    private static ResultMapException Wrong(int number) =>
        new($"Line {number} of the map is none: expected custom_id, team (a slug), repository (OWNER/NAME) and number (from 1).");

    /// <summary>The cells of a line of CSV: quoted ones may have commas, and quotes that are doubled.</summary>
    private static List<string> Split(string line, int number)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var character = line[i];
            if (isQuoted)
            {
                if (character != '"')
                {
                    cell.Append(character);
                }
                else if (i + 1 < line.Length && line[i + 1] == '"')
                {
                    cell.Append(line[i++]);
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (character == '"' && cell.Length == 0)
            {
                isQuoted = true;
            }
            else if (character == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(character);
            }
        }

        cells.Add(cell.ToString());
        return isQuoted ? throw new ResultMapException($"Line {number} of the map has a quote that is not closed.") : cells;
    }
}
