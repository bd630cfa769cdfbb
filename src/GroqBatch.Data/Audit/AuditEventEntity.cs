using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Audit;

/// <summary>What somebody did, when, from where, with the state before and after; append-only.</summary>
public sealed class AuditEventEntity
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Actor { get; set; }

    /// <summary>From where, such as <c>cli</c> or an address; null when unknown.</summary>
    public string? Origin { get; set; }

    /// <summary>The verb, such as <c>run.start</c>.</summary>
    public required string Action { get; set; }

    /// <summary>What it was done to, such as a run's id or a team's slug.</summary>
    public required string Target { get; set; }

    public string? Before { get; set; }
    public string? After { get; set; }
}

internal sealed class AuditEventEntityConfiguration : IEntityTypeConfiguration<AuditEventEntity>
{
    public void Configure(EntityTypeBuilder<AuditEventEntity> builder)
    {
        builder.ToTable("audit_events");
        builder.Property(audit => audit.Actor).HasMaxLength(Lengths.Name);

        // The connection knows where it comes from, whoever writes the event: which host by name, and from which address.
        builder
            .Property(audit => audit.Origin)
            .HasMaxLength(Lengths.Name)
            .HasDefaultValueSql(
                "left(concat_ws(' ', nullif(current_setting('application_name', true), ''), 'from ' || host(inet_client_addr())), 200)"
            );
        builder.Property(audit => audit.Action).HasMaxLength(Lengths.Slug);
        builder.Property(audit => audit.Target).HasMaxLength(Lengths.Name);
        builder.Property(audit => audit.Before).HasColumnType("jsonb");
        builder.Property(audit => audit.After).HasColumnType("jsonb");
        builder.Property(audit => audit.At).HasDefaultValueSql("clock_timestamp()");
        builder.HasIndex(audit => audit.At).IsDescending();
        builder.HasIndex(audit => new { audit.Target, audit.Id });
        builder.HasIndex(audit => new { audit.Actor, audit.Id });
        builder.HasIndex(audit => new { audit.Action, audit.Id });
    }
}
