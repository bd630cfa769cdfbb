using GroqBatch.EndToEndTests.Browser;

namespace GroqBatch.EndToEndTests.Journeys;

/// <summary>A dashboard on sample data whose models fail on three of ten, and take a moment: each pass can be seen.</summary>
public sealed class FailingDashboard()
    : SampleDashboard(
        ("Pipeline__PollInterval", "00:00:00.300"),
        ("Pipeline__FirstMinutePollInterval", "00:00:00.300"),
        ("Simulator__Duration", "00:00:01.500"),
        ("Simulator__Faults__0__Id", "some"),
        ("Simulator__Faults__0__Kind", "AnswerAs"),
        ("Simulator__Faults__0__Answer", "JsonValidateFailed"),
        ("Simulator__Faults__0__Share", "0.3")
    );
