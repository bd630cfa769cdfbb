using GroqBatch.Core.Access;
using GroqBatch.Core.KeptFilters;

namespace GroqBatch.Web.Tests.KeptFilters;

/// <summary>Kept filters in memory, with the store's rules for names and addresses.</summary>
internal sealed class FakeKeptFilters : IKeptFilters
{
    public List<KeptFilter> All { get; } = [];

    /// <summary>What the next call fails with; null: with nothing.</summary>
    public Exception? Failure { get; set; }

    public int Reads { get; private set; }

    public KeptFilter Add(string name, string address)
    {
        var read = FilterAddress.Read(address);
        var kept = new KeptFilter(
            All.Count + 1,
            name,
            read.Page,
            read.Address,
            "ada",
            new DateTimeOffset(2026, 11, 24, 11, 0, 0, TimeSpan.Zero)
        );
        All.Add(kept);
        return kept;
    }

    public Task<IReadOnlyList<KeptFilter>> ListAsync(string page, Actor actor, CancellationToken cancellationToken)
    {
        Reads++;
        return Failure is null
            ? Task.FromResult<IReadOnlyList<KeptFilter>>([.. All.Where(filter => filter.Page == page)])
            : Task.FromException<IReadOnlyList<KeptFilter>>(Failure);
    }

    public Task<KeptFilter> KeepAsync(string name, string address, Actor actor, CancellationToken cancellationToken) =>
        All.Exists(filter => filter.Name == name)
            ? Task.FromException<KeptFilter>(new InvalidFilterException("Taken."))
            : Task.FromResult(Add(KeptFilter.ReadName(name), address));

    public Task<KeptFilter?> RenameAsync(long id, string name, Actor actor, CancellationToken cancellationToken)
    {
        var at = All.FindIndex(filter => filter.Id == id);
        if (at < 0)
        {
            return Task.FromResult<KeptFilter?>(null);
        }

        All[at] = All[at] with { Name = KeptFilter.ReadName(name) };
        return Task.FromResult<KeptFilter?>(All[at]);
    }

    public Task<bool> RemoveAsync(long id, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult(All.RemoveAll(filter => filter.Id == id) > 0);
}
