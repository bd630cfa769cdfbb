using GroqBatch.Data.Notifications;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace GroqBatch.Data.Webhooks;

/// <summary>A receiver of notifications; its address is not among what is known of it.</summary>
public sealed class WebhookEndpointEntity
{
    /// <summary>SHA-256 of the address, in hexadecimal digits.</summary>
    public required string Key { get; set; }

    public required string Host { get; set; }

    /// <summary>What happened before is not sent.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>When somebody last worked for it.</summary>
    public DateTimeOffset SeenAt { get; set; }

    public DateTimeOffset? GoneAt { get; set; }
}

/// <summary>A notification on its way; its key is what the receiver knows it by.</summary>
public sealed class WebhookDeliveryEntity
{
    public Guid Id { get; set; }
    public required string EndpointKey { get; set; }

    /// <summary>Null: a test.</summary>
    public long? NotificationId { get; set; }

    /// <summary>As <see cref="Core.Webhooks.WebhookDeliveryState"/>.</summary>
    public required string State { get; set; }

    /// <summary>Tries, counted before each call.</summary>
    public int Attempts { get; set; }

    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>Until when it is somebody's; null: nobody's.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    public int? LastStatus { get; set; }
    public string? LastError { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? DeliveredAt { get; set; }
}

internal sealed class WebhookEndpointEntityConfiguration : IEntityTypeConfiguration<WebhookEndpointEntity>
{
    public void Configure(EntityTypeBuilder<WebhookEndpointEntity> builder)
    {
        builder.ToTable("webhook_endpoints");
        builder.HasKey(row => row.Key);
        builder.Property(row => row.Key).HasMaxLength(Lengths.Slug);
        builder.Property(row => row.Host).HasMaxLength(Lengths.Repository);
        builder.Property(row => row.Since).HasDefaultValueSql("now()");
        builder.Property(row => row.SeenAt).HasDefaultValueSql("now()");
    }
}

internal sealed class WebhookDeliveryEntityConfiguration : IEntityTypeConfiguration<WebhookDeliveryEntity>
{
    public void Configure(EntityTypeBuilder<WebhookDeliveryEntity> builder)
    {
        builder.ToTable("webhook_deliveries");
        builder.Property(row => row.Id).HasDefaultValueSql("gen_random_uuid()");
        builder.Property(row => row.EndpointKey).HasMaxLength(Lengths.Slug);
        builder.Property(row => row.State).HasMaxLength(Lengths.Code);
        builder.Property(row => row.LastError).HasMaxLength(Lengths.FoldedMessage);
        builder.Property(row => row.NextAttemptAt).HasDefaultValueSql("now()");
        builder.Property(row => row.CreatedAt).HasDefaultValueSql("now()");
        builder.HasOne<WebhookEndpointEntity>().WithMany().HasForeignKey(row => row.EndpointKey).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<NotificationEntity>().WithMany().HasForeignKey(row => row.NotificationId).OnDelete(DeleteBehavior.Cascade);

        // One delivery of a notification to a receiver, whoever makes it.
        builder.HasIndex(row => new { row.EndpointKey, row.NotificationId }).IsUnique();

        // What is due.
        builder
            .HasIndex(row => new { row.EndpointKey, row.NextAttemptAt })
            .HasFilter("state = 'Waiting'")
            .HasDatabaseName("ix_webhook_deliveries_waiting");

        // How they went, and the latest that was taken.
        builder.HasIndex(row => new
        {
            row.EndpointKey,
            row.State,
            row.DeliveredAt,
        });

        // What goes with a notification.
        builder.HasIndex(row => row.NotificationId);
    }
}
