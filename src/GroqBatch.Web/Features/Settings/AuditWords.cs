namespace GroqBatch.Web.Features.Settings;

/// <summary>Verbs of the audit log in words.</summary>
internal static class AuditWords
{
    /// <summary><c>run.start</c> is <c>run: start</c>, <c>pull_request.park</c> is <c>pull request: park</c>.</summary>
    public static string Say(string action) =>
        action.Split('.', 2) is [var kind, var verb] ? $"{Kind(kind)}: {verb.Replace('_', ' ')}" : action.Replace('_', ' ');

    /// <summary>What the verb is done to.</summary>
    public static string Kind(string kind) => kind.Replace('_', ' ');
}
