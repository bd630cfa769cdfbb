# The dashboard. It needs a database: -e ConnectionStrings__GroqBatch=... (compose.yaml brings one).
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# What restoring reads, apart from the sources: an edit of a .cs file does not download packages again.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig BannedSymbols.txt ./
COPY src/GroqBatch.Core/GroqBatch.Core.csproj src/GroqBatch.Core/
COPY src/GroqBatch.Pipeline/GroqBatch.Pipeline.csproj src/GroqBatch.Pipeline/
COPY src/GroqBatch.Groq/GroqBatch.Groq.csproj src/GroqBatch.Groq/
COPY src/GroqBatch.Data/GroqBatch.Data.csproj src/GroqBatch.Data/
COPY src/GroqBatch.Sources/GroqBatch.Sources.csproj src/GroqBatch.Sources/
COPY src/GroqBatch.Simulator/GroqBatch.Simulator.csproj src/GroqBatch.Simulator/
COPY src/GroqBatch.Hosting/GroqBatch.Hosting.csproj src/GroqBatch.Hosting/
COPY src/GroqBatch.Web/GroqBatch.Web.csproj src/GroqBatch.Web/
RUN dotnet restore src/GroqBatch.Web/GroqBatch.Web.csproj --use-current-runtime -p:PublishReadyToRun=true

COPY appsettings.json ./
COPY wwwroot-assets/ wwwroot-assets/
COPY src/ src/
# Machine code, so that a container that starts doesn't begin by compiling.
RUN dotnet publish src/GroqBatch.Web/GroqBatch.Web.csproj --no-restore --configuration Release --output /app \
    --use-current-runtime --self-contained false -p:PublishReadyToRun=true

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./

# Raw files of the provider and the simulator's ledger. The folder belongs to the account the server runs as, and so does a new volume.
RUN mkdir -p /var/lib/groqbatch && chown $APP_UID /var/lib/groqbatch
# New objects are collected every 16 MB. Left alone the runtime takes the machine's cache for its measure, and that may be a whole socket's.
ENV Storage__DataFolder=/var/lib/groqbatch \
    ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_GCgen0size=0x1000000
VOLUME /var/lib/groqbatch
EXPOSE 8080
USER $APP_UID
ENTRYPOINT ["dotnet", "GroqBatch.Web.dll"]
