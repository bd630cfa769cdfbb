using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace GroqBatch.Groq.Settings;

/// <summary>Text that does not show itself: neither in logs, messages and debuggers, nor when serialised. Only <see cref="Reveal"/> gives it.</summary>
[TypeConverter(typeof(FromConfiguration))]
[DebuggerDisplay("***")]
public readonly struct SecretText : IEquatable<SecretText>
{
    private readonly string? _text;

    /// <summary>Surrounding white space goes: a key copied with its line end is a common mistake that a header would refuse.</summary>
    public SecretText(string? text) => _text = text?.Trim();

    public bool IsEmpty => string.IsNullOrEmpty(_text);

    /// <summary>The text itself, for the one place that needs it.</summary>
    public string Reveal() => _text ?? "";

    /// <summary>Always <c>***</c>, or nothing when there is nothing to hide.</summary>
    public override string ToString() => IsEmpty ? "" : "***";

    public bool Equals(SecretText other) => string.Equals(Reveal(), other.Reveal(), StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is SecretText other && Equals(other);

    public override int GetHashCode() => Reveal().GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(SecretText left, SecretText right) => left.Equals(right);

    public static bool operator !=(SecretText left, SecretText right) => !left.Equals(right);

    private sealed class FromConfiguration : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            new SecretText((string)value);
    }
}
