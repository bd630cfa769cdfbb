namespace GroqBatch.Sources.Import;

/// <summary>A file is UTF-16, as some shells write it: each of its lines would be refused, and no reason given would help.</summary>
internal sealed class WrongEncodingException() : IOException("The text is UTF-16: expected UTF-8.");
