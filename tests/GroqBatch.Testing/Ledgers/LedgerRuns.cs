using GroqBatch.Core.Runs;

namespace GroqBatch.Testing.Ledgers;

/// <summary>A run of a generated team.</summary>
internal sealed class FactsOfRun
{
    public required Guid Id { get; init; }
    public required int TeamId { get; init; }
    public required RunState State { get; init; }
    public required string StartedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Places of its pull requests in its team, newest first.</summary>
    public required int[] Places { get; init; }

    /// <summary>In each pass, what is sent: places of the team.</summary>
    public List<int[]> Passes { get; } = [];

    /// <summary>In each pass, its batches: each with where it begins and ends in the pass.</summary>
    public List<List<(Guid Id, int From, int To)>> Batches { get; } = [];

    public DateTimeOffset? EndedAt => State.IsLive() ? null : CreatedAt + TimeSpan.FromMinutes(4 + (Places.Length / 400.0));
}

/// <summary>Plans runs: a large one over most of what a team had, then a nightly one over what came since, and a live one here and there.</summary>
internal static class LedgerRuns
{
    private const int LargestRun = 50_000;
    private const int BatchSize = 5_000;
    private const int LargestLive = 2_500;
    private static readonly string[] People = ["mira", "jonas", "priya", "schedule:nightly", "cli:deploy"];

    /// <summary>The runs of a team, oldest first; marks what the live one has.</summary>
    public static List<FactsOfRun> Plan(FactsOfTeam team, bool hasLive, DateTimeOffset now, Random random)
    {
        var facts = team.PullRequests;
        var tried = Enumerable
            .Range(0, facts.Length)
            .Where(place => facts[place].Fate is Fate.First or Fate.Recovered or Fate.Failed)
            .ToArray();
        var sizes = SizesOf(tried.Length, random);
        var runs = new List<FactsOfRun>(sizes.Count + 1);
        for (var (at, from) = (0, 0); at < sizes.Count; from += sizes[at++])
        {
            var places = tried[from..(from + sizes[at])];
            Array.Reverse(places);
            runs.Add(
                Divide(
                    new FactsOfRun
                    {
                        Id = NextGuid(random),
                        TeamId = team.Id,
                        State = places.Any(place => facts[place].Fate is Fate.Failed) ? RunState.CompletedWithFailures : RunState.Completed,
                        StartedBy = sizes[at] > 100 ? People[random.Next(3)] : People[3 + random.Next(2)],
                        CreatedAt = now.AddHours(-8) - (TimeSpan.FromDays(300) * ((sizes.Count - 1 - at) / (double)sizes.Count)),
                        Places = places,
                    },
                    facts,
                    random
                )
            );
        }

        if (hasLive)
        {
            var places = Enumerable
                .Range(0, facts.Length)
                .Reverse()
                .Where(place => facts[place].Fate is Fate.Pending)
                .Take(LargestLive)
                .ToArray();
            foreach (var place in places)
            {
                facts[place].Fate = Fate.InFlight;
            }

            if (places.Length > 0)
            {
                var live = new FactsOfRun
                {
                    Id = NextGuid(random),
                    TeamId = team.Id,
                    State = random.Next(4) == 0 ? RunState.Held : RunState.Running,
                    StartedBy = People[random.Next(3)],
                    CreatedAt = now.AddMinutes(-3 - random.Next(40)),
                    Places = places,
                };
                runs.Add(Divide(live, facts, random));
            }
        }

        return runs;
    }

    private static List<int> SizesOf(int tried, Random random)
    {
        var sizes = new List<int>();
        var left = tried;
        while (left > 200 && left > tried * 0.15)
        {
            sizes.Add(Math.Min(LargestRun, (int)Math.Ceiling(left * 0.7)));
            left -= sizes[^1];
        }

        while (left > 0)
        {
            sizes.Add(Math.Min(left, 5 + random.Next(40)));
            left -= sizes[^1];
        }

        return sizes;
    }

    private static FactsOfRun Divide(FactsOfRun run, FactOfPullRequest[] facts, Random random)
    {
        run.Passes.Add(run.Places);
        var failed = run.Places.Where(place => facts[place].Fate is Fate.Recovered or Fate.Failed).ToArray();
        if (failed.Length > 0)
        {
            run.Passes.Add(failed);
        }

        foreach (var pass in run.Passes)
        {
            var batches = new List<(Guid Id, int From, int To)>();
            for (var from = 0; from < pass.Length; from += BatchSize)
            {
                batches.Add((NextGuid(random), from, Math.Min(pass.Length, from + BatchSize)));
            }

            run.Batches.Add(batches);
        }

        return run;
    }

    private static Guid NextGuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
