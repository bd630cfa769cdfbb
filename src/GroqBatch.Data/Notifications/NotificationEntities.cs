using GroqBatch.Data.Runs;
using GroqBatch.Data.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Notifications;

/// <summary>Something that happened, written once whoever writes it.</summary>
public sealed class NotificationEntity
{
    public long Id { get; set; }

    /// <summary>As <see cref="Core.Notifications.NotificationKind"/>.</summary>
    public required string Kind { get; set; }

    public required string Provider { get; set; }
    public int TeamId { get; set; }
    public Guid? RunId { get; set; }
    public required string Actor { get; set; }
    public string? Reason { get; set; }

    /// <summary>As <see cref="Core.Notifications.NotificationFigures"/>.</summary>
    public required string Figures { get; set; }

    /// <summary>What it tells of, so that telling it twice is refused.</summary>
    public required string DedupeKey { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>How far a person has read.</summary>
public sealed class NotificationReaderEntity
{
    public required string Provider { get; set; }
    public required string Name { get; set; }

    /// <summary>Everything up to this one is read.</summary>
    public long ReadTo { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }
}

/// <summary>A single one beyond <see cref="NotificationReaderEntity.ReadTo"/> that a person has read.</summary>
public sealed class NotificationReadEntity
{
    public required string Reader { get; set; }
    public long NotificationId { get; set; }
}

/// <summary>Whether a team was at its goal when that was last looked at.</summary>
public sealed class GoalStateEntity
{
    public required string Provider { get; set; }
    public int TeamId { get; set; }
    public bool IsReached { get; set; }

    /// <summary>How often it changed: each crossing has a number, by which it is told of once.</summary>
    public int Crossings { get; set; }
}

internal sealed class NotificationEntityConfiguration : IEntityTypeConfiguration<NotificationEntity>
{
    public void Configure(EntityTypeBuilder<NotificationEntity> builder)
    {
        builder.ToTable("notifications");
        builder.Property(row => row.Kind).HasMaxLength(Lengths.Code);
        builder.Property(row => row.Provider).HasMaxLength(Lengths.Code);
        builder.Property(row => row.Actor).HasMaxLength(Lengths.Name);
        builder.Property(row => row.Figures).HasColumnType("jsonb");
        builder.Property(row => row.DedupeKey).HasMaxLength(Lengths.Name);
        builder.Property(row => row.At).HasDefaultValueSql("clock_timestamp()");
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<RunEntity>().WithMany().HasForeignKey(row => row.RunId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.DedupeKey).IsUnique();

        // The inbox, newest first, and what of it is unread.
        builder.HasIndex(row => new { row.Provider, row.Id });

        // The inbox of one kind.
        builder.HasIndex(row => new
        {
            row.Provider,
            row.Kind,
            row.Id,
        });

        // What is past its time, and what is young enough to be sent on.
        builder.HasIndex(row => row.At);

        // What goes with a team or a run.
        builder.HasIndex(row => row.TeamId);
        builder.HasIndex(row => row.RunId);
    }
}

internal sealed class NotificationReaderEntityConfiguration : IEntityTypeConfiguration<NotificationReaderEntity>
{
    public void Configure(EntityTypeBuilder<NotificationReaderEntity> builder)
    {
        builder.ToTable("notification_readers");
        builder.HasKey(row => new { row.Provider, row.Name });
        builder.Property(row => row.Provider).HasMaxLength(Lengths.Code);
        builder.Property(row => row.Name).HasMaxLength(Lengths.Name);
        builder.Property(row => row.FirstSeenAt).HasDefaultValueSql("now()");
    }
}

internal sealed class NotificationReadEntityConfiguration : IEntityTypeConfiguration<NotificationReadEntity>
{
    public void Configure(EntityTypeBuilder<NotificationReadEntity> builder)
    {
        builder.ToTable("notification_reads");
        builder.HasKey(row => new { row.Reader, row.NotificationId });
        builder.Property(row => row.Reader).HasMaxLength(Lengths.Name);
        builder.HasOne<NotificationEntity>().WithMany().HasForeignKey(row => row.NotificationId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.NotificationId);
    }
}

internal sealed class GoalStateEntityConfiguration : IEntityTypeConfiguration<GoalStateEntity>
{
    public void Configure(EntityTypeBuilder<GoalStateEntity> builder)
    {
        builder.ToTable("goal_states");
        builder.HasKey(row => new { row.Provider, row.TeamId });
        builder.Property(row => row.Provider).HasMaxLength(Lengths.Code);
        builder.HasOne<TeamEntity>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(row => row.TeamId);
    }
}
