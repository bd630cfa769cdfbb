using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace GroqBatch.Core.Summaries;

internal enum ShapeKind
{
    Object,
    List,
    Text,
    Choice,
    Number,
    Boolean,
}

/// <summary>One node of the document's shape, read off <see cref="SummaryDocument"/> once by reflection.</summary>
internal sealed class SummaryShape
{
    /// <summary>More items than this are a model repeating itself, not a list.</summary>
    public const int MaxItems = 50;

    private SummaryShape(Type type, string path, SummaryFieldAttribute? field)
    {
        Type = type;
        Path = path;
        Field = field;
    }

    /// <summary>The whole document.</summary>
    public static SummaryShape Document { get; } = Read(typeof(SummaryDocument), "", field: null);

    public Type Type { get; }

    /// <summary>Dotted, such as <c>health.scope</c>; empty for the document itself.</summary>
    public string Path { get; }

    public SummaryFieldAttribute? Field { get; }

    public ShapeKind Kind { get; private init; }

    /// <summary>Of an object, in the order in which they are written.</summary>
    public IReadOnlyList<ShapeProperty> Properties { get; private init; } = [];

    /// <summary>Makes an object from the values of its properties, in order.</summary>
    public Func<object?[], object> Create { get; private init; } = static _ => throw new InvalidOperationException();

    /// <summary>Of a list: what it holds.</summary>
    public SummaryShape? Item { get; private init; }

    /// <summary>Of a choice: the words, and the enum's values in the same order.</summary>
    public IReadOnlyList<ShapeChoice> Choices { get; private init; } = [];

    private static SummaryShape Read(Type type, string path, SummaryFieldAttribute? field)
    {
        if (type == typeof(string))
        {
            return new(type, path, field) { Kind = ShapeKind.Text };
        }

        if (type == typeof(bool))
        {
            return new(type, path, field) { Kind = ShapeKind.Boolean };
        }

        if (type == typeof(double))
        {
            return new(type, path, field) { Kind = ShapeKind.Number };
        }

        if (type.IsEnum)
        {
            return new(type, path, field)
            {
                Kind = ShapeKind.Choice,
                Choices =
                [
                    .. Enum.GetValues(type).Cast<object>().Select(value => new ShapeChoice(value.ToString()!.ToLowerInvariant(), value)),
                ],
            };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new(type, path, field) { Kind = ShapeKind.List, Item = Read(type.GetGenericArguments()[0], path, field) };
        }

        return ReadObject(type, path, field);
    }

    private static SummaryShape ReadObject(Type type, string path, SummaryFieldAttribute? field)
    {
        var constructor = type.GetConstructors().Single();
        var properties = constructor
            .GetParameters()
            .Select(parameter =>
            {
                var property = type.GetProperty(parameter.Name!)!;
                var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
                var shape = Read(
                    property.PropertyType,
                    path.Length == 0 ? name : $"{path}.{name}",
                    property.GetCustomAttribute<SummaryFieldAttribute>()
                        ?? throw new InvalidOperationException($"{type.Name}.{property.Name} lacks its {nameof(SummaryFieldAttribute)}.")
                );
                return new ShapeProperty(name, Encoding.UTF8.GetBytes(name), JsonEncodedText.Encode(name), shape, Getter(type, property));
            })
            .ToArray();

        var values = Expression.Parameter(typeof(object?[]));
        var created = Expression.New(
            constructor,
            properties.Select(
                (property, i) => Expression.Convert(Expression.ArrayIndex(values, Expression.Constant(i)), property.Shape.Type)
            )
        );
        return new(type, path, field)
        {
            Kind = ShapeKind.Object,
            Properties = properties,
            Create = Expression.Lambda<Func<object?[], object>>(created, values).Compile(),
        };
    }

    private static Func<object, object> Getter(Type type, PropertyInfo property)
    {
        var instance = Expression.Parameter(typeof(object));
        var read = Expression.Property(Expression.Convert(instance, type), property);
        return Expression.Lambda<Func<object, object>>(Expression.Convert(read, typeof(object)), instance).Compile();
    }
}

/// <summary>A property of an object in the document.</summary>
internal sealed record ShapeProperty(string Name, byte[] Utf8Name, JsonEncodedText JsonName, SummaryShape Shape, Func<object, object> Get);

/// <summary>A word that a choice allows.</summary>
internal sealed record ShapeChoice(string Word, object Value)
{
    public byte[] Utf8Word { get; } = Encoding.UTF8.GetBytes(Word);
    public JsonEncodedText JsonWord { get; } = JsonEncodedText.Encode(Word);
}
