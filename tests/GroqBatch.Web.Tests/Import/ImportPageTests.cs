using Bunit;
using GroqBatch.Core.Access;
using GroqBatch.Core.Coverage;
using GroqBatch.Core.Import;
using GroqBatch.Core.Teams;
using GroqBatch.Web.Features.Import;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GroqBatch.Web.Tests.Import;

public sealed class ImportPageTests : IAsyncDisposable
{
    private readonly PageTestContext _context = new();
    private readonly FakeTeams _teams = new();
    private readonly ImportUploads _uploads = new();

    public ImportPageTests()
    {
        _context.Services.AddSingleton<ITeamStore>(_teams);
        _context.Services.AddSingleton(_uploads);
        _context.Services.AddSingleton(Options.Create(new CoverageOptions()));
        _context.Services.AddSingleton<AntiforgeryStateProvider>(new NoToken());
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public async Task Shows_what_was_chosen_as_text_and_what_it_will_do()
    {
        _teams.All.Add(new Team(1, "acme", "Acme", 0.95, false));
        var page = _context.Render<ImportPage>();
        Assert.True(page.Find(".primary").HasAttribute("disabled"));

        await page.InvokeAsync(() =>
            page.Instance.Choose([new ChosenFile(Guid.NewGuid(), "<img src=x onerror=alert(1)>\u202E.jsonl", 10)])
        );

        Assert.Equal("Import 1 file", page.Find(".primary").TextContent);
        Assert.Empty(page.FindAll("img"));
        Assert.Equal("<img src=x onerror=alert(1)>.jsonl", page.Find(".uploads bdi").TextContent);
    }

    [Fact]
    public async Task Says_which_lines_were_rejected_and_why()
    {
        _teams.All.Add(new Team(1, "acme", "Acme", 0.95, false));
        var page = _context.Render<ImportPage>();
        var file = new ChosenFile(Guid.NewGuid(), "pulls.jsonl", 1_000);
        var report = new ImportReport
        {
            Team = "acme",
            Total = new ImportCounts
            {
                Lines = 3,
                Added = 2,
                Rejected = 1,
            },
            Files = [],
            RejectedLines = [new RejectedLine("pulls.jsonl", 2, "number", "It is no number.")],
        };

        await page.InvokeAsync(() => page.Instance.Choose([file]));
        await page.InvokeAsync(() => page.Instance.Answer(file.Id, 200, report.ToJson()));
        await page.InvokeAsync(page.Instance.Finished);

        Assert.Equal("3 lines: 2 added, 1 rejected", page.Find("[data-testid=upload]").TextContent);
        Assert.Equal(
            ["pulls.jsonl", "2", "number", "It is no number."],
            page.FindAll(".rejected tbody td").Select(cell => cell.TextContent)
        );
        Assert.Equal("Done; some lines were rejected.", page.Find("[role=status]").TextContent);
    }

    [Fact]
    public async Task A_new_team_is_added_once_its_values_are_right()
    {
        var page = _context.Render<ImportPage>();
        await page.InvokeAsync(() => page.Instance.Choose([new ChosenFile(Guid.NewGuid(), "pulls.jsonl", 10)]));
        page.Find("[placeholder='cal-com']").Input("Not A Slug");
        page.Find(".primary").Click();
        Assert.Contains("is none: expected", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Empty(_teams.All);

        page.Find("[placeholder='cal-com']").Input("acme");
        page.Find("[placeholder='Cal.com']").Input("Acme");
        page.Find(".primary").Click();

        Assert.Equal(("acme", "Acme"), (_teams.All[0].Slug, _teams.All[0].Name));
    }

    [Fact]
    public async Task Follows_the_lines_and_stops_listening_when_left()
    {
        _teams.All.Add(new Team(1, "acme", "Acme", 0.95, false));
        var page = _context.Render<ImportPage>();
        var file = new ChosenFile(Guid.NewGuid(), "pulls.jsonl", 1_000);
        await page.InvokeAsync(() => page.Instance.Choose([file]));
        page.Find(".primary").Click();

        _uploads.ProgressOf(file.Id).Report(new ImportProgress("pulls.jsonl", 1, 1, 0, null, 2_000, 3));
        page.WaitForAssertion(() =>
            Assert.Equal("0 B of 1.0 kB sent, 2,000 lines read, 3 rejected", page.Find("[data-testid=upload]").TextContent)
        );
        var renders = page.RenderCount;
        await page.Instance.DisposeAsync();
        _uploads.ProgressOf(file.Id).Report(new ImportProgress("pulls.jsonl", 1, 1, 0, null, 4_000, 3));

        Assert.Equal(renders, page.RenderCount);
    }

    private sealed class NoToken : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }

    private sealed class FakeTeams : ITeamStore
    {
        public List<Team> All { get; } = [];

        public Task<Team> AddAsync(NewTeam team, Actor actor, CancellationToken cancellationToken)
        {
            All.Add(new Team(All.Count + 1, team.Slug, team.Name, team.Goal, false));
            return Task.FromResult(All[^1]);
        }

        public Task<Team?> UpdateAsync(string slug, TeamChange change, Actor actor, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<Team>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Team>>([.. All]);

        public Task<Team?> FindAsync(string slug, CancellationToken cancellationToken) =>
            Task.FromResult(All.Find(team => team.Slug == slug));

        public Task<Team?> FindAsync(int id, CancellationToken cancellationToken) => Task.FromResult(All.Find(team => team.Id == id));
    }
}
