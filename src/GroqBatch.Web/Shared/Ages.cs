namespace GroqBatch.Web.Shared;

/// <summary>Ages in words; the same words as in <c>wwwroot-assets/js/frame.js</c>, which lets them grow.</summary>
public static class Ages
{
    /// <summary><c>4 s ago</c>, <c>3 min ago</c>, <c>2 h ago</c>, <c>5 d ago</c>; after a month the day.</summary>
    public static string Say(TimeSpan age, DateTimeOffset at) =>
        age < TimeSpan.FromMinutes(1) ? $"{(int)age.TotalSeconds} s ago"
        : age < TimeSpan.FromHours(1) ? $"{(int)age.TotalMinutes} min ago"
        : age < TimeSpan.FromDays(1) ? $"{(int)age.TotalHours} h ago"
        : age < TimeSpan.FromDays(31) ? $"{(int)age.TotalDays} d ago"
        : at.UtcDateTime.ToString("d MMM yyyy");

    /// <summary>In UTC, until the browser says it in the reader's zone.</summary>
    public static string Absolute(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy HH:mm:ss 'UTC'");
}
