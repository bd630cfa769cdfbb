namespace GroqBatch.Web.Features.Import;

/// <summary>What the import page needs beside the rooms.</summary>
internal static class ImportServiceCollectionExtensions
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddImportPage(this IServiceCollection services) => services.AddSingleton<ImportUploads>();
}
