using GroqBatch.Data.Installation;
using GroqBatch.Hosting;
using GroqBatch.Web.Features.Backfills;
using GroqBatch.Web.Features.Coverage;
using GroqBatch.Web.Features.Exports;
using GroqBatch.Web.Features.Import;
using GroqBatch.Web.Features.Runs;
using GroqBatch.Web.Features.SignIn;
using GroqBatch.Web.Health;
using GroqBatch.Web.Live;
using GroqBatch.Web.Shell;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using MudBlazor.Services;

try
{
    var builder = WebApplication.CreateBuilder(
        new WebApplicationOptions
        {
            Args = args,
            // Any folder works to start from: without settings in it, those beside the program are taken.
            ContentRootPath = GroqBatch.Hosting.Settings.SettingsReader.Folder(),
        }
    );
    builder.WebHost.UseStaticWebAssets();
    // Else a build, unlike what is published, has every style sheet and script loaded anew with each page, and unpacked at that; their names carry
    // what is in them, so that one that was changed is another.
    builder.Configuration["ReloadStaticAssetsAtRuntime"] ??= builder.Environment.IsDevelopment().ToString();
    HostLogging.QuietLibraries(builder.Logging);
    builder.ListenOnLoopbackUnlessTold();

    await using var groundwork = await Groundwork.LayAsync(
        builder.Configuration,
        HostParts.Pipeline,
        "web",
        loggerFactory: null,
        CancellationToken.None
    );
    groundwork.AddTo(builder.Services, builder.Configuration);
    builder.Services.AddSingleton(new Surroundings(groundwork.IsSimulated));
    builder.Services.AddGroqBatchHealth();
    builder.Services.AddDataProtection().SetApplicationName("GroqBatch");
    builder.Services.AddOptions<KeyManagementOptions>().Configure<SignInKeys>((options, keys) => options.XmlRepository = keys);
    builder.Services.AddSignIn();
    builder.Services.AddLiveFeed();
    builder.Services.AddCoveragePages();
    builder.Services.AddBackfillDialog();
    builder.Services.AddImportPage();
    builder.Services.AddMudServices();
    builder.Services.AddRazorComponents().AddInteractiveServerComponents();

    await using var app = builder.Build();
    await groundwork.PrepareAsync(app.Services, CancellationToken.None);
    await FirstStart.AddSampleTeamsAsync(app.Services, CancellationToken.None);

    app.UseSecurityHeaders();
    app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
    app.UseRateLimiter();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseAntiforgery();
    app.MapGroqBatchHealth();
    app.MapStaticAssets().AllowAnonymous();
    app.MapSignIn();
    app.MapImport();
    app.MapRawFiles();
    app.MapTableExports();
    app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    app.SayWhereItListens();
    await app.RunAsync();
    return 0;
}
catch (StartupException refused)
{
    foreach (var reason in refused.Reasons)
    {
        Console.Error.WriteLine(reason);
    }

    return StartupException.ExitCode;
}
catch (IOException taken) when (taken.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine($"{taken.Message} Set ASPNETCORE_URLS to another one, such as http://127.0.0.1:5081.");
    return StartupException.ExitCode;
}
