using System.Collections.Concurrent;
using GroqBatch.Core.Import;

namespace GroqBatch.Web.Features.Import;

/// <summary>
/// Between an upload, which is a plain request, and the page that shows how far its lines are. Nothing depends on it: an upload that nobody follows
/// goes in all the same.
/// </summary>
internal sealed class ImportUploads
{
    private readonly ConcurrentDictionary<Guid, Action<ImportProgress>> _followers = new();

    /// <summary>Tells a page how far an upload is, until it is disposed.</summary>
    /// <param name="upload">Made up by the page.</param>
    /// <param name="hear">Called from the thread of the upload.</param>
    public IDisposable Follow(Guid upload, Action<ImportProgress> hear)
    {
        _followers[upload] = hear;
        return new Following(this, upload);
    }

    /// <summary>Where an upload tells how far it is.</summary>
    public IProgress<ImportProgress> ProgressOf(Guid upload) => new Told(this, upload);

    private sealed class Told(ImportUploads uploads, Guid upload) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (uploads._followers.TryGetValue(upload, out var hear))
            {
                hear(value);
            }
        }
    }

    private sealed class Following(ImportUploads uploads, Guid upload) : IDisposable
    {
        public void Dispose() => uploads._followers.TryRemove(upload, out _);
    }
}
