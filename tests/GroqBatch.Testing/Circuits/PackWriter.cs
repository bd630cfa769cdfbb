using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace GroqBatch.Testing.Circuits;

/// <summary>Writes the one kind of message that a browser sends: a call, with its length before it.</summary>
internal static class PackWriter
{
    /// <summary>A ping: without any, the server takes the page for gone after half a minute.</summary>
    public static readonly byte[] Ping = [2, 0x91, 6];

    /// <summary>A call of the hub.</summary>
    /// <param name="invocationId">Its answer carries it; null: no answer is wanted.</param>
    /// <param name="target">The hub's method.</param>
    /// <param name="arguments">Texts, whole numbers, booleans and nulls.</param>
    public static byte[] Call(string? invocationId, string target, params ReadOnlySpan<object?> arguments)
    {
        var body = new ArrayBufferWriter<byte>(256);
        body.Write<byte>([0x96, 1, 0x80]);
        WriteText(body, invocationId);
        WriteText(body, target);
        body.Write<byte>([(byte)(0x90 | arguments.Length)]);
        foreach (var argument in arguments)
        {
            switch (argument)
            {
                case null or string:
                    WriteText(body, (string?)argument);
                    break;
                case bool truth:
                    body.Write<byte>([truth ? (byte)0xc3 : (byte)0xc2]);
                    break;
                case long or int:
                    WriteInteger(body, Convert.ToInt64(argument, System.Globalization.CultureInfo.InvariantCulture));
                    break;
                default:
                    throw new ArgumentException($"A {argument.GetType().Name} can't be sent.", nameof(arguments));
            }
        }

        body.Write<byte>([0x90]);
        return [.. LengthOf(body.WrittenCount), .. body.WrittenSpan];
    }

    private static void WriteInteger(ArrayBufferWriter<byte> body, long value)
    {
        var to = body.GetSpan(9);
        to[0] = 0xd3;
        BinaryPrimitives.WriteInt64BigEndian(to[1..], value);
        body.Advance(9);
    }

    private static void WriteText(ArrayBufferWriter<byte> body, string? text)
    {
        if (text is null)
        {
            body.Write<byte>([0xc0]);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var to = body.GetSpan(5);
        to[0] = 0xdb;
        BinaryPrimitives.WriteUInt32BigEndian(to[1..], (uint)bytes.Length);
        body.Advance(5);
        body.Write(bytes);
    }

    private static List<byte> LengthOf(int count)
    {
        var bytes = new List<byte>(5);
        for (; count >= 0x80; count >>= 7)
        {
            bytes.Add((byte)(count | 0x80));
        }

        bytes.Add((byte)count);
        return bytes;
    }
}
