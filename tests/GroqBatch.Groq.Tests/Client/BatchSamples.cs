namespace GroqBatch.Groq.Tests.Client;

/// <summary>Objects as the real API gives them, literally, with only ids and figures made up.</summary>
internal static class BatchSamples
{
    public const string File =
        """{"id":"file_01m7e79evve8kbcf2tpy8vep2a","object":"file","bytes":966,"created_at":1794700000,"filename":"batch_input.jsonl","purpose":"batch"}""";

    public const string Batch = """
        {"id":"batch_01m7e79rtyfx5vsa9mkvef9ews","object":"batch","endpoint":"/v1/chat/completions",
         "errors":null,"input_file_id":"file_01m7e79evve8kbcf2tpy8vep2a","completion_window":"24h","status":"completed",
         "output_file_id":"file_01m7e7bm4zef7a5n56tabvem4j","error_file_id":"file_01m7e7bm5cf1tr6k0s3gqy4w2n",
         "created_at":1794700010,"in_progress_at":1794700012,"finalizing_at":1794700070,"completed_at":1794700071,
         "failed_at":null,"expired_at":null,"cancelling_at":null,"cancelled_at":null,"expires_at":1794786410,
         "request_counts":{"total":1000,"completed":958,"failed":42},"metadata":null,
         "project_id":"project_01ksr49200fjrv96q54p9ebqz8"}
        """;

    /// <summary>The guide's only sample of validation errors: a bare list on a batch that completed all the same, one line having been dropped.</summary>
    public const string PartlyValid =
        """{"id":"batch_xyz","object":"batch","endpoint":"/v1/chat/completions","errors":[{"code":"invalid_method","message":"Invalid value: 'GET'. Supported values are: 'POST'","param":"method","line":4}],"input_file_id":"file_abc","completion_window":"24h","status":"completed","output_file_id":"file_out","error_file_id":"file_err","finalizing_at":null,"failed_at":null,"expired_at":null,"cancelled_at":null,"request_counts":{"total":3,"completed":2,"failed":1},"metadata":null,"created_at":1736472600,"expires_at":1736559000,"cancelling_at":null,"completed_at":1736472607,"in_progress_at":1736472601}""";

    /// <summary>A minimal batch.</summary>
    public static string Minimal(string id, string status = "in_progress", string more = "") =>
        $$"""{"id":"{{id}}","object":"batch","endpoint":"/v1/chat/completions","input_file_id":"file_1","completion_window":"24h","status":"{{status}}","created_at":1794700010{{more}}}""";
}
