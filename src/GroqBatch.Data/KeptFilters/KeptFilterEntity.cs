using GroqBatch.Core.KeptFilters;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.KeptFilters;

/// <summary>A page's filter with a name; at most <see cref="KeptFilter.Most"/> rows, so that none of them needs an index to be found.</summary>
public sealed class KeptFilterEntity
{
    public long Id { get; set; }

    /// <summary>As <see cref="FilterAddress.Page"/>.</summary>
    public required string Page { get; set; }

    public required string Name { get; set; }

    /// <summary>The name in small letters: on one page there is no other like it.</summary>
    public required string NameKey { get; set; }

    /// <summary>As <see cref="FilterAddress.Address"/>.</summary>
    public required string Address { get; set; }

    public required string KeptBy { get; set; }
    public DateTimeOffset KeptAt { get; set; }
}

internal sealed class KeptFilterEntityConfiguration : IEntityTypeConfiguration<KeptFilterEntity>
{
    public void Configure(EntityTypeBuilder<KeptFilterEntity> builder)
    {
        builder.ToTable("kept_filters");
        builder.Property(filter => filter.Page).HasMaxLength(Lengths.Name);
        builder.Property(filter => filter.Name).HasMaxLength(Lengths.Name);
        builder.Property(filter => filter.NameKey).HasMaxLength(Lengths.Name);
        builder.Property(filter => filter.Address).HasMaxLength(FilterAddress.MaxLength);
        builder.Property(filter => filter.KeptBy).HasMaxLength(Lengths.Name);
        builder.Property(filter => filter.KeptAt).HasDefaultValueSql("clock_timestamp()");
        builder.HasIndex(filter => new { filter.Page, filter.NameKey }).IsUnique();
    }
}
